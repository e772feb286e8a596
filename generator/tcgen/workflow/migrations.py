"""The migrations are run: what they make is what the suite is planned for, and what they do not make is said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from tcgen.ir.diagnostics import Diagnostic, in_one_line, some_of
from tcgen.ir.plan import DatabasePlan, SuitePlan
from tcgen.ir.schema import TITLES
from tcgen.verify import suite
from tcgen.verify.check_factories import FirstRun, Result, check_all, planned_suite
from tcgen.verify.overlay import Environment
from tcgen.verify.suite import MigrationTrial
from tcgen.workflow import stages
from tcgen.workflow.request import Progress
from tcgen.workflow.rewrite import rewritten
from tcgen.workflow.stages import Planned


@dataclass(frozen=True)
class Made:
    """A suite whose schema was made, if there is a way.

    Attributes:
        planned: The plan for the database that was made.
        remarks: What came to light.
        results: What the tests of the factories showed, where that holds for this plan; None where they have to run.
    """

    planned: Planned
    remarks: tuple[Diagnostic, ...] = ()
    results: dict[str, Result] | None = None


def with_a_schema(planned: Planned, where: Environment, first: FirstRun | None, progress: Progress) -> Made:
    """Try the migrations where there is a server, and plan for the databases that they make.

    Falls back to the models where only those make a schema.

    Args:
        planned: The suite, which has been written.
        where: What it is run in.
        first: What its first run showed; None where there was none yet.
        progress: Told what is being done.
    """
    if not from_migrations(planned):
        return Made(planned, results=first.results if first else None)
    title, classes = TITLES[planned.plan.database.dialect], len(planned.plan.factories)
    if first is None:
        progress(f"running the migrations on {title}, then inserting rows of {classes} classes")
    tried_first = (first.migrations, first.results) if first else None
    current, given_up = planned, dict[str, str]()
    # a database whose schema cannot be made may hide what is wrong with the next one
    while True:
        trials, results = tried_first or _tried(current, where)
        tried_first = None
        tried = {name: trials[name] for name in from_migrations(current)}
        migrated = stages.as_migrated(current, tried)
        lacking = _lacking(migrated, tried)
        failures = {name: one.failure for name, one in trials.items() if one.failure and name not in lacking}
        if failures and not lacking:
            without = rewritten(current, replace(planned, record=current.record))
            remarks = (_no_way(title, given_up.get(name, ""), why) for name, why in failures.items())
            return Made(without, tuple(remarks))
        if not lacking:
            following, news = _following(current, migrated)
            holds = _without_lists(following.plan) == _without_lists(current.plan)
            fails = (one for one in following.plan.diagnostics if one.code == "migrations-fail" and given_up)
            return Made(following, (*fails, *news), results if holds else None)
        given_up |= lacking
        progress("making the schema from the models")
        other = rewritten(current, stages.from_models(migrated, lacking))
        if other is current:
            # a person has changed the lines that would say so
            remarks = (_no_way(title, why, "schema.py was changed there by hand") for why in lacking.values())
            return Made(current, tuple(remarks))
        current = other


def from_migrations(planned: Planned) -> list[str]:
    """Return the names of the databases that migrations make."""
    return [name for name, one in planned.plan.databases.items() if one.schema_from.startswith("alembic_")]


def _lacking(migrated: Planned, tried: Mapping[str, MigrationTrial]) -> dict[str, str]:
    """Return why migrations that were tried are not how a database's schema is made."""
    found = {name: one.failure or stages.what_migrations_lack(migrated, name) for name, one in tried.items()}
    return {name: reason for name, reason in found.items() if reason}


def _tried(
    planned: Planned, where: Environment
) -> tuple[dict[str, MigrationTrial], dict[str, Result] | None]:
    if not planned.plan.factories:
        return suite.try_migrations(where, planned.project.root, planned.plan), None
    return check_all(planned_suite(planned.root, where, planned.plan))


def _without_lists(plan: SuitePlan) -> SuitePlan:
    """Return what the factories' tests go by: what is known of the migrations is another test's matter."""
    further = tuple(
        one.model_copy(update={"database": _without_its_lists(one.database)}) for one in plan.further
    )
    database = _without_its_lists(plan.database)
    return plan.model_copy(update={"database": database, "further": further, "diagnostics": ()})


def _without_its_lists(database: DatabasePlan) -> DatabasePlan:
    return database.model_copy(update={"differences": (), "refused_migrations": {}})


def _following(planned: Planned, migrated: Planned) -> tuple[Planned, tuple[Diagnostic, ...]]:
    """Write the suite again if the database differs from what the models said."""
    now = migrated.plan.databases
    pairs = {name: (before, now[name]) for name, before in planned.plan.databases.items()}
    if all(before == after for before, after in pairs.values()):
        return migrated, ()
    dest = migrated.plan.dest
    remarks = [
        remark
        for name, (before, after) in pairs.items()
        for remark in _remarks(before, after, f"{dest}/{name}" if name else dest)
    ]
    return rewritten(planned, migrated), tuple(remarks)


def _remarks(before: DatabasePlan, after: DatabasePlan, folder: str) -> Iterator[Diagnostic]:
    """Say what is new about one database, whose tests lie in a folder."""
    if after.drift != before.drift:
        yield from _demands(after)
    if after.differences and after.differences != before.differences:
        yield _differences(after, folder)
    for name, reason in after.refused_migrations.items():
        if before.refused_migrations.get(name) != reason:
            yield _refused_migration(name, reason)


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


def _differences(database: DatabasePlan, folder: str) -> Diagnostic:
    names = some_of(database.differences, 3)
    return Diagnostic(
        level="warning",
        code="models-not-migrated",
        message=f"the migrations and the models differ: {names}",
        hint=f"write the migrations; {folder}/test_migrations.py lists what is known, and may only shrink",
    )


def _refused_migration(test: str, reason: str) -> Diagnostic:
    return Diagnostic(
        level="warning",
        code="migrations-test-fails",
        message=f"{test} fails: {in_one_line(reason)}",
        hint="it is marked xfail until the migrations are mended",
    )


def _no_way(title: str, migrations: str, models: str) -> Diagnostic:
    return Diagnostic(
        level="warning",
        code="no-schema",
        message=f"the migrations fail on an empty {title}: {migrations};"
        f" the tables cannot be created from the models either: {models}",
        hint="mend the migrations, then run tcgen init again",
    )
