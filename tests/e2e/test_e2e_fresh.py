"""A test with `fresh_db` has a database that nobody else has or had."""

from __future__ import annotations

from pathlib import Path

import pytest
from e2e_support import Server, pytest_in, write

pytestmark = pytest.mark.e2e

TESTS = """
    import psycopg
    import pytest
    from sqlalchemy import create_engine, func, inspect, text
    from sqlalchemy import select as query

    from bookshop.models import Author

    from .factories.author import AuthorFactory

    names = []

    @pytest.mark.parametrize("time", range(4))
    def test_whatever_is_done_to_it(fresh_db, time):
        names.append(fresh_db.url.database)
        with fresh_db.begin() as connection:
            assert connection.scalar(query(func.count()).select_from(Author)) == 0
            assert "passing" not in inspect(connection).get_table_names()
            connection.execute(text("CREATE TABLE passing (n int)"))
            connection.execute(text("ALTER TABLE authors ADD COLUMN passing int"))
            connection.execute(text(f"ALTER DATABASE {fresh_db.url.database} SET work_mem = '1MB'"))
        AuthorFactory.create_sync(name="A")
        with create_engine(fresh_db.url).connect() as other:
            assert other.scalar(query(func.count()).select_from(Author)) == 1

    def test_each_was_another():
        assert len(set(names)) == len(names) == 4

    def test_a_notification(fresh_db):
        dsn = fresh_db.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(dsn, autocommit=True) as listener:
            listener.execute("LISTEN arrivals")
            with fresh_db.begin() as connection:
                connection.execute(text("NOTIFY arrivals, 'book'"))
            assert [one.payload for one in listener.notifies(timeout=5, stop_after=1)] == ["book"]

    def test_beside_the_others(fresh_db, committed_db, db_session):
        AuthorFactory.create_sync(name="A")
        with fresh_db.connect() as one, committed_db.connect() as other:
            counts = [connection.scalar(query(func.count()).select_from(Author)) for connection in (one, other)]
        assert sorted([*counts, db_session.scalar(query(func.count()).select_from(Author))]) == [0, 0, 1]

    def test_tests_that_are_run_again_find_one_too(fresh_databases):
        urls = [fresh_databases.take() for _ in range(4)]
        for url in urls:
            with create_engine(url).connect() as connection:
                assert connection.scalar(query(func.count()).select_from(Author)) == 0
        assert len(set(urls)) == 4
        for url in urls:
            fresh_databases.give_back(url)

    def test_a_connection_left_open(fresh_db):
        connection = psycopg.connect(fresh_db.url.set(drivername="postgresql").render_as_string(hide_password=False))
        connection.execute("SELECT 1")
        names.append(connection)
"""


def test_it_is_the_tests_own_and_gone_afterwards(
    demo: Path, shared_postgres: Server, on_a_url: dict[str, str]
) -> None:
    write(demo / "tests/integration/test_fresh.py", TESTS)
    before = shared_postgres.databases()
    done = pytest_in(demo, "tests/integration/test_fresh.py", "-n", "2", "--dist", "loadfile", **on_a_url)
    assert done.outcomes() == {"passed"}, done.text
    assert len(done.cases) == 9
    assert shared_postgres.databases() == before
