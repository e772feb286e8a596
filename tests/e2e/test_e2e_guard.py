"""The application's own engines, while the suite runs, reach no database that holds more than tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from e2e_support import Server, init, pytest_in, write

pytestmark = pytest.mark.e2e

MODELS = """
    from sqlalchemy import create_engine
    from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


    class Base(DeclarativeBase):
        pass


    class Item(Base):
        __tablename__ = "item"

        id: Mapped[int] = mapped_column(primary_key=True)


    def add_item(url, **options):
        engine = create_engine(url, **options)
        try:
            with Session(engine) as session:
                session.add(Item())
                session.commit()
        except Exception:
            return False
        finally:
            engine.dispose()
        return True
"""
OWN = """
    import sqlite3

    import psycopg
    from shop import add_item
    from sqlalchemy import make_url

    LIVE = {live!r}


    def test_a_live_database_is_not_touched():
        assert not add_item(LIVE)


    def test_a_file_of_the_developers_is_not_touched():
        assert not add_item("sqlite:///shop.db")


    def test_a_live_database_is_not_touched_on_a_session(db_session):
        assert add_item(LIVE)


    def test_a_live_database_in_the_query_is_not_touched():
        url = make_url(LIVE).set(database="app_test").update_query_dict({{"dbname": "live"}})
        assert not add_item(url)


    def test_a_live_database_is_not_reached_by_an_argument(committed_db):
        assert not add_item(committed_db.url, connect_args={{"dbname": "live"}})


    def test_a_live_database_is_not_reached_by_a_function():
        live = make_url(LIVE).set(drivername="postgresql").render_as_string(hide_password=False)
        url = make_url(LIVE).set(database="app_test")
        assert not add_item(url, creator=lambda: psycopg.connect(live))


    def test_a_file_of_the_developers_is_not_reached_by_a_function():
        assert not add_item("sqlite://", creator=lambda: sqlite3.connect("shop.db"))


    def test_what_is_for_tests_is_used(committed_db, tmp_path):
        url = committed_db.url.render_as_string(hide_password=False)
        assert add_item(url)
        assert not add_item("sqlite://")  # there, but without a table
        assert not add_item(f"sqlite:///{{tmp_path}}/own.db")
"""


CREATES = """

    Base.metadata.create_all(create_engine({live!r}))
"""
USES = """
    from shop import Item


    def test_rows_of_the_suite(db_session):
        db_session.add(Item())
        db_session.commit()
"""


def project(root: Path, models: str) -> None:
    dependencies = 'dependencies = ["psycopg[binary]"]'
    write(root / "pyproject.toml", f'[project]\nname = "shop"\nversion = "1"\n{dependencies}\n')
    write(root / "shop.py", models)


def live_database(server: Server, name: str) -> str:
    """Make one and return its URL, as an application would have it."""
    server.query(f"CREATE DATABASE {name}")
    return server.url(name).replace("://postgres@", "+psycopg://postgres:secret@")


def test_only_databases_for_tests(tmp_path: Path, shared_postgres: Server, on_a_url: dict[str, str]) -> None:
    live = live_database(shared_postgres, "live")
    shared_postgres.query("CREATE TABLE item (id serial PRIMARY KEY)", "live")
    project(tmp_path, MODELS)
    init(tmp_path)
    write(tmp_path / "tests/integration/test_own.py", OWN.format(live=live))
    temporary = tmp_path / "temporary"  # whatever is in it may be used
    temporary.mkdir()
    done = pytest_in(tmp_path, "tests", TMPDIR=str(temporary), **on_a_url)
    refused = {name.rpartition("::")[2] for name, outcome in done.cases.items() if outcome == "failed"}
    # the application swallowed the refusals
    assert refused == {
        "test_a_live_database_is_not_touched",
        "test_a_file_of_the_developers_is_not_touched",
        "test_a_live_database_in_the_query_is_not_touched",
        "test_a_live_database_is_not_reached_by_an_argument",
        "test_a_live_database_is_not_reached_by_a_function",
        "test_a_file_of_the_developers_is_not_reached_by_a_function",
    }
    assert "/live" in done.text
    assert (
        "which is no database of this suite: a test with `db_session` or `committed_db` has it use"
        in done.text
    )
    assert "sqlite:///shop.db, which is no database of this suite" in done.text
    assert "secret" not in done.text
    assert shared_postgres.query("SELECT count(*) FROM item", "live") == [(0,)]
    assert (tmp_path / "shop.db").read_bytes() == b""  # its own function makes the file
    assert "which led to live, no database of this suite" in done.text


def test_models_that_create_their_tables_where_they_are_imported(
    tmp_path: Path, shared_postgres: Server, on_a_url: dict[str, str]
) -> None:
    live = live_database(shared_postgres, "untouched")
    project(tmp_path, MODELS + CREATES.format(live=live))
    done = init(tmp_path, **on_a_url)
    assert "note: The models' tables are created where the models are imported" in done.err
    write(tmp_path / "tests/integration/test_own.py", USES)
    run = pytest_in(tmp_path, "tests", **on_a_url)
    assert run.status == 0 and run.outcomes() == {"passed"}, run.text
    assert shared_postgres.query("SELECT count(*) FROM pg_tables WHERE tablename = 'item'", "untouched") == [
        (0,)
    ]
