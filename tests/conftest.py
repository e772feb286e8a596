"""Fixtures for all tests."""

import os

import pytest
from hypothesis import HealthCheck, settings
from tests.started import FAST

# no test asserts a time, and by default Hypothesis does: 200 ms an example
settings.register_profile(
    "unhurried", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("unhurried")

pytest_plugins = ["engine.plugin"]


@pytest.fixture(scope="session", autouse=True)
def processes_that_start_fast(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Have processes started here find what earlier ones compiled, and spare what these tests do not need."""
    folder = tmp_path_factory.getbasetemp()
    shared = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    os.environ["PYTHONPYCACHEPREFIX"] = str(shared / "bytecode")
    os.environ.update(FAST)
