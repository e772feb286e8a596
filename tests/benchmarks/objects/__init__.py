"""Objects a second, side by side with the peers."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from tests.benchmarks.parts import CannotMeasure

from tcgen.ir.schema import TITLES, Dialect


def add_options(group: argparse._ArgumentGroup) -> None:
    """Declare the databases."""
    group.add_argument(
        "--database",
        action="append",
        metavar="NAME[=WHERE]",
        help=f"{', '.join(TITLES)}; may be given several times; WHERE is what $TEST_DATABASE says to a generated"
        " suite [postgresql]",
    )


def measure(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Measure on one database after the other."""
    from tests.benchmarks.objects.rounds import on_database

    rows, turns = (3, 1) if options.quick else (200, 7)
    chosen = [_database(one) for one in options.database or ["postgresql"]]
    found = []
    for name, where in chosen:
        os.environ.update({"TEST_DATABASE": where} if where else {})
        print(f"generating the factories and starting {TITLES[name]} …", file=sys.stderr)
        found.append(on_database(name, rows, turns))
    return found


def _database(option: str) -> tuple[Dialect, str]:
    wanted, _, where = option.partition("=")
    for name in TITLES:
        if name == wanted:
            return name, where
    raise CannotMeasure(f"--database {wanted}: there is {', '.join(TITLES)}")


def text(found: list[dict[str, Any]]) -> str:
    """Return a table for each database."""
    from tests.benchmarks.objects import report

    return "\n".join(map(report.section, found))


def pages(found: list[dict[str, Any]]) -> dict[str, str]:
    """Return the page."""
    from tests.benchmarks.objects import report

    return {"benchmarks-objects.md": report.page(found)}
