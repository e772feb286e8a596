"""What the isolation of a test costs, beside other ways to it, all on one server."""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.benchmarks.isolation import environment, page, plot, report
from tests.benchmarks.isolation.contenders import CONTENDERS, MEASURES
from tests.benchmarks.isolation.place import Failed
from tests.benchmarks.isolation.rounds import QUICK, Rounds, Scope, containers_are_missing
from tests.benchmarks.isolation.server import started
from tests.benchmarks.parts import CannotMeasure

from tcgen.user_cache import cache_home

Found = dict[str, Any]


def add_options(group: argparse._ArgumentGroup) -> None:
    """Declare who is compared, and where they are installed."""
    names = ", ".join(name for name in CONTENDERS if name not in MEASURES)
    group.add_argument(
        "--contender", action="append", metavar="NAME", help=f"{names}; may be given several times [all]"
    )
    group.add_argument("--rounds", type=int, metavar="N", help="turns of everybody [3]")
    group.add_argument(
        "--cache",
        type=Path,
        default=cache_home() / "tcgen" / "benchmarks",
        metavar="FOLDER",
        help="where an environment with the contenders is made and kept [the user's cache]",
    )
    group.add_argument(
        "--python", type=Path, metavar="FILE", help="an interpreter to use in place of such an environment"
    )


def measure(options: argparse.Namespace) -> Found:
    """Measure in the environment that the options name."""
    chosen = options.contender or [name for name in CONTENDERS if name not in MEASURES]
    for name in chosen:
        if name not in CONTENDERS:
            raise CannotMeasure(f"--contender {name}: there is {', '.join(CONTENDERS)}")
    if options.rounds is not None and options.rounds < 1:
        raise CannotMeasure(f"--rounds {options.rounds}: at least 1")
    wanted = [one for contender in CONTENDERS.values() for one in contender.requirements]
    try:
        found = (
            environment.given(options.python, wanted)
            if options.python
            else environment.made(options.cache, wanted)
        )
    except (environment.NoEnvironment, OSError) as error:
        raise CannotMeasure(f"no environment for the contenders: {error}") from None
    try:
        scope = QUICK if options.quick else Scope()
        return compare(found, chosen, replace(scope, rounds=options.rounds or scope.rounds))
    except (Failed, ImportError) as error:
        raise CannotMeasure(str(error)) from None


def compare(installed: environment.Environment, chosen: list[str], scope: Scope) -> Found:
    """Measure all that is chosen and can be run here.

    Returns:
        What it was measured on and with, who could not be measured and why, and what was found.
    """
    no_containers = containers_are_missing()
    missing = {name: why for name in chosen if (why := _why_missing(name, installed, no_containers))}
    compared = [name for name in chosen if name not in (*MEASURES, *missing)]
    coroutines = any(CONTENDERS[name].asynchronous for name in compared)
    measures = [name for name in MEASURES if coroutines or not CONTENDERS[name].asynchronous]
    names = [*measures, *compared]
    with started() as server:
        rounds = Rounds(server, installed.python, names, scope, not no_containers)
        return {
            "cpus": os.cpu_count(),
            "python": installed.versions["python"],
            "postgresql": server.version,
            "in_memory": server.in_memory,
            "versions": {name: installed.versions[name] for name in page.NAMED if name in installed.versions},
            "rounds": scope.rounds,
            "quick": scope.sizes == QUICK.sizes,
            "tests": scope.tests,
            "missing": missing,
            "overhead": rounds.overhead(),
            "first": rounds.first(),
            "coroutines": rounds.coroutines(),
            "workers": rounds.workers(),
            "profile": rounds.profile(),
        }


def _why_missing(name: str, installed: environment.Environment, no_containers: str) -> str:
    contender = CONTENDERS[name]
    if contender.server == "container" and no_containers:
        return no_containers
    return next((installed.missing[one] for one in contender.requirements if one in installed.missing), "")


def text(found: Found) -> str:
    """Return the page's tables."""
    return report.tables(found)


def pages(found: Found) -> dict[str, str]:
    """Return the page and its plot."""
    return {"benchmarks.md": page.page(found), page.PLOT: plot.svg(report.medians(found))}
