"""A pytest plugin, run in the project's interpreter: factories with other values than their own.

A set of ``trials`` is a test case.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from .factories import ASKED, Live, factory_of, label_of, other_values, set_values

MOST_SETUPS = 20
SETUPS = {"failed": 0, "passed": 0}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test as often as the longest list of trials asks."""
    most = max((len(sets) for sets in ASKED["trials"].values()), default=0)
    # the project's addopts may name folders of its own tests
    file = metafunc.definition.nodeid.partition("::")[0]
    if most and "factory" in metafunc.fixturenames and file.endswith("/test_factories.py"):
        metafunc.parametrize("tcgen_trial", range(most), indirect=True)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(session: pytest.Session, items: list[pytest.Item]) -> None:
    """Set what is to be set in any case; leave out trials that nobody asked for."""
    if "TCGEN_COLLECTED" in os.environ and not session.testsfailed and not chooses(session.config):
        Path(os.environ["TCGEN_COLLECTED"]).write_text(str(len(items)), encoding="utf-8")
    for factory in {factory for item in items if (factory := factory_of(item)) is not None}:
        set_values(factory, ASKED["values"].get(label_of(factory), {}))
    items[:] = [item for item in items if is_asked_for(item)]


def chooses(config: pytest.Config) -> bool:
    """Tell whether the project has pytest choose among tests, by marks or names, which this run does not heed."""
    given = [*config.getini("addopts"), *shlex.split(os.environ.get("PYTEST_ADDOPTS", ""))]
    return any(one.startswith(("-m", "-k")) for one in given)


def is_asked_for(item: Live) -> bool:
    """Tell whether a test case belongs to the suite itself, or to a trial there is; a linter's items do not."""
    factory = factory_of(item)
    if factory is None:
        return isinstance(item, pytest.Function) and item.path.name in ASKED["files"]
    if not ASKED["trials"]:
        return True
    trial: int = item.callspec.params["tcgen_trial"]
    return trial < len(ASKED["trials"].get(label_of(factory), ()))


def pytest_exception_interact(
    node: pytest.Item | pytest.Collector, report: pytest.TestReport | pytest.CollectReport
) -> None:
    """Stop where nothing can be set up: thousands of tests would each say the same, at length."""
    if report.when == "setup":
        SETUPS["failed"] += 1
        if SETUPS["failed"] == MOST_SETUPS and not SETUPS["passed"]:
            node.session.shouldstop = "no test can be set up"


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count what could be set up."""
    SETUPS["passed"] += report.when == "setup" and report.passed


@pytest.fixture(autouse=True)
def tcgen_trial(request: pytest.FixtureRequest) -> Iterator[None]:
    """Set the values of one trial, and take them back."""
    factory = factory_of(request.node)
    if not ASKED["trials"] or factory is None:
        yield
        return
    with other_values(factory, ASKED["trials"][label_of(factory)][request.param]):
        yield
