"""What was written is run: it is collected, its schema is made, its factories insert; the plan keeps what came of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from tcgen.apply.write import publish
from tcgen.errors import TcgenError
from tcgen.ir.diagnostics import Diagnostic
from tcgen.ir.plan import DatabasePlan, RefusalPlan, SuitePlan, TakenPlan
from tcgen.plan.factories.taken import JUST_FOUND
from tcgen.verify import suite
from tcgen.verify.build_rows import may_refuse, values_taken
from tcgen.verify.check_factories import Result, Suite, check_factories, planned_suite, try_values
from tcgen.verify.find_values import Proposal, propose
from tcgen.verify.overlay import Environment, environment_for
from tcgen.verify.suite import Outcome
from tcgen.workflow import stages
from tcgen.workflow.request import Progress
from tcgen.workflow.stages import Planned

_LONGEST = 160
_TIMES = 4
_TRIALS = 800
_FEWEST = 40


@dataclass(frozen=True)
class Left:
    """A test that fails, and is marked so.

    Attributes:
        label: Of the class.
        test: With one row, or with many.
        reason: Words of who refused it.
    """

    label: str
    test: str
    reason: str


@dataclass(frozen=True)
class Proof:
    """What the factories' tests showed.

    Attributes:
        proved: Classes whose rows were taken.
        repaired: Those among them for which values were found.
        left: What is refused.
        marked: That is marked in the suite; else the file with the marks was edited where they would go.
        reason: Why nothing was shown at all; "" where it was.
    """

    proved: int = 0
    repaired: tuple[str, ...] = ()
    left: tuple[Left, ...] = ()
    marked: bool = True
    reason: str = ""


@dataclass(frozen=True)
class Tried:
    """A suite that was run as far as that is possible.

    Attributes:
        planned: The plan it is written from in the end.
        outcome: What pytest said when it collected it.
        proof: What the tests of the factories showed.
        diagnostics: What else came to light.
    """

    planned: Planned
    outcome: Outcome
    proof: Proof
    diagnostics: tuple[Diagnostic, ...] = ()


def left_of(plan: SuitePlan) -> tuple[Left, ...]:
    """Return what a plan has on record as refused."""
    return tuple(
        Left(factory.label, one.test, one.reason) for factory in plan.factories for one in factory.refused
    )


def _unproved(planned: Planned, reason: str) -> Proof:
    return Proof(left=left_of(planned.plan), reason=reason)


def not_tried(planned: Planned) -> Tried:
    """Return what is known of a suite that nobody wants to be run."""
    outcome = Outcome(status=None, tests=0, missing=_missing(planned))
    return Tried(planned, outcome, _unproved(planned, "nothing was to be run"))


def try_out(planned: Planned, progress: Progress) -> Tried:
    """Collect a suite that was written, make its schema, and insert rows with its factories.

    Raises:
        TcgenError: The disk refused, a file changed meanwhile, or another run is writing.
    """
    progress("looking for what the suite requires")
    project = planned.project
    where = environment_for(project.python, project.root, planned.plan.requirements)
    try:
        return _try_in(where, planned, progress)
    except TcgenError as error:
        if error.code != "suite-too-slow":
            raise
        outcome = Outcome(status=None, tests=0, missing=_missing(planned))
        return Tried(planned, outcome, _unproved(planned, error.message), where.diagnostics)


def _try_in(where: Environment, planned: Planned, progress: Progress) -> Tried:
    project = planned.project
    progress("collecting the suite")
    outcome = suite.collect(project.root, planned.plan, where, _missing(planned))
    if outcome.status != 0:
        reason = "what it requires is not installed" if outcome.status is None else _why_not(outcome.output)
        return Tried(planned, outcome, _unproved(planned, reason), where.diagnostics)
    planned = _taken_by_the_project(stages.written(planned), where.python, progress)
    planned, remarks = _with_a_schema(planned, where.python, progress)
    if any(one.code == "no-schema" for one in remarks):
        proof = _unproved(planned, "it has no schema")
    else:
        planned, proof = _prove(planned, where.python, progress)
    return Tried(planned, outcome, proof, (*where.diagnostics, *remarks))


def _why_not(output: str) -> str:
    """Return why pytest collected nothing, in the line of its output that tells most."""
    lines = [line.strip() for line in output.splitlines()]
    telling = [
        re.sub(r"^(E +|ERROR: |python -m pytest: error: )", "", line)
        for line in lines
        if re.match(r"E  |ERROR: (?!usage)|.*: error: ", line)
    ]
    return _one_line(f"it cannot be collected: {telling[-1]}") if telling else "it cannot be collected"


def _missing(planned: Planned) -> tuple[str, ...]:
    return suite.missing_requirements(planned.plan, planned.schema)


def _taken_by_the_project(planned: Planned, python: str, progress: Progress) -> Planned:
    """Look for values that validators, constructors, properties and types take; no database is needed for that."""
    if not may_refuse(planned.schema):
        return planned
    progress("building rows, for what the project's own code refuses")
    written = planned_suite(planned.root, python, planned.plan)
    proposals = values_taken(written, planned.schema, planned.plan, progress)
    return _with_values(planned, proposals)


def _with_values(planned: Planned, proposals: Iterable[Proposal]) -> Planned:
    """Write a suite with the values that were taken."""
    found = {one.label: list(map(partial(_taken, one), one.values)) for one in proposals if one.values}
    return _published(planned, stages.as_repaired(planned, found)) if found else planned


def _taken(proposal: Proposal, name: str) -> TakenPlan:
    code, reason = proposal.values[name], _one_line(proposal.reason)
    return TakenPlan(name=name, code=code, instead_of=JUST_FOUND, reason=reason)


def _prove(planned: Planned, python: str, progress: Progress) -> tuple[Planned, Proof]:
    """Run the tests of the factories, and mark those that fail."""
    classes = len(planned.plan.factories)
    progress(f"inserting rows of {classes} classes, one of each and 25")
    before = planned
    written = planned_suite(planned.root, python, planned.plan)
    try:
        results = check_factories(written, {})
        planned = _repaired(planned, written, results, progress)
        if planned is not before:
            written = planned_suite(planned.root, python, planned.plan)
            results = check_factories(written, {})
        repeated = _repeated(written, results)
    except TcgenError as error:
        return planned, _unproved(planned, _one_line(error.message))
    broken = [one for result in results.values() for one in result.refusals if one.in_setup]
    if broken:
        return planned, _unproved(planned, _one_line(broken[0].message))
    refused = _in_the_same_words(_refused([*results.items(), *repeated]), planned.plan)
    planned = _published(planned, stages.as_tried(planned, refused))
    left = tuple(Left(label, one.test, one.reason) for label, found in refused.items() for one in found)
    proved = sum(one.passed for one in results.values())
    repaired = tuple(one.label for one in planned.plan.factories if one.taken and results[one.label].passed)
    return planned, Proof(proved, repaired, left, marked=left == left_of(planned.plan))


def _repaired(planned: Planned, written: Suite, results: Mapping[str, Result], progress: Progress) -> Planned:
    """Try values where rows were refused, and write those that were taken.

    What is on record as refused has been tried before.
    """
    known = {one.label for one in planned.plan.factories if one.refused}
    results = {label: result for label, result in results.items() if label not in known}
    refused = [one for result in results.values() for one in result.refusals]
    classes = {one.label for one in refused if one.label}
    if not classes or any(one.in_setup for one in refused):
        return planned
    most = max(_TRIALS // len(classes), _FEWEST)
    proposals = propose(written, planned.schema, results, progress, most)
    return _with_values(planned, proposals)


def _repeated(written: Suite, results: Mapping[str, Result]) -> list[tuple[str, Result]]:
    """Run the tests of classes that were refused some more times: some of their values may be taken by luck."""
    refused = [label for label, result in results.items() if result.refusals]
    again = try_values(written, {}, {label: [{}] * _TIMES for label in refused}) if refused else {}
    return [(label, result) for (label, _), result in again.items()]


def _refused(results: Iterable[tuple[str, Result]]) -> dict[str, tuple[RefusalPlan, ...]]:
    """Return the first refusal of each test that failed."""
    found: dict[str, dict[str, RefusalPlan]] = {}
    for label, result in results:
        for one in result.refusals:
            refusal = RefusalPlan(test=one.test, label=one.label or label, reason=_one_line(one.message))
            found.setdefault(label, {}).setdefault(one.test, refusal)
    return {
        label: tuple(tests[test] for test in ("one", "many") if test in tests)
        for label, tests in sorted(found.items())
    }


def _in_the_same_words(
    refused: dict[str, tuple[RefusalPlan, ...]], plan: SuitePlan
) -> dict[str, tuple[RefusalPlan, ...]]:
    """Keep what is on record for the same test: other values are refused each time, in words that name them."""
    known = {(factory.label, one.test): one for factory in plan.factories for one in factory.refused}
    return {
        label: tuple(known.get((label, one.test), one) for one in found) for label, found in refused.items()
    }


def _one_line(message: str) -> str:
    words = " ".join(message.split())
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"


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
    migrated = stages.as_migrated(planned, trial)
    reason = trial.failure or stages.what_migrations_lack(migrated)
    if not reason:
        return _following(planned, migrated)
    fallback = _published(planned, stages.from_models(planned, reason))
    other = suite.try_migrations(python, planned.project.root, fallback.plan).failure
    if other is None:
        return fallback, tuple(one for one in fallback.plan.diagnostics if one.code == "migrations-fail")
    return _published(fallback, replace(planned, record=fallback.record)), (_no_way(reason, other),)


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
    return _published(planned, migrated), tuple(remarks)


def _demands(database: DatabasePlan) -> Iterator[Diagnostic]:
    views = [one.table for one in database.drift if one.takes_no_rows]
    if views:
        yield Diagnostic(
            level="note",
            code="view-takes-no-rows",
            message=f"no row can be inserted into {_some(views)}: classes of views have no factory",
        )
    stricter = [one.table for one in database.drift if not one.takes_no_rows]
    if stricter:
        yield Diagnostic(
            level="note",
            code="database-demands-more",
            message=f"the database demands more than the models of {_some(stricter)}:"
            " the factories follow the database",
        )


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if names[3:] else "")


def _differences(migrated: Planned) -> Diagnostic:
    names = _some(migrated.plan.database.differences)
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
        message=f"{test} fails: {_one_line(reason)}",
        hint="it is marked xfail until the migrations are mended",
    )


def _published(before: Planned, planned: Planned) -> Planned:
    """Write a suite that was planned again; lines that a person changed too stay as that person wants them."""
    if planned.plan == before.plan:
        return planned
    changes = stages.changes(planned)
    if any(one.kind == "conflict" for one in changes):
        return before
    publish(planned.root, changes)
    return stages.written(planned)


def _no_way(migrations: str, models: str) -> Diagnostic:
    return Diagnostic(
        level="warning",
        code="no-schema",
        message=f"the migrations fail on an empty PostgreSQL: {migrations};"
        f" the tables cannot be created from the models either: {models}",
        hint="mend the migrations, then run tcgen init again",
    )
