"""`pytest tests/golden --regenerate` writes the expected files anew; look at the diff before you commit it."""

from __future__ import annotations

import pytest

collect_ignore = ["cases"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regenerate", action="store_true", help="write the golden files anew")
