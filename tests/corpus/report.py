"""The table at the end, and the page made from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tests.corpus.trial import Result

HEAD = (
    *("project", "from", "settings", "classes", "first: inserted", "first: green"),
    *("inserted", "marked", "lost", "25 rows", "green", "migrations"),
)
First = Mapping[str, Mapping[str, Any]]


def table(results: Iterable[Result], first: First) -> str:
    """Return a Markdown table of results beside the first ones, with the sum of all."""
    ordered = sorted(results, key=lambda one: (-one.possible, one.name))
    rows = [_row(one, first.get(one.name)) for one in ordered]
    rows.append(_sum(ordered, [first[one.name] for one in ordered if one.name in first]))
    lines = [HEAD, tuple("---" for _ in HEAD), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _row(result: Result, first: Mapping[str, Any] | None) -> tuple[str, ...]:
    return (
        _title(result),
        result.source,
        _unless_zero(result.settings),
        str(result.possible),
        str(first["inserted"]) if first else "",
        _yes(first["green"]) if first else "",
        str(result.inserted),
        _unless_zero(len(result.marks)),
        _unless_zero(result.lost),
        str(result.batches),
        _yes(result.green),
        result.migrated,
    )


def _sum(results: Sequence[Result], first: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    possible = sum(one.possible for one in results)
    return (
        *("**all**", "", "", str(possible)),
        _share(sum(one["inserted"] for one in first), sum(one["classes"] for one in first)),
        f"{sum(bool(one['green']) for one in first)} of {len(first)}",
        _share(sum(one.inserted for one in results), possible),
        str(sum(len(one.marks) for one in results)),
        str(sum(one.lost for one in results)),
        str(sum(one.batches for one in results)),
        f"{sum(one.green for one in results)} of {len(results)}",
        "",
    )


def _title(result: Result) -> str:
    """A commit is cut to what still tells it from others."""
    place, _, commit = result.package.replace("==", " ").partition("@")
    return f"{place} {commit[:10]}".strip()


def _share(part: int, whole: int) -> str:
    return f"{part} ({100 * part / whole:.1f} %)" if whole else str(part)


def _unless_zero(number: int) -> str:
    return str(number) if number else ""


def _yes(green: bool) -> str:
    return "yes" if green else "no"


def failures(results: Iterable[Result]) -> str:
    """Return a list of what failed and why."""
    return _listed((one.name, one.failures) for one in results)


def marks(results: Iterable[Result]) -> str:
    """Return a list of what is marked as failing, and why."""
    return _listed((one.name, one.marks) for one in results)


def _listed(named: Iterable[tuple[str, Mapping[str, str]]]) -> str:
    return "".join(
        f"- {name}, `{key}`: {reason}\n"
        for name, reasons in sorted(named, key=lambda one: one[0])
        for key, reason in sorted(reasons.items())
    )


PAGE = """# The corpus

Published applications that nobody here wrote, and what a newcomer gets: an environment with the project's requirements
and none of the suite's, one `tcgen init`, what it says is missing installed, and the suite run as it was handed over,
on the database that the project shows, with no provider given by hand.

- **from**: an `sdist` or a repository on `github` has its own layout, settings, tests and CI, and `init` gets no flag.
  A `wheel` has no project around it: one is made that depends on it, in the versions it was released with, and `init` is
  pointed at the models.
- **settings**: what had to be found out and said before that: environment variables, `--models`, `--alembic-config`.
- **classes**: mapped ones, without those that can have no rows of their own (abstract bases). Where `init` finds fewer
  than there are, the others are lost.
- **first**: the figures of the first run, before anything was mended for the project. They are kept in
  `tests/corpus/first.jsonl` and never written over.
- **inserted**: its generated factory puts a row into the database (`test_inserts_a_row`), in a test without a mark.
- **marked**: the database refused the row; the test says why, and is expected to fail.
- **lost**: neither.
- **25 rows**: its factory puts 25 there (`test_inserts_25_rows`).
- **green**: pytest ended with status 0.
- **migrations**: `yes` when they ran to the newest revision, `stamped` where the history starts on a schema that exists
  already, so that the tables come from the models.

Made by `python -m tests.corpus --page`; `python -m tests.corpus --help` tells the rest.

"""


def page(results: Sequence[Result], first: First) -> str:
    """Return ``docs/corpus.md``; what was lost and marked, and why, is printed, since it names places of the machine."""
    return PAGE + table(results, first)
