"""The page of the documentation."""

from __future__ import annotations

from tests.benchmarks.isolation import report
from tests.benchmarks.isolation.rounds import MIDDLE, SMALL

PLOT = "benchmarks.svg"
NAMED = (
    "sqlalchemy",
    "psycopg",
    "pytest",
    "pytest-postgresql",
    "pytest-mock-resources",
    "pytest-databases",
    "pytest-testcontainers",
    "pytest-django",
    "django",
)
"""Packages whose versions matter."""

PAGE = """\
# What the isolation of a test costs

Written by `python -m tests.benchmarks isolation{quick} --page`: {cpus} CPUs, Python {python}, PostgreSQL {postgresql},
{versions}.
Other pages: [objects a second](benchmarks-objects.md), [seconds for an update](benchmarks-updates.md).

All are given one server, without durability (`fsync=off`, `full_page_writes=off`), its data {place}; those that
take no server start a container of PostgreSQL 18 as their documentation says, with its own settings, and it and the
server that tcgen starts have theirs on a disk. All have the same tables, each but the first with a foreign key, and the
same test: it inserts one row and commits. The row's key is always the same, so that it is refused where an earlier
test's row is still there, and the last test of each run looks whether the table is empty. The one by hand has no ORM,
and rolls back; pytest-django's has Django's models of the same tables. Each conftest is in
`tests/benchmarks/isolation/recipes/`, written as the documentation says that is named there; tcgen's suite is what
`tcgen init` wrote.

Rounds: {rounds}. Everybody has a turn in each of them, and each begins with another one; a turn is a pytest of its own,
with no plugins but those it needs. So evenly did the machine run: the median of the test by hand was {evenness}
milliseconds in the rounds of the first table.

## A test

Milliseconds for a test with all of pytest's phases and hooks, less those for an empty test without a conftest in the
same round: the median of all tests of all rounds, and the quartiles. The first test of a run, which pays for what is
done once, is not among them.

{overhead}

![Milliseconds a test by tables]({plot})

The same as a multiple of the test by hand, each by the faster quarter of its tests, since what else a machine does only
ever adds to one; and the most memory that pytest's process had in use.

{ratios}
{coroutines}
## The first test

Seconds of a run of one test, less those of a run of an empty one, with {middle}: the median of the rounds, the least
and the most. Before a cold run all databases, all compiled code of the project and the tests and all caches are taken
away; the warm one is the same command once more. Where a cell is empty, the contender's documentation knows no
migrations, or they were measured on the given server only. The imports alone are what everybody pays who tests the
project's models: they, SQLAlchemy and the driver are imported, and nothing is asked of a server.

{first}

## Many tests

Seconds of a whole run of {tests} tests, from the start of pytest to its exit, with {small}; once each. One worker is
pytest without pytest-xdist.

{workers}
"""
COROUTINES = """
## A test that is a coroutine

The same with pytest-asyncio and asyncpg, in a project that has an engine for coroutines: milliseconds beyond those of
an empty coroutine on the same kind of loop, and times by hand, by the faster quarters. Where all tests share one loop,
the one by hand has a connection that is open; where each test has its own loop, it connects in each, since a connection
cannot leave its loop.

{table}
"""
LEFT = """
## What is left

What cProfile says of tcgen's `db_session`, {tests} tests with {middle}, pytest's own work included: {total:.2f} milliseconds
a test. That is more than without the profiler, which makes each call of a Python function dearer than it is. A
function's own time is without the functions that it calls.

{tables}
"""
WITHOUT = """
## Without a figure

{failures}
"""


def page(found: report.Found) -> str:
    """Return ``docs/benchmarks.md``."""
    coroutines = COROUTINES.format(table=report.coroutines_table(found)) if found["coroutines"] else ""
    text = PAGE.format(
        **{name: found[name] for name in ("cpus", "python", "postgresql", "rounds", "tests")},
        versions=", ".join(f"{name} {version}" for name, version in found["versions"].items()),
        overhead=report.overhead_table(found),
        plot=PLOT,
        evenness=report.evenness(found),
        place="in memory" if found["in_memory"] else "on a disk",
        quick=" --quick" if found["quick"] else "",
        ratios=report.ratio_table(found),
        coroutines=coroutines,
        first=report.first_table(found),
        workers=report.workers_table(found),
        middle=report.how_many(MIDDLE),
        small=report.how_many(SMALL),
    )
    if profile := found["profile"]:
        tables = report.profile_tables(found)
        middle = report.how_many(MIDDLE)
        text += LEFT.format(tests=profile["tests"], total=profile["total"], middle=middle, tables=tables)
    failures = report.failures(found)
    return text + (WITHOUT.format(failures=failures) if failures else "")
