"""The table at the end, and the page made from it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

HEAD = ("project", "classes", "inserted", "25 rows", "migrations", "not yet")


def table(results: Iterable[dict[str, Any]]) -> str:
    """Return a Markdown table of results, with the sum of all."""
    ordered = sorted(results, key=lambda one: (-one["classes"], one["name"]))
    rows = [_row(one) for one in ordered]
    total = {key: sum(one[key] for one in ordered) for key in ("classes", "abstract", "inserted", "batches")}
    possible = total["classes"] - total["abstract"]
    share = f" ({100 * total['inserted'] / possible:.1f} %)" if possible else ""
    rows.append(("**all**", str(possible), f"{total['inserted']}{share}", str(total["batches"]), "", ""))
    lines = [HEAD, tuple("---" for _ in HEAD), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _row(result: dict[str, Any]) -> tuple[str, ...]:
    possible = result["classes"] - result["abstract"]
    missing = possible - result["inserted"]
    return (
        result["package"].replace("==", " "),
        str(possible),
        str(result["inserted"]),
        str(result["batches"]),
        result["migrated"],
        str(missing) if missing else "",
    )


def failures(results: Iterable[dict[str, Any]]) -> str:
    """Return a list of what failed and why."""
    lines = []
    for one in sorted(results, key=lambda one: one["name"]):
        lines += [f"- {one['name']}, `{key}`: {reason}\n" for key, reason in sorted(one["failures"].items())]
    return "".join(lines)


PAGE = """# The corpus

Published applications that nobody here wrote, each installed with the versions it was released with, pointed at
by `tcgen init` and tested on a real PostgreSQL, with no provider given by hand. A class counts as inserted when its
generated factory puts a row into the database at the first try (`test_inserts_a_row`), and as a batch when it puts
25 there (`test_inserts_25_rows`). Classes that can have no rows of their own (abstract bases) are left out.
Migrations: `yes` when they ran to the newest revision, `stamped` where the history starts on a schema that exists
already, so that the tables come from the models.

Made by `python -m tests.corpus --page`; `python -m tests.corpus --help` tells the rest.

"""


def page(results: list[dict[str, Any]]) -> str:
    """Return ``docs/corpus.md``."""
    failed = failures(results)
    return PAGE + table(results) + (f"\n## What fails, and why\n\n{failed}" if failed else "")
