"""What is measured, in rounds in which everybody has a turn, and nobody always the same one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.benchmarks.isolation.contenders import BARE, CONTENDERS, LOOPS, MEASURES
from tests.benchmarks.isolation.place import Failed, Place, Run, furnished
from tests.benchmarks.isolation.profile import findings
from tests.benchmarks.isolation.server import Server

# Tables of the project with which a first test and the profile are measured, and of the one whose tests workers share:
# 300 of them, with tables made for each, take minutes.
MIDDLE, SMALL = 50, 10


@dataclass(frozen=True)
class Scope:
    """How much is measured.

    Attributes:
        sizes: Tables, for the overhead of a test.
        rounds: Turns of everybody, for the overhead and for a first test.
        seconds: How long tests are begun in a turn.
        tests: How many everybody has, and a run with workers takes.
        workers: How many share them.
        revisions: How many make the tables for a first test; 0 are those that the models make.
        coroutines: Tables, for the overhead of a test that is a coroutine.
    """

    sizes: tuple[int, ...] = (10, 50, 200, 1000)
    rounds: int = 3
    seconds: float = 1.0
    tests: int = 300
    workers: tuple[int, ...] = (1, 2, 4)
    revisions: tuple[int, ...] = (0, 5, 100)
    coroutines: tuple[int, ...] = (10, 200)


QUICK = Scope((10,), 1, 0.3, 20, (2,), (0, 5), (10,))
Found = dict[str, Any]


def containers_are_missing() -> str:
    """Return why nobody can have a container, if that is so."""
    command = ["docker", "image", "inspect", "postgres:18"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"no container engine answers: {error}"
    return f"no image postgres:18: {done.stderr.strip()}" if done.returncode else ""


@dataclass(frozen=True)
class Rounds:
    """Measures contenders on one server.

    Attributes:
        server: What all are given.
        python: The interpreter that has them.
        names: Who is compared; an empty test and the one by hand are always among them.
        scope: How much is measured.
        containers: Whether there is an engine for them.
    """

    server: Server
    python: Path
    names: list[str]
    scope: Scope
    containers: bool

    def overhead(self) -> Found:
        """Return the seconds of each test, by tables and contender, a list a round; and each pytest's size in MB."""
        return {str(tables): self._overhead(tables) for tables in self.scope.sizes}

    def _overhead(self, tables: int) -> Found:
        with self._place(names := self._lasting(), tables) as place:
            turn = partial(place.measure, seconds=self.scope.seconds)
            found = _in_turns(f"{tables} tables", self._there(place, names), self.scope.rounds, turn)
        return {name: _measured(runs) for name, runs in found.items()}

    def coroutines(self) -> Found:
        """Return the same of tests that are coroutines, by tables, and contender with the scope of its loop."""
        names = [name for name in self.names if CONTENDERS[name].asynchronous]
        sizes = self.scope.coroutines if names else ()
        return {str(tables): self._coroutines(names, tables) for tables in sizes}

    def _coroutines(self, names: list[str], tables: int) -> Found:
        with self._place(names, tables) as place:
            there = self._there(place, names)
            entries = [(name, loop) for loop in LOOPS for name in there]

            def turn(entry: tuple[str, str]) -> Run:
                name, loop = entry
                return place.measure(name, self.scope.seconds, loop=loop)

            found = _in_turns(f"coroutines, {tables} tables", entries, self.scope.rounds, turn)
        return {"|".join(entry): _measured(runs) for entry, runs in found.items()}

    def first(self) -> Found:
        """Return the seconds of a run of one test, cold and warm, by revisions, and contender with its server."""
        return {str(revisions): self._first(revisions) for revisions in self.scope.revisions}

    def _first(self, revisions: int) -> Found:
        names = [name for name in self._plain() if name not in (BARE, "truncate")]
        names = [name for name in names if not revisions or CONTENDERS[name].migrates]
        with self._place(names, MIDDLE, revisions) as place:
            entries = [
                entry for name in self._there(place, names) for entry in self._servers(name, revisions)
            ]

            def turn(entry: tuple[str, str]) -> list[Run]:
                name, server = entry
                variables = CONTENDERS[name].own_servers.get(server, {})
                place.cool()
                return [place.first(name, variables), place.first(name, variables)]

            found = _in_turns(f"a first test, {revisions} revisions", entries, self.scope.rounds, turn)
        return {
            "|".join(entry): runs
            if isinstance(runs, str)
            else {"cold": [cold.wall for cold, _ in runs], "warm": [warm.wall for _, warm in runs]}
            for entry, runs in found.items()
        }

    def _servers(self, name: str, revisions: int) -> list[tuple[str, str]]:
        contender = CONTENDERS[name]
        own = (
            []
            if revisions
            else [kind for kind in contender.own_servers if self.containers or kind != "container"]
        )
        return [(name, contender.server), *((name, kind) for kind in own)]

    def workers(self) -> Found:
        """Return the seconds of a run of all tests, by contender and number of workers."""
        with self._place(names := self._lasting(), SMALL) as place:
            entries = [(name, count) for name in self._there(place, names) for count in self.scope.workers]
            found = _in_turns(f"{self.scope.tests} tests", entries, 1, lambda entry: place.all(*entry))
        table: Found = {}
        for (name, count), runs in found.items():
            table.setdefault(name, {})[str(count)] = runs if isinstance(runs, str) else runs[0].wall
        return table

    def profile(self) -> Found:
        """Return what the profiler says of a run of tcgen's."""
        if "tcgen" not in self.names:
            return {}
        with self._place(["tcgen"], MIDDLE) as place:
            file = place.folder / "profile"
            run = place.measure("tcgen", 60, file)
            return findings(file, len(run.seconds) - 1)

    def _plain(self) -> list[str]:
        return [name for name in self.names if not CONTENDERS[name].asynchronous]

    def _lasting(self) -> list[str]:
        return [name for name in self._plain() if not CONTENDERS[name].once_a_run]

    def _place(self, names: list[str], tables: int, revisions: int = 0) -> AbstractContextManager[Place]:
        return furnished(self.python, self.server, names, tables, revisions, self.scope.tests)

    def _there(self, place: Place, names: list[str]) -> list[str]:
        place.server.sweep()
        return [name for name in names if place.has(name)]


def _measured(runs: list[Run] | str) -> Found | str:
    if isinstance(runs, str):
        return runs
    # the first test pays for what is done once a run
    return {"seconds": [run.seconds[1:] for run in runs], "peak": [run.peak for run in runs]}


def _in_turns(what: str, entries: list[Any], rounds: int, turn: Callable[[Any], Any]) -> dict[Any, Any]:
    """Return what each turn of each entry gave, or why one failed: nobody who failed has another turn.

    Raises:
        Failed: Without it nobody else can be measured.
    """
    found: dict[Any, Any] = {entry: [] for entry in entries}
    for number in range(rounds):
        print(f"{what}: round {number + 1} of {rounds} …", file=sys.stderr)
        for entry in _rotated(entries, number * len(entries) // rounds):
            if isinstance(found[entry], str):
                continue
            try:
                found[entry].append(turn(entry))
            except Failed as error:
                if entry in MEASURES or entry[0] in MEASURES:
                    raise
                found[entry] = str(error)
                print(f"  {entry}: {error}", file=sys.stderr)
    return found


def _rotated(entries: list[Any], by: int) -> Iterator[Any]:
    yield from entries[by:]
    yield from entries[:by]
