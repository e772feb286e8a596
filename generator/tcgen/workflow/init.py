"""``tcgen init``: a suite is planned, written, collected, and its migrations are tried where there is a PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass

from tcgen.apply.changes import WRITTEN, Change
from tcgen.apply.write import publish
from tcgen.ir.diagnostics import Diagnostic
from tcgen.verify import suite
from tcgen.verify.suite import Outcome
from tcgen.workflow import proving, stages
from tcgen.workflow.ready import get_ready
from tcgen.workflow.request import Progress, Request, quiet
from tcgen.workflow.stages import Planned


@dataclass(frozen=True)
class Prepared:
    """A suite that could be written."""

    planned: Planned
    changes: tuple[Change, ...]

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What the stages had to say."""
        planned = self.planned
        return (*planned.project.diagnostics, *planned.schema.diagnostics, *planned.plan.diagnostics)

    @property
    def pending(self) -> bool:
        """Whether there is anything to write, or for a person to settle."""
        return any(change.kind in (*WRITTEN, "conflict") for change in self.changes)


@dataclass(frozen=True)
class Initialised:
    """A suite that was written.

    Attributes:
        planned: The plan it was made from in the end.
        written: Paths, relative to the root.
        outcome: What pytest said when it collected the suite.
        diagnostics: What trying it showed.
    """

    planned: Planned
    written: tuple[str, ...]
    outcome: Outcome
    diagnostics: tuple[Diagnostic, ...] = ()


def prepare(request: Request, progress: Progress = quiet) -> Prepared:
    """Run the stages up to the changes; nothing is written.

    Raises:
        TcgenError: The project cannot be read, or files that are not tcgen's are in the way.
    """
    planned = stages.plan_after(request, get_ready(request.root), progress)
    return Prepared(planned, stages.changes(planned, progress))


def write(prepared: Prepared, progress: Progress = quiet, *, prove: bool = True) -> Initialised:
    """Write the suite, collect it, and try its migrations.

    Args:
        prepared: The suite.
        progress: Told what is being done.
        prove: Run what was written; else nothing is run.

    Raises:
        OSError: The disk refused; the project is as it was.
        TcgenError: A file changed meanwhile, or another run is writing.
    """
    planned = prepared.planned
    written = tuple(publish(planned.root, prepared.changes))
    if not prove:
        return Initialised(planned, written, proving.not_run(planned))
    environment = proving.environment(planned, progress)
    outcome = proving.collect(planned, environment, progress)
    if outcome.status != 0:
        return Initialised(planned, written, outcome, environment.diagnostics)
    planned, diagnostics = _with_a_schema(stages.written(planned), environment.python, progress)
    return Initialised(planned, written, outcome, (*environment.diagnostics, *diagnostics))


def _with_a_schema(
    planned: Planned, python: str, progress: Progress
) -> tuple[Planned, tuple[Diagnostic, ...]]:
    """Try the migrations where there is a PostgreSQL, and plan for the database that they make.

    Falls back to the models where only those make a schema.
    """
    if not planned.plan.database.schema_from.startswith("alembic_"):
        return planned, ()
    progress("trying the migrations on PostgreSQL")
    trial = suite.try_migrations(python, planned.project.root, planned.plan)
    if trial.catalog is not None:
        return _following(planned, stages.as_migrated(planned, trial.catalog))
    if trial.failure is None:
        return planned, ()
    fallback = _published(stages.from_models(planned, trial.failure))
    other = suite.try_migrations(python, planned.project.root, fallback.plan).failure
    if other is None:
        return fallback, tuple(one for one in fallback.plan.diagnostics if one.code == "migrations-fail")
    return _published(stages.written(planned)), (_no_way(trial.failure, other),)


def _following(planned: Planned, migrated: Planned) -> tuple[Planned, tuple[Diagnostic, ...]]:
    """Write the suite again if the database demands more than the models said."""
    drift = migrated.plan.database.drift
    if drift == planned.plan.database.drift:
        return migrated, ()
    names = ", ".join(one.table for one in drift[:3]) + (f" and {len(drift) - 3} more" if drift[3:] else "")
    remark = Diagnostic(
        level="note",
        code="database-demands-more",
        message=f"the database demands more than the models of {names}: the factories follow the database",
    )
    return _published(migrated), (remark,)


def _published(planned: Planned) -> Planned:
    publish(planned.root, stages.changes(planned))
    return stages.written(planned)


def _no_way(migrations: str, models: str) -> Diagnostic:
    return Diagnostic(
        level="warning",
        code="no-schema",
        message=f"the migrations fail on an empty PostgreSQL: {migrations};"
        f" the tables cannot be created from the models either: {models}",
        hint="mend the migrations, then run tcgen init again",
    )
