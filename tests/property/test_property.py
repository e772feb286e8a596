"""Random models, the whole way: every factory puts 1 and 25 rows into a real PostgreSQL, MariaDB or SQLite.

`pytest tests/property` runs the same 40 modules each time, 20 on MariaDB; `pytest tests/property
--hypothesis-profile=thorough` runs 500 new ones. A failure prints the module of models it happened with.
"""

from __future__ import annotations

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st
from property_modules import modules
from property_run import DRIVERS, MYSQL_DRIVERS, SQLITE_DRIVERS, Bench
from property_source import Module, write

THOROUGH = settings.get_current_profile_name() == "thorough"


@settings(settings.get_profile("thorough" if THOROUGH else "gate"))
@given(module=modules(), dependencies=st.sampled_from(DRIVERS))
def test_every_factory_inserts(bench: Bench, module: Module, dependencies: tuple[str, ...]) -> None:
    source = write(module)
    note(source)
    if "MULTIRANGE" in source:
        dependencies = DRIVERS[0]  # psycopg2 has no values for them
    check(bench, module, source, dependencies)


@settings(settings.get_profile("thorough" if THOROUGH else "gate"))
@given(module=modules("sqlite"), dependencies=st.sampled_from(SQLITE_DRIVERS))
def test_every_factory_inserts_into_sqlite(
    sqlite_bench: Bench, module: Module, dependencies: tuple[str, ...]
) -> None:
    source = write(module)
    note(source)
    check(sqlite_bench, module, source, dependencies)


@pytest.mark.engine
@settings(settings.get_profile("thorough" if THOROUGH else "gate"), max_examples=500 if THOROUGH else 20)
@given(module=modules("mariadb"), dependencies=st.sampled_from(MYSQL_DRIVERS))
def test_every_factory_inserts_into_mariadb(
    mariadb_bench: Bench, module: Module, dependencies: tuple[str, ...]
) -> None:
    source = write(module)
    note(source)
    check(mariadb_bench, module, source, dependencies)


def check(bench: Bench, module: Module, source: str, dependencies: tuple[str, ...]) -> None:
    """Take a module the whole way."""
    outcome = bench.run(source, dependencies)
    for problem in outcome.problems:
        note(problem)
    assert not outcome.problems
    assert set(outcome.rows) == set(module.most_rows())
    too_few = {name: rows for name, rows in outcome.rows.items() if rows < module.most_rows()[name]}
    assert not too_few, module.most_rows()
