"""``tcgen init`` and ``tcgen demo``."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import typer

from tcgen.apply.changes import WRITTEN, Change
from tcgen.apply.write import publish
from tcgen.cli.findings import show_findings
from tcgen.cli.output import confirm, emit, progress, say, show_changes, show_diagnostics
from tcgen.cli.update import get_ready
from tcgen.errors import TcgenError
from tcgen.sample import write_sample
from tcgen.verify import suite
from tcgen.verify.suite import Outcome
from tcgen.workflow import stages
from tcgen.workflow.stages import Planned, Request


def is_empty(root: Path) -> bool:
    """Tell whether a folder holds nothing but, at most, a git repository."""
    return root.is_dir() and all(entry.name == ".git" for entry in root.iterdir())


def init(request: Request, *, yes: bool, dry_run: bool, diff: bool, as_json: bool) -> int:
    """Generate the suite and say what to do next; return the exit status."""
    started = time.monotonic()
    get_ready(request.root)
    planned = stages.plan(request, progress)
    changes = stages.changes(planned, progress)
    if not as_json:
        show_findings(planned)
        show_diagnostics(
            (*planned.project.diagnostics, *planned.schema.diagnostics, *planned.plan.diagnostics)
        )
    if diff:
        typer.echo("".join(change.diff() for change in changes), nl=False)
    if diff or dry_run:
        _list(changes, as_json, planned, written=[])
        return int(any(change.kind in (*WRITTEN, "conflict") for change in changes))
    if not yes and sys.stdin.isatty() and not confirm(f"write {_count(changes)} files?"):
        say("nothing was written")
        return 0
    written = publish(request.root, changes)
    outcome = suite.collect(planned.project, planned.plan, planned.schema)
    if outcome.status == 0 and written:
        planned = _with_a_schema(planned)
    _list(changes, as_json, planned, written, outcome)
    if not as_json:
        say(
            f"done in {time.monotonic() - started:.1f} s, {planned.schema.import_seconds:.1f} s of it the project's imports"
        )
        _what_next(planned, outcome)
    conflicts = any(change.kind == "conflict" for change in changes)
    return int(conflicts or outcome.status not in (None, 0))


def _with_a_schema(planned: Planned) -> Planned:
    """Try the migrations where there is a PostgreSQL, and plan for the database that they make.

    Falls back to the models where only those make a schema.
    """
    if not planned.plan.database.schema_from.startswith("alembic_"):
        return planned
    progress("trying the migrations on PostgreSQL")
    trial = suite.try_migrations(planned.project, planned.plan)
    if trial.catalogue is not None:
        return _republished(planned, stages.as_migrated(planned, trial.catalogue))
    if trial.failure is None:
        return planned
    fallback = stages.from_models(planned, trial.failure)
    _publish(fallback)
    other = suite.try_migrations(planned.project, fallback.plan).failure
    if other is None:
        show_diagnostics([one for one in fallback.plan.diagnostics if one.code == "migrations-fail"])
        return fallback
    _publish(planned)
    say(f"the migrations fail on an empty PostgreSQL: {trial.failure}")
    say(f"the tables cannot be created from the models either: {other}")
    return planned


def _republished(planned: Planned, migrated: Planned) -> Planned:
    """Write the suite again if the database demands more than the models said."""
    drift = migrated.plan.database.drift
    if drift != planned.plan.database.drift:
        _publish(migrated)
        names = ", ".join(one.table for one in drift[:3]) + (
            f" and {len(drift) - 3} more" if drift[3:] else ""
        )
        say(f"the database demands more than the models of {names}: the factories follow the database")
    return migrated


def _publish(planned: Planned) -> None:
    publish(Path(planned.project.root), stages.changes(planned))


def _count(changes: tuple[Change, ...]) -> int:
    return sum(change.kind in WRITTEN for change in changes)


def _list(
    changes: tuple[Change, ...],
    as_json: bool,
    planned: Planned,
    written: list[str],
    outcome: Outcome | None = None,
) -> None:
    if as_json:
        emit(
            "init",
            {
                "changes": [change.model_dump(include={"path", "kind"}) for change in changes],
                "written": written,
                "dest": planned.plan.dest,
                "mapped_classes": len(planned.schema.mappers),
                "abstract_classes": sum(mapper.abstract for mapper in planned.schema.mappers),
                "factories": len(planned.plan.factories),
                "tests": outcome.tests if outcome else None,
                "missing": list(outcome.missing) if outcome else None,
                "import_seconds": planned.schema.import_seconds,
                "diagnostics": [
                    one.model_dump()
                    for one in (
                        *planned.project.diagnostics,
                        *planned.schema.diagnostics,
                        *planned.plan.diagnostics,
                    )
                ],
            },
        )
        return
    show_changes(changes)


def _what_next(planned: Planned, outcome: Outcome) -> None:
    plan = planned.plan
    if outcome.missing:
        say(f"next: {suite.install_command(planned.project, plan)}")
        say(f"      (for {', '.join(outcome.missing)})")
        say(f"then: pytest {plan.dest}")
    elif outcome.status == 0:
        say(f"{outcome.tests} test cases collected; next: tcgen verify, or pytest {plan.dest}")
    else:
        say(f"pytest cannot collect {plan.dest} (exit status {outcome.status}):")
        say(outcome.output[-3000:])


def demo(folder: Path) -> int:
    """Write the sample project, generate its suite and run it; return the exit status.

    Raises:
        TcgenError: The folder is not empty, or tcgen was installed without what the sample needs.
    """
    write_sample(folder)
    request = Request(root=folder, python=sys.executable)
    say(f"sample project written to {folder}")
    planned = stages.plan(request, progress)
    missing = suite.missing_requirements(planned.plan, planned.schema)
    publish(folder, stages.changes(planned, progress))
    show_findings(planned)
    if missing:
        raise TcgenError(
            "demo-requirements",
            f"the suite is written, but this environment cannot run it: {', '.join(missing)} missing",
            hint="pip install 'tcgen[demo]'",
        )
    say(f"running: cd {folder} && pytest {planned.plan.dest}")
    status = suite.run(planned.project, planned.plan)
    say("the suite is green" if status == 0 else f"the suite failed (pytest exit status {status})")
    return min(status, 1)
