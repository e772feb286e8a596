"""Runs the suite's test of all factories and reads what pytest reports."""

from __future__ import annotations

import json
import os
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from tcgen.errors import TcgenError
from tcgen.ir.plan import FactoryPlan, SuitePlan
from tcgen.ir.schema import Dialect
from tcgen.record.answers import Record
from tcgen.record.lines import RecordedFactory
from tcgen.verify.overlay import Environment
from tcgen.verify.project_pytest import limit, run_pytest
from tcgen.verify.suite import MigrationTrial, read_trial, reporting

PLACEHOLDER = "ATTRIBUTE"
"""What the test names where nothing says which attribute is at fault."""

Values = Mapping[str, str]
"""Attribute → Python expression."""

_TESTS: dict[str, Literal["one", "many"]] = {"test_inserts_a_row": "one", "test_inserts_25_rows": "many"}
# what the project may have told pytest must not stop it early, or leave tests out; marks of an earlier trial do not
# count
_OPTIONS = (*("-q", "--maxfail=0", "--runxfail", "-m", "", "-k", "", "-o", "junit_family=xunit1"),)
_LINE = re.compile(r'^\s*"(?P<name>[^"]+)" = "…"$', re.MULTILINE)


@dataclass(frozen=True)
class Suite:
    """What the answers file says about a project's suite.

    Attributes:
        root: The project.
        where: What it is run in.
        dest: Folder of the suite, relative to the root.
        fields: Label of each class → the attributes its factory sets.
        dialect: Of its database.
        further: Folders in it, each with the factories of a further database.
    """

    root: Path
    where: Environment
    dest: str
    fields: dict[str, tuple[str, ...]]
    dialect: Dialect = "postgresql"
    further: tuple[str, ...] = ()

    @property
    def tests(self) -> list[str]:
        """The files with the factories' tests."""
        return self.files("test_factories.py")

    def files(self, name: str) -> list[str]:
        """Return those of that name which are there, of all its databases."""
        paths = [f"{self.dest}/{name}", *(f"{self.dest}/{one}/{name}" for one in self.further)]
        return [path for path in paths if Path(self.root, path).is_file()]


@dataclass(frozen=True)
class Refusal:
    """Why a row was not inserted.

    Attributes:
        message: What the database, a validator or a type said.
        label: The class that was refused, maybe a parent of the one under test; "" where the test does not say.
        attributes: Those that may be at fault.
        test: That of one row, or of many.
        in_setup: The test did not come to insert anything.
    """

    message: str
    label: str = ""
    attributes: tuple[str, ...] = ()
    test: Literal["one", "many"] = "one"
    in_setup: bool = False


@dataclass
class Result:
    """What became of one class: passed, failed, or None for a test that did not run."""

    one: bool | None = None
    many: bool | None = None
    refusals: list[Refusal] = field(default_factory=list[Refusal])

    @property
    def passed(self) -> bool:
        """Whether all its tests ran and none failed."""
        return self.one is not False and self.many is not False and (self.one or self.many or False)


def recorded_suite(root: Path, where: Environment, record: Record) -> Suite:
    """Return the suite that is on record.

    Raises:
        TcgenError: Its test of all factories is gone.
    """
    plan = record.plan
    test = root / plan.suite.dest / "test_factories.py"
    if plan.factories and not test.is_file():
        raise TcgenError(
            "no-factory-test", f"{test} does not exist", hint="tcgen init --diff shows what it was"
        )
    further = tuple(one.name for one in plan.suite.further)
    return Suite(root, where, plan.suite.dest, _fields(plan.factories), plan.suite.database.dialect, further)


def planned_suite(root: Path, where: Environment, plan: SuitePlan) -> Suite:
    """Return the suite of a plan that has just been written."""
    further = tuple(one.name for one in plan.further)
    return Suite(root, where, plan.dest, _fields(plan.factories), plan.database.dialect, further)


def _fields(factories: Iterable[FactoryPlan | RecordedFactory]) -> dict[str, tuple[str, ...]]:
    return {one.label: tuple(field.name for field in one.fields) for one in factories}


def check_factories(suite: Suite, values: Mapping[str, Values]) -> dict[str, Result]:
    """Run the factories' tests once.

    Args:
        suite: The suite.
        values: Label → attributes the factories are to set otherwise.

    Raises:
        TcgenError: It cannot be run, or there is no server to run it on.
    """
    # without any there are tables that no class is mapped to
    return _of_all(suite, _run(suite, values, {})) if suite.fields else {}


@dataclass
class FirstRun:
    """What the first run of a suite showed, which collected all of it.

    Attributes:
        tests: Test cases; 0 where the suite was not collected the way the project does it.
        migrations: As of ``check_all``; empty where none were asked for.
        results: As of ``check_all``.
        error: Why there are no results, where no migrations were asked for.
    """

    tests: int = 0
    migrations: dict[str, MigrationTrial] = field(default_factory=dict[str, MigrationTrial])
    results: dict[str, Result] | None = None
    error: TcgenError | None = None


def run_first(suite: Suite, *, migrated: bool) -> FirstRun:
    """Collect a suite, and run the tests of its factories at once.

    Args:
        suite: The suite.
        migrated: Its schema comes from migrations, whose tests are run too.

    Raises:
        TcgenError: ``suite-too-slow``.
    """
    found = FirstRun()
    with TemporaryDirectory(prefix="tcgen-") as folder:
        collected = Path(folder, "collected")
        if migrated:
            found.migrations, found.results = check_all(suite, collected)
        else:
            try:
                found.results = _of_all(suite, _run(suite, {}, {}, collected=collected))
            except TcgenError as error:
                if error.code == "suite-too-slow" and not collected.is_file():
                    # to collect it once more would wait for the same
                    raise
                found.error = error
        found.tests = int(collected.read_text(encoding="utf-8")) if collected.is_file() else 0
    return found


def check_all(
    suite: Suite, collected: Path | None = None
) -> tuple[dict[str, MigrationTrial], dict[str, Result] | None]:
    """Make the suite's databases, and run the tests of the migrations and those of the factories on them, all at once.

    Args:
        suite: The suite, whose schema comes from migrations.
        collected: Where to write how many tests there are, for a run that collects all of them.

    Returns:
        What came of the migrations, by the name of the database; and of the factories, None where they could not be run.

    Raises:
        TcgenError: ``suite-too-slow``.
    """
    with TemporaryDirectory(prefix="tcgen-") as folder:
        try:
            results = _of_all(suite, _run(suite, {}, {}, Path(folder), collected))
        except TcgenError as error:
            if error.code == "suite-too-slow":
                raise
            results = None
        return {name: read_trial(Path(folder, name)) for name in ("", *suite.further)}, results


def _of_all(suite: Suite, found: Mapping[tuple[str, int], Result]) -> dict[str, Result]:
    return {label: found.get((label, 0), Result()) for label in suite.fields}


def try_values(
    suite: Suite, values: Mapping[str, Values], trials: Mapping[str, Sequence[Values]]
) -> dict[tuple[str, int], Result]:
    """Run the tests of some classes with one set of values after the other.

    Args:
        suite: The suite.
        values: As in ``check_factories``.
        trials: Label → sets of values to try.

    Returns:
        A result by label and place of the set.
    """
    return _run(suite, values, trials)


def _run(
    suite: Suite,
    values: Mapping[str, Values],
    trials: Mapping[str, Sequence[Values]],
    migrated: Path | None = None,
    collected: Path | None = None,
) -> dict[tuple[str, int], Result]:
    """Run the factories' tests; beside those of the migrations where there is a folder for what is found of them.

    The whole suite is collected where there is a file for the number of its tests.
    """
    tests, plugins = suite.tests, ["try_values"]
    # with $CI set, a missing server would be a failure of every class
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    if migrated is not None:
        # scripts that cannot be loaded have none
        tests = [*tests, *suite.files("test_migrations.py")]
        plugins.append("make_schema")
        environment |= reporting(migrated, suite.further)
    with TemporaryDirectory(prefix="tcgen-") as folder:
        report, asked = Path(folder, "report.xml"), Path(folder, "trials.json")
        # pytest takes more files where the project's options name some
        wanted = {"values": values, "trials": trials, "files": sorted({Path(one).name for one in tests})}
        asked.write_text(json.dumps(wanted), encoding="utf-8")
        if collected is not None:
            tests = [suite.dest]
            environment["TCGEN_COLLECTED"] = str(collected)
        done = run_pytest(
            suite.where,
            suite.root,
            [*tests, *_OPTIONS, f"--junitxml={report}"],
            plugins=plugins,
            environment=environment | {"TCGEN_TRIALS": str(asked)},
            seconds=limit(len(suite.fields)),
        )
        cases = list(ElementTree.parse(report).iter("testcase")) if report.is_file() else []  # noqa: S314
    _check_it_ran(cases)
    found = _results(cases, suite.fields)
    if not found:
        raise TcgenError(
            "factory-test-not-run",
            f"{suite.dest}/test_factories.py did not run in {suite.where.python}",
            hint=f"pytest {suite.dest} must be able to start; tcgen init names what it needs",
            detail=(done.stdout + done.stderr)[-2000:],
        )
    return found


def _results(cases: Iterable[ElementTree.Element], labels: Iterable[str]) -> dict[tuple[str, int], Result]:
    known = set(labels)
    found: dict[tuple[str, int], Result] = {}
    for case in cases:
        test, _, parameters = str(case.get("name")).removesuffix("]").partition("[")
        parts = parameters.split("-")
        label = next((part for part in parts if part in known), None)
        if test not in _TESTS or label is None:
            continue
        place = next((int(part) for part in parts if part.isdigit()), 0)
        result = found.setdefault((label, place), Result())
        if case.find("skipped") is not None:
            continue
        failures = [*case.iter("failure"), *case.iter("error")]
        # a backend of anyio's is one case more of the same test
        passed = not failures and getattr(result, _TESTS[test]) is not False
        setattr(result, _TESTS[test], passed)
        result.refusals += [
            replace(_refusal(one, known), test=_TESTS[test], in_setup=one.tag == "error") for one in failures
        ]
    return found


def _check_it_ran(cases: Iterable[ElementTree.Element]) -> None:
    """Make sure that not all was skipped, as it is where there is no server."""
    reasons = [
        skipped.get("message") if (skipped := case.find("skipped")) is not None else None for case in cases
    ]
    if reasons and all(reasons):
        raise TcgenError("no-server", str(reasons[0]), hint="tcgen verify inserts into a real database")


def _refusal(failure: ElementTree.Element, labels: set[str]) -> Refusal:
    text = failure.text or ""
    label, attributes = "", []
    for named in _LINE.finditer(text):
        label, _, attribute = named["name"].rpartition(".")
        attributes.append(attribute)
    if label not in labels:
        return Refusal(_first_line(str(failure.get("message"))))
    said = [line.strip() for line in text.splitlines() if line.startswith("  ")]
    return Refusal(said[0] if said else text, label, tuple(attributes))


def _first_line(message: str) -> str:
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    return lines[0] if lines else "no reason was reported"
