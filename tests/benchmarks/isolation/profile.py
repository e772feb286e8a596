"""What cProfile found, by package and by function."""

from __future__ import annotations

import pstats
import re
from pathlib import Path
from typing import Any

TOP = 15
# the same function has another one in each run
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
_INSTALLED = re.compile(r"site-packages/(?P<package>\w+)")


def findings(file: Path, tests: int) -> dict[str, Any]:
    """Return milliseconds a test: all, by package, and of the functions that take most themselves."""
    stats: Any = pstats.Stats(str(file))
    packages: dict[str, float] = {}
    functions = []
    for (path, line, name), (_, calls, own, _, _) in stats.stats.items():
        package = _package(path, name)
        packages[package] = packages.get(package, 0) + own
        functions.append(
            (own, calls, package, f"{Path(path).name}:{line} {name}" if line else _ADDRESS.sub("", name))
        )
    total = sum(packages.values())
    scale = 1000 / tests
    return {
        "tests": tests,
        "total": total * scale,
        "packages": {name: own * scale for name, own in sorted(packages.items(), key=lambda one: -one[1])},
        "functions": [
            {"own": own * scale, "calls": calls / tests, "package": package, "name": name}
            for own, calls, package, name in sorted(functions, reverse=True)[:TOP]
        ],
    }


def _package(path: str, name: str) -> str:
    """Return where a function is from; built-in ones have no path."""
    if installed := _INSTALLED.search(path):
        package = installed["package"].removeprefix("_")
        if (package, name) == ("psycopg", "wait"):
            # what it calls is compiled, and hidden from the profiler
            return "waiting for PostgreSQL"
        return {"pluggy": "pytest", "psycopg_binary": "psycopg"}.get(package, package)
    if "psycopg" in name:
        return "psycopg"
    if "sqlalchemy" in name:
        return "sqlalchemy"
    if "/tests/integration/" in path:
        return "the suite"
    if "/project/" in path:
        return "the project"
    return "Python"
