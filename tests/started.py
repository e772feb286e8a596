"""The environment of the processes that tests start."""

from __future__ import annotations

import os

FAST = {"PYTHONDONTWRITEBYTECODE": "", "PYTEST_ADDOPTS": "-p no:hypothesispytest"}
"""What they compile is kept, whatever the shell says; and a pytest goes without Hypothesis' plugin, which imports all of
Hypothesis to print nothing: a quarter of its start."""


def inherited() -> dict[str, str]:
    """Return this process's environment without what the pytest it belongs to has set."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    return kept | FAST
