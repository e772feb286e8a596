"""The project's pytest is given an end."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from tcgen.errors import TcgenError
from tcgen.verify.overlay import Environment
from tcgen.verify.project_pytest import run_pytest

WAITS = """
import time
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def server():
    yield
    Path("stopped").touch()


def test_waits():
    time.sleep(600)
"""


def test_what_waits_for_ever_is_stopped_and_stops_what_it_started(tmp_path: Path) -> None:
    # as in the background of a shell script
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    (tmp_path / "test_waits.py").write_text(WAITS)
    with pytest.raises(
        TcgenError, match=r"longer than 15 s and was stopped, in \S*test_waits.py:15$"
    ) as raised:
        run_pytest(Environment(sys.executable), tmp_path, ["test_waits.py"], seconds=15)
    assert signal.signal(signal.SIGINT, before) is signal.SIG_IGN
    assert raised.value.code == "suite-too-slow"
    assert (tmp_path / "stopped").exists()
