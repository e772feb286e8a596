"""Fixtures for all tests."""

import os

import pytest
from hypothesis import HealthCheck, settings

# no test asserts a time, and by default Hypothesis does: 200 ms an example
settings.register_profile(
    "unhurried", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("unhurried")

pytest_plugins = ["engine.plugin"]


@pytest.fixture(scope="session", autouse=True)
def processes_that_start_fast(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Have processes started here spare what these tests do not need, some thousand times.

    What they compile is kept in one place, in which the next ones find it, whatever the shell says; and a pytest goes
    without Hypothesis' plugin, which imports all of Hypothesis to print nothing: a quarter of its start.
    """
    folder = tmp_path_factory.getbasetemp()
    shared = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    os.environ["PYTHONPYCACHEPREFIX"] = str(shared / "bytecode")
    os.environ["PYTHONDONTWRITEBYTECODE"] = ""
    os.environ["PYTEST_ADDOPTS"] = "-p no:hypothesispytest"
