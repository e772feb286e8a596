"""A pytest plugin, run in the project's interpreter: the files that a run is given, and none that ``addopts`` name besides.

A project that has its own tests there would have them run with each proof, and none is had while one of their modules
cannot be imported.
"""

from __future__ import annotations

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Take away what the command line did not name, before a worker is told what to collect."""
    config.args[:] = [one for one in config.args if one in config.invocation_params.args]
