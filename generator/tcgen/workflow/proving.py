"""What was written is run: it is collected, its schema is made, its factories insert; the plan keeps what came of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from tcgen.errors import TcgenError
from tcgen.ir.diagnostics import Diagnostic, in_one_line
from tcgen.ir.plan import RefusalPlan, SuitePlan, TakenPlan
from tcgen.ir.schema import TITLES
from tcgen.plan.factories.taken import JUST_FOUND
from tcgen.verify import suite
from tcgen.verify.build_rows import may_refuse, values_taken
from tcgen.verify.check_factories import (
    FirstRun,
    Result,
    Suite,
    check_factories,
    planned_suite,
    run_first,
    try_values,
)
from tcgen.verify.find_values import Proposal, propose
from tcgen.verify.held_server import held_server
from tcgen.verify.overlay import Environment, environment_for
from tcgen.verify.suite import Outcome
from tcgen.workflow import application, stages
from tcgen.workflow.migrations import from_migrations, with_a_schema
from tcgen.workflow.request import Progress
from tcgen.workflow.rewrite import rewritten
from tcgen.workflow.stages import Planned

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


def _not_run(planned: Planned, reason: str, diagnostics: tuple[Diagnostic, ...] = ()) -> Tried:
    outcome = Outcome(status=None, tests=0, missing=_missing(planned))
    return Tried(planned, outcome, _unproved(planned, reason), diagnostics)


def not_tried(planned: Planned) -> Tried:
    """Return what is known of a suite that nobody wants to be run."""
    return _not_run(planned, "nothing was to be run")


def try_out(planned: Planned, progress: Progress) -> Tried:
    """Collect a suite that was written, make its schema, and insert rows with its factories.

    Raises:
        TcgenError: The disk refused, a file changed meanwhile, or another run is writing.
    """
    progress("looking for what the suite requires")
    project = planned.project
    where = environment_for(
        project.python, project.root, planned.plan.requirements, planned.plan.database.dialect
    )
    try:
        return _try_in(where, planned, progress)
    except TcgenError as error:
        if error.code != "suite-too-slow":
            raise
        return _not_run(planned, error.message, where.diagnostics)


def _try_in(where: Environment, planned: Planned, progress: Progress) -> Tried:
    missing = _missing(planned)
    if missing and not where.complete:
        return _not_run(planned, "what it requires is not installed", where.diagnostics)
    with held_server(where, planned.root, planned.plan.dest, planned.plan.database.dialect) as holding:
        first = None
        if planned.plan.factories and not may_refuse(planned.schema):
            where = holding()
            first = _first_run(planned, where, progress)
        if first is not None and first.tests:
            outcome = Outcome(status=0, tests=first.tests, missing=missing)
        else:
            progress("collecting the suite")
            outcome = suite.collect(planned.project.root, planned.plan, where, missing)
        if outcome.status != 0:
            return Tried(planned, outcome, _unproved(planned, why_not(outcome.output)), where.diagnostics)
        planned = stages.written(planned)
        if first is None:
            planned = _taken_by_the_project(planned, where, progress)
            where = holding()
        elif first.error is not None:
            reason = in_one_line(first.error.message)
            return _asked(planned, where, outcome, (), _unproved(planned, reason), progress)
        made = with_a_schema(planned, where, first, progress)
        planned = made.planned
        if any(one.code == "no-schema" for one in made.remarks):
            proof = _unproved(planned, "it has no schema")
            return Tried(planned, outcome, proof, (*where.diagnostics, *made.remarks))
        planned, proof = _prove(planned, where, made.results, progress)
        return _asked(planned, where, outcome, made.remarks, proof, progress)


def _first_run(planned: Planned, where: Environment, progress: Progress) -> FirstRun:
    """Collect the suite and insert with its factories at once, where no code of the project's own is asked before."""
    classes, migrated = len(planned.plan.factories), bool(from_migrations(planned))
    title = TITLES[planned.plan.database.dialect]
    before = f"running the migrations on {title}, then " if migrated else ""
    progress(f"{before}inserting rows of {classes} classes, one of each and 25")
    return run_first(planned_suite(planned.root, where, planned.plan), migrated=migrated)


def _asked(
    planned: Planned,
    where: Environment,
    outcome: Outcome,
    remarks: tuple[Diagnostic, ...],
    proof: Proof,
    progress: Progress,
) -> Tried:
    """Run the application's tests, which come last."""
    planned, further = application.tried(planned, where, progress)
    return Tried(planned, outcome, proof, (*where.diagnostics, *remarks, *further))


def why_not(output: str) -> str:
    """Return why pytest collected nothing, in the line of its output that tells most: an exception's, else the last."""
    lines = [line.strip() for line in output.splitlines()]
    raised = [
        line
        for line in lines
        if re.match(r"(E +)?([A-Za-z_]\w*\.)*[A-Za-z_]\w*(Error|Exception|Exit): ", line)
    ]
    telling = raised or [line for line in lines if re.match(r"E  |ERROR: (?!usage)|.*: error: ", line)]
    if not telling:
        return "it cannot be collected"
    reason = re.sub(r"^(E +|ERROR: |run_pytest.py: error: )", "", telling[-1])
    return in_one_line(f"it cannot be collected: {reason}")


def _missing(planned: Planned) -> tuple[str, ...]:
    return suite.missing_requirements(planned.plan, planned.schema)


def _taken_by_the_project(planned: Planned, where: Environment, progress: Progress) -> Planned:
    """Look for values that validators, constructors, properties and types take; no database is needed for that."""
    if not may_refuse(planned.schema):
        return planned
    progress("building rows, for what the project's own code refuses")
    written = planned_suite(planned.root, where, planned.plan)
    proposals = values_taken(written, planned.schema, planned.plan, progress)
    return _with_values(planned, proposals)


def _with_values(planned: Planned, proposals: Iterable[Proposal]) -> Planned:
    """Write a suite with the values that were taken."""
    found = {one.label: list(map(partial(_taken, one), one.values)) for one in proposals if one.values}
    return rewritten(planned, stages.as_repaired(planned, found)) if found else planned


def _taken(proposal: Proposal, name: str) -> TakenPlan:
    code, reason = proposal.values[name], in_one_line(proposal.reason)
    return TakenPlan(name=name, code=code, instead_of=JUST_FOUND, reason=reason)


def _prove(
    planned: Planned, where: Environment, results: dict[str, Result] | None, progress: Progress
) -> tuple[Planned, Proof]:
    """Run the tests of the factories, unless that was done, and mark those that fail."""
    written = planned_suite(planned.root, where, planned.plan)
    try:
        if results is None:
            classes = len(planned.plan.factories)
            progress(f"inserting rows of {classes} classes, one of each and 25")
            results = check_factories(written, {})
        planned, results = _with_sessions_that_work(planned, where, results)
        if reason := _broken(results):
            return planned, _unproved(planned, reason)
        written = planned_suite(planned.root, where, planned.plan)
        unrepaired = planned
        planned = _repaired(planned, written, results, progress)
        if planned is not unrepaired:
            written = planned_suite(planned.root, where, planned.plan)
            results = check_factories(written, {})
        repeated = _repeated(written, results)
    except TcgenError as error:
        return planned, _unproved(planned, in_one_line(error.message))
    if reason := _broken(results):
        return planned, _unproved(planned, reason)
    refused = _in_the_same_words(_refused([*results.items(), *repeated]), planned.plan)
    planned = rewritten(planned, stages.as_tried(planned, refused))
    left = tuple(Left(label, one.test, one.reason) for label, found in refused.items() for one in found)
    proved = sum(one.passed for one in results.values())
    repaired = tuple(one.label for one in planned.plan.factories if one.taken and results[one.label].passed)
    return planned, Proof(proved, repaired, left, marked=left == left_of(planned.plan))


def _with_sessions_that_work(
    planned: Planned, where: Environment, results: dict[str, Result]
) -> tuple[Planned, dict[str, Result]]:
    """Fall back to sessions of SQLAlchemy's own where those of the application take hardly a row."""
    if not application.needs_plain_sessions(planned, results):
        return planned, results
    plain = rewritten(planned, stages.with_plain_sessions(planned))
    again = check_factories(planned_suite(plain.root, where, plain.plan), {})
    if _refusals(again) < _refusals(results):
        return plain, again
    return rewritten(plain, planned), results


def _refusals(results: Mapping[str, Result]) -> int:
    return sum(bool(one.refusals) for one in results.values())


def _broken(results: Mapping[str, Result]) -> str:
    """Return what hinders all tests, before any row is made; "" where nothing does."""
    broken = [one for result in results.values() for one in result.refusals if one.in_setup]
    return in_one_line(broken[0].message) if broken else ""


def _repaired(planned: Planned, written: Suite, results: Mapping[str, Result], progress: Progress) -> Planned:
    """Try values where rows were refused, and write those that were taken.

    What is on record as refused has been tried before.
    """
    known = {one.label for one in planned.plan.factories if one.refused}
    results = {label: result for label, result in results.items() if label not in known}
    classes = {one.label for result in results.values() for one in result.refusals if one.label}
    if not classes:
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
            refusal = RefusalPlan(test=one.test, label=one.label or label, reason=in_one_line(one.message))
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
