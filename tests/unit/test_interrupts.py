"""Each signal ends a run once, in order, and none in the middle of a write."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

PROGRAM = """
import os, signal, sys
from tcgen import interrupts
interrupts.listen()
def hear(): os.kill(os.getpid(), signal.SIGTERM)
try:
{body}
except interrupts.Interrupted as heard:
    print(heard, heard.status)
"""


def ran(body: str) -> list[str]:
    """What a program prints that hears a signal."""
    text = PROGRAM.format(body="\n".join(f"    {line}" for line in body.splitlines()))
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_signal_ends_what_runs() -> None:
    assert ran("hear()\nprint('on')") == ["SIGTERM 143"]


def test_what_must_not_be_cut_comes_to_its_end() -> None:
    body = "with interrupts.held():\n    with interrupts.held():\n        hear()\n    print('whole')\nprint('on')"
    assert ran(body) == ["whole", "SIGTERM 143"]


def test_a_second_signal_does_not_disturb_the_end() -> None:
    assert ran("try:\n    hear()\nfinally:\n    hear()\n    print('tidied')") == ["tidied", "SIGTERM 143"]


def test_after_the_end_nothing_is_heard() -> None:
    assert ran("interrupts.ignore()\nhear()\nprint('on')") == ["on"]


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="there are no hang-ups")
def test_who_has_signals_ignored_is_left_alone() -> None:
    program = PROGRAM.format(body="    os.kill(os.getpid(), signal.SIGHUP)\n    print('on')")
    ignoring = f"import signal\nsignal.signal(signal.SIGHUP, signal.SIG_IGN)\n{program}"
    done = subprocess.run([sys.executable, "-c", ignoring], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "on\n"), done.stderr
