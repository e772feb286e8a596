"""Loaded by each measured pytest: runs the tests as pytest does, and writes down what each of them took.

It imports nothing but pytest and the standard library. $BENCH_REPORT names the file, $BENCH_SECONDS the time after which
no more tests are begun, $BENCH_PROFILE a file for cProfile's findings.
"""

from __future__ import annotations

import cProfile
import json
import os
from pathlib import Path
from time import perf_counter

import pytest


class Stopwatch:
    """Keeps the seconds of each test: all its phases and hooks."""

    def __init__(self, report: Path) -> None:
        """Remember where to write."""
        self.report = report
        self.seconds: list[float] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the tests until the time is over, and the last of them in any case."""
        if session.testsfailed:
            raise session.Interrupted("errors during collection")
        *items, last = session.items
        profile = cProfile.Profile() if "BENCH_PROFILE" in os.environ else None
        until = float("inf")
        for item, following in zip(items, [*items[1:], last], strict=True):
            over = perf_counter() > until
            self.seconds.append(self._run(item, last if over else following))
            if over:
                break
            # the first test pays for what is done once a run
            if len(self.seconds) == 1:
                until = perf_counter() + float(os.environ["BENCH_SECONDS"])
                if profile:
                    profile.enable()
        if profile:
            profile.disable()
            profile.dump_stats(os.environ["BENCH_PROFILE"])
        self._run(last, None)
        return True

    def _run(self, item: pytest.Item, following: pytest.Item | None) -> float:
        started = perf_counter()
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        return perf_counter() - started

    def pytest_unconfigure(self) -> None:
        """Write what was found."""
        # not getrusage: a process inherits the maximum of the one that started it
        lines = Path("/proc/self/status").read_text().splitlines()
        peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
        self.report.write_text(json.dumps({"seconds": self.seconds, "peak": peak / 1024}))


def pytest_configure(config: pytest.Config) -> None:
    """Register the stopwatch."""
    config.pluginmanager.register(Stopwatch(Path(os.environ["BENCH_REPORT"])))
