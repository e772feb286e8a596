"""Interleaved rounds, so that whatever else the machine does slows everybody alike."""

from __future__ import annotations

import os
import platform
import sys
from time import perf_counter
from typing import Any

from sqlalchemy.engine import Engine
from tests.benchmarks.objects.contenders import SETS, Contender, contenders
from tests.benchmarks.objects.suite import database, generated, session_on

from tcgen.ir.schema import TITLES, Dialect

# who takes longer than this for one object is not asked for more
_PATIENCE = 0.5


def on_database(dialect: Dialect, rows: int, rounds: int) -> dict[str, Any]:
    """Measure all contenders on all sets.

    Args:
        dialect: The database.
        rows: Objects a measurement.
        rounds: How often everybody has a turn.

    Returns:
        What was measured on, and for each set, step and contender the objects a second of each round, or why
        there are none.
    """
    with generated(dialect), database(dialect) as engine:
        results = {name: _set(name, engine, rows, rounds) for name in SETS}
    return {
        "database": TITLES[dialect],
        "cpus": os.cpu_count(),
        "python": platform.python_version(),
        "rows": rows,
        "rounds": rounds,
        "sets": results,
    }


def _set(name: str, engine: Engine, rows: int, rounds: int) -> dict[str, Any]:
    everybody = contenders(name)
    found: dict[str, Any] = {step: {who: [] for who in everybody} for step in ("build", "create")}
    sizes: dict[tuple[str, str], int] = {}
    for _ in range(rounds):
        for step, by_name in found.items():
            for who, contender in everybody.items():
                if isinstance(by_name[who], str):
                    continue
                size = sizes.setdefault((step, who), _size(step, contender, engine, rows))
                try:
                    by_name[who].append(size / _seconds(step, contender, engine, size))
                except Exception as error:
                    by_name[who] = f"{type(error).__name__}: {str(error).splitlines()[0]}"
    return found


def _size(step: str, contender: Contender, engine: Engine, rows: int) -> int:
    """Warm a contender up with one object, and return how many to ask it for."""
    try:
        seconds = _seconds(step, contender, engine, 1)
    except Exception:
        return rows
    print(".", end="", file=sys.stderr, flush=True)
    return 1 if seconds > _PATIENCE else rows


def _seconds(step: str, contender: Contender, engine: Engine, size: int) -> float:
    if step == "build":
        started = perf_counter()
        contender.build(size)
        return perf_counter() - started
    with session_on(engine) as session:
        started = perf_counter()
        contender.create(session, size)
        return perf_counter() - started
