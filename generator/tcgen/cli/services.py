"""``tcgen services``, ``tcgen add-service`` and ``tcgen remove-service``."""

from __future__ import annotations

from pathlib import Path

import typer
from pydantic import ValidationError

from tcgen.catalog.load import catalog
from tcgen.cli.output import emit, progress, say, show_changes, show_diagnostics
from tcgen.cli.update import show_put_back
from tcgen.errors import TcgenError
from tcgen.ir.service import DATABASE, GENERIC, ServiceChoice, ServicePlan
from tcgen.verify import suite
from tcgen.workflow import services as workflow
from tcgen.workflow.request import Request
from tcgen.workflow.services import Prepared


def show(root: Path, *, as_json: bool) -> None:
    """List the catalogue, and which of it the suite in ``root`` has.

    Raises:
        TcgenError: The recorded plan cannot be read.
    """
    used = workflow.used(root)
    kinds = catalog().services
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
    catalog().service(kind)
    if kind == DATABASE:
        raise TcgenError(
            "bad-service",
            "PostgreSQL is a suite's own database, and no service beside it",
            hint="tcgen init --database postgresql",
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
    show_put_back(request.root)
    return _carry_out(workflow.add(request, choice, progress), dry_run=dry_run, diff=diff, as_json=as_json)


def remove(request: Request, name: str, *, dry_run: bool, diff: bool, as_json: bool) -> int:
    """Take a service away; files edited by hand stay. Return the exit status.

    Raises:
        TcgenError: There is no suite, or it has no service of that name.
    """
    show_put_back(request.root)
    return _carry_out(workflow.remove(request, name, progress), dry_run=dry_run, diff=diff, as_json=as_json)


def _carry_out(prepared: Prepared, *, dry_run: bool, diff: bool, as_json: bool) -> int:
    if diff:
        typer.echo("".join(change.diff() for change in prepared.changes), nl=False)
    looks = diff or dry_run
    written = () if looks else workflow.write(prepared)
    if as_json:
        emit(
            "service",
            {
                "name": prepared.name,
                "changes": [change.model_dump(include={"path", "kind"}) for change in prepared.changes],
                "written": list(written),
                "conflicts": list(prepared.conflicts),
            },
        )
    elif not diff:
        show_diagnostics(prepared.planned.plan.diagnostics)
        show_changes(prepared.changes)
        _what_next(prepared)
    if prepared.conflicts:
        say(f"you edited lines that change, settle these by hand: {', '.join(prepared.conflicts)}")
    return int(bool(prepared.conflicts) or (looks and prepared.pending))


def _what_next(prepared: Prepared) -> None:
    planned = prepared.planned
    missing = suite.missing_requirements(planned.plan, planned.schema)
    if missing:
        say(f"next: {planned.plan.commands.hint}")
        say(f"      (for {', '.join(missing)})")
    if prepared.service is not None:
        say(f"{'then' if missing else 'next'}: {planned.plan.commands.try_out} -m {prepared.name}")
        _point(prepared.service)


def _point(service: ServicePlan) -> None:
    if service.settings:
        say(f"      (the application is pointed at it by ${', $'.join(service.settings)})")
