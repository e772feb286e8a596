"""``tcgen services``, ``tcgen add-service`` and ``tcgen remove-service``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import typer
from pydantic import ValidationError

from tcgen.apply.changes import WRITTEN
from tcgen.apply.write import publish
from tcgen.catalog.load import DATABASE, GENERIC, catalogue, kind_of
from tcgen.cli.output import emit, progress, say, show_changes, show_diagnostics
from tcgen.cli.update import get_ready
from tcgen.errors import TcgenError
from tcgen.ir.plan import ANSWERS
from tcgen.ir.service import ServiceChoice, ServicePlan
from tcgen.verify import suite
from tcgen.workflow import stages
from tcgen.workflow.stages import Planned, Request


def show(root: Path, *, as_json: bool) -> None:
    """List the catalogue, and which of it the suite in ``root`` has.

    Raises:
        TcgenError: The recorded plan cannot be read.
    """
    chosen = stages.recorded_services(root)
    used: dict[str, list[str]] = {} if chosen is None else {DATABASE: [DATABASE]}
    for one in chosen or ():
        used.setdefault(one.kind, []).append(one.name)
    kinds = catalogue()
    if as_json:
        emit(
            "services",
            {
                "services": {
                    name: {
                        **kind.model_dump(include={"title", "image", "why", "ports", "variants"}),
                        "clients": {one: client.requirement for one, client in kind.clients.items()},
                        "installed": used.get(name, []),
                    }
                    for name, kind in kinds.items()
                }
            },
        )
        return
    for name, kind in kinds.items():
        mark = "*" if name in used else " "
        image = "given by --image" if name == GENERIC else kind.image
        names = [one for one in used.get(name, ()) if one != name]
        called = f" ({', '.join(names)})" if names else ""
        typer.echo(f"{mark} {name:<14} {image:<52} {', '.join(kind.clients)}{called}".rstrip())
    say("* in the suite; the last column names the libraries there are fixtures for")


def describe(kind: str, **given: object) -> ServiceChoice:
    """Return a choice from what the flags say.

    Raises:
        TcgenError: There is no such kind, it is PostgreSQL, or a flag's value is not possible.
    """
    kind_of(kind)
    if kind == DATABASE:
        raise TcgenError(
            "bad-service",
            "every suite has PostgreSQL",
            hint="$TEST_POSTGRES_IMAGE names another image at run time",
        )
    try:
        return ServiceChoice.model_validate(
            {"kind": kind, **{name: value for name, value in given.items() if value}}
        )
    except ValidationError as error:
        first = error.errors()[0]
        flag = {"ports": "--port", "environment": "--env"}.get(str(first["loc"][0]), f"--{first['loc'][0]}")
        reason = str(first["msg"]).removeprefix("Value error, ")
        raise TcgenError("bad-service", f"{flag}: {reason}", hint="tcgen add-service --help") from error


def environment(pairs: list[str]) -> dict[str, str]:
    """Read ``NAME=VALUE`` pairs.

    Raises:
        TcgenError: One is none.
    """
    found = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not name or not equals:
            raise TcgenError("bad-service", f"--env: {pair!r} is not NAME=VALUE", hint="--env MODE=test")
        found[name] = value
    return found


def add(request: Request, choice: ServiceChoice, *, dry_run: bool, diff: bool, as_json: bool) -> int:
    """Give the suite one more service, or describe one of it anew; return the exit status.

    Raises:
        TcgenError: There is no suite.
    """
    before = _of_suite(request.root)
    others = tuple(one for one in before if one.name != choice.name)
    wanted = replace(request, services=(*others, choice))
    return _carry_out(wanted, choice.name, dry_run=dry_run, diff=diff, as_json=as_json)


def remove(request: Request, name: str, *, dry_run: bool, diff: bool, as_json: bool) -> int:
    """Take a service away; files edited by hand stay. Return the exit status.

    Raises:
        TcgenError: There is no suite, or it has no service of that name.
    """
    before = _of_suite(request.root)
    if name not in {one.name for one in before}:
        has = ", ".join(one.name for one in before) or "none beside PostgreSQL"
        raise TcgenError("unknown-service", f"the suite has no service {name!r}", hint=f"it has: {has}")
    wanted = replace(request, services=tuple(one for one in before if one.name != name))
    return _carry_out(wanted, name, dry_run=dry_run, diff=diff, as_json=as_json)


def _of_suite(root: Path) -> tuple[ServiceChoice, ...]:
    recorded = stages.recorded_services(root)
    if recorded is None:
        raise TcgenError("no-suite", f"{root / ANSWERS} is missing: there is no suite yet", hint="tcgen init")
    return recorded


def _carry_out(request: Request, name: str, *, dry_run: bool, diff: bool, as_json: bool) -> int:
    get_ready(request.root)
    planned = stages.plan(request, progress)
    changes = stages.changes(planned, progress)
    if diff:
        typer.echo("".join(change.diff() for change in changes), nl=False)
    writes = [] if diff or dry_run else publish(request.root, changes)
    conflicts = [f"{change.path}:{line}" for change in changes for line in change.places]
    if as_json:
        emit(
            "service",
            {
                "name": name,
                "changes": [change.model_dump(include={"path", "kind"}) for change in changes],
                "written": writes,
                "conflicts": conflicts,
            },
        )
    elif not diff:
        show_diagnostics(planned.plan.diagnostics)
        show_changes(changes)
        _what_next(planned, name)
    if conflicts:
        say(f"you edited lines that change, settle these by hand: {', '.join(conflicts)}")
    pending = (dry_run or diff) and any(change.kind in WRITTEN for change in changes)
    return int(bool(conflicts) or pending)


def _what_next(planned: Planned, name: str) -> None:
    service = next((one for one in planned.plan.services if one.name == name), None)
    missing = suite.missing_requirements(planned.plan, planned.schema)
    if missing:
        say(f"next: {suite.install_command(planned.project, planned.plan)}")
        say(f"      (for {', '.join(missing)})")
    if service is not None:
        say(f"{'then' if missing else 'next'}: pytest {planned.plan.dest} -m {name}")
        _point(service)


def _point(service: ServicePlan) -> None:
    if service.settings:
        say(f"      (the application is pointed at it by ${', $'.join(service.settings)})")
