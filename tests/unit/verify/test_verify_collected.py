"""Why a suite cannot be collected, in one line of what pytest said."""

from __future__ import annotations

import pytest

from tcgen.workflow.proving import why_not

OF_THE_DRIVER = """
E   sqlalchemy.exc.OperationalError: (psycopg.OperationalError) connection failed: port 5432 failed
E   \tIs the server running on that host and accepting TCP/IP connections?
E   (Background on this error at: https://sqlalche.me/e/21/e3q8)
=========================== short test summary info ============================
ERROR tests/integration/test_factories.py - sqlalchemy.exc.OperationalError: ...
"""


@pytest.mark.parametrize(
    ("output", "said"),
    [
        (
            OF_THE_DRIVER,
            ": sqlalchemy.exc.OperationalError: (psycopg.OperationalError) connection failed: port 5432 failed",
        ),
        (
            "Traceback:\nModuleNotFoundError: No module named 'mock'\n",
            ": ModuleNotFoundError: No module named 'mock'",
        ),
        ("E   first.Error: a\nE   second.Error: b\n", ": second.Error: b"),
        ("ERROR: usage: pytest\nERROR: no such option\n", ": no such option"),
        ("E   assert x\n", ": assert x"),
        ("", ""),
    ],
)
def test_the_line_that_tells_most(output: str, said: str) -> None:
    assert why_not(output) == f"it cannot be collected{said}"
