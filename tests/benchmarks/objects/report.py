"""The figures as a table, and as a page of the documentation."""

from __future__ import annotations

from statistics import median
from typing import Any

from tests.benchmarks.objects.contenders import SETS

FLOOR = "SQLAlchemy alone"


def ratio(rounds: list[float] | str, floor: list[float]) -> str:
    """Return the median share of the floor's speed, round by round."""
    if isinstance(rounds, str):
        return "fails"
    share = median(one / bare for one, bare in zip(rounds, floor, strict=True))
    return f"{share:.2f}" if share >= 0.01 else f"1/{1 / share:,.0f}"


def rows(found: dict[str, Any]) -> list[list[str]]:
    """Return the lines of the table: the set and the step, objects a second of the floor, everybody's share."""
    lines = []
    for name, steps in found["sets"].items():
        for step, everybody in steps.items():
            floor = everybody[FLOOR]
            shares = [ratio(rounds, floor) for who, rounds in everybody.items() if who != FLOOR]
            lines.append([SETS[name], step, f"{median(floor):,.0f}", *shares])
    return lines


def table(found: dict[str, Any]) -> str:
    """Return a Markdown table."""
    others = [who for who in next(iter(found["sets"].values()))["build"] if who != FLOOR]
    head = ["models", "", f"{FLOOR}, objects a second", *others]
    lines = [head, ["---", "---", *("---:" for _ in head[2:])], *rows(found)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def failures(found: dict[str, Any]) -> str:
    """Return why somebody has no figure."""
    lines = [
        f"- {who}, {SETS[name]}, {step}: `{rounds}`"
        for name, steps in found["sets"].items()
        for step, everybody in steps.items()
        for who, rounds in everybody.items()
        if isinstance(rounds, str)
    ]
    return "\n".join(["", "Where it says “fails”:", "", *lines, ""]) if lines else ""


def section(found: dict[str, Any]) -> str:
    """Return what the page says of one database."""
    return f"""## {found["database"]}

{table(found)}
{failures(found)}"""


def page(every: list[dict[str, Any]]) -> str:
    """Return ``docs/benchmarks-objects.md``."""
    found = every[0]
    return f"""\
# Rows a second

Written by `python -m tests.benchmarks objects --page`. All ran in one process on one real database, in turns:
{found["rounds"]} rounds of {found["rows"]} objects each, {found["cpus"]} CPUs, Python {found["python"]}.

The third column is the floor: constructors with constant values, `add_all`, `flush`. The others are shares of its
speed in the same round, the median of all rounds; 0.50 is half as fast, and more is better. `build` makes objects
only, `create` inserts them, and whatever they require, with one call for the whole batch.

tcgen are the generated factories, polyfactory a plain `SQLAlchemyFactory` that leaves keys to the database, and
factory_boy hand-written `SQLAlchemyModelFactory` classes with the same kind of values. polyfactory fills optional
relationships too: of seven classes that are all related it makes 1,957 objects for the one asked for. Where an
object takes longer than half a second, one is measured instead of {found["rows"]}.

{chr(10).join(map(section, every)).rstrip()}
"""
