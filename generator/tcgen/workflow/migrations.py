"""The migrations are run: what they make is what the suite is planned for, and what they do not make is said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tcgen.ir.diagnostics import Diagnostic, in_one_line, some_of
from tcgen.ir.plan import DatabasePlan
from tcgen.verify import suite
from tcgen.workflow import stages
from tcgen.workflow.request import Progress
from tcgen.workflow.rewrite import rewritten
from tcgen.workflow.stages import Planned


def with_a_schema(
    planned: Planned, python: str, progress: Progress
) -> tuple[Planned, tuple[Diagnostic, ...]]:
    """Try the migrations where there is a PostgreSQL, and plan for the database that they make.

    Falls back to the models where only those make a schema.
    """
    if not planned.plan.database.schema_from.startswith("alembic_"):
        return planned, ()
    progress("trying the migrations on PostgreSQL")
    trial = suite.try_migrations(python, planned.project.root, planned.plan)
    migrated = stages.as_migrated(planned, trial)
    reason = trial.failure or stages.what_migrations_lack(migrated)
    if not reason:
        return _following(planned, migrated)
    fallback = rewritten(planned, stages.from_models(planned, reason))
    other = suite.try_migrations(python, planned.project.root, fallback.plan).failure
    if other is None:
        return fallback, tuple(one for one in fallback.plan.diagnostics if one.code == "migrations-fail")
    return rewritten(fallback, replace(planned, record=fallback.record)), (_no_way(reason, other),)


def _following(planned: Planned, migrated: Planned) -> tuple[Planned, tuple[Diagnostic, ...]]:
    """Write the suite again if the database differs from what the models said."""
    before, after = planned.plan.database, migrated.plan.database
    if before == after:
        return migrated, ()
    remarks = list(_demands(after)) if after.drift != before.drift else []
    if after.differences and after.differences != before.differences:
        remarks.append(_differences(migrated))
    remarks += [
        _refused_migration(name, reason)
        for name, reason in after.refused_migrations.items()
        if before.refused_migrations.get(name) != reason
    ]
    return rewritten(planned, migrated), tuple(remarks)


def _demands(database: DatabasePlan) -> Iterator[Diagnostic]:
    views = [one.table for one in database.drift if one.takes_no_rows]
    if views:
        yield Diagnostic(
            level="note",
            code="view-takes-no-rows",
            message=f"no row can be inserted into {some_of(views, 3)}: classes of views have no factory",
        )
    ruled = [f"{one.table} ({', '.join(one.rules)})" for one in database.drift if one.rules]
    if ruled:
        yield Diagnostic(
            level="note",
            code="database-acts",
            message=f"the database may change or refuse rows of {some_of(ruled, 3)}",
        )
    stricter = [one.table for one in database.drift if one.demands and not one.takes_no_rows]
    if stricter:
        yield Diagnostic(
            level="note",
            code="database-demands-more",
            message=f"the database demands more than the models of {some_of(stricter, 3)}:"
            " the factories follow the database",
        )


def _differences(migrated: Planned) -> Diagnostic:
    names = some_of(migrated.plan.database.differences, 3)
    return Diagnostic(
        level="warning",
        code="models-not-migrated",
        message=f"the migrations and the models differ: {names}",
        hint=f"write the migrations; {migrated.plan.dest}/test_migrations.py lists what is known, and may only shrink",
    )


def _refused_migration(test: str, reason: str) -> Diagnostic:
    return Diagnostic(
        level="warning",
        code="migrations-test-fails",
        message=f"{test} fails: {in_one_line(reason)}",
        hint="it is marked xfail until the migrations are mended",
    )


def _no_way(migrations: str, models: str) -> Diagnostic:
    return Diagnostic(
        level="warning",
        code="no-schema",
        message=f"the migrations fail on an empty PostgreSQL: {migrations};"
        f" the tables cannot be created from the models either: {models}",
        hint="mend the migrations, then run tcgen init again",
    )
