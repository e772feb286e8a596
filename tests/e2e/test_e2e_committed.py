"""What anybody commits to `committed_db`, on whatever connection, is gone in the next test, and so is all else."""

from __future__ import annotations

from pathlib import Path

import pytest
from e2e_support import Server, pytest_in, write

pytestmark = pytest.mark.e2e

WRITERS = '''
    import multiprocessing
    import os
    import subprocess
    import sys

    import psycopg
    import pytest
    from sqlalchemy import text

    kept = []

    @pytest.fixture
    def dsn(committed_db):
        return committed_db.url.set(drivername="postgresql").render_as_string(hide_password=False)

    TABLES = (
        "SELECT oid::regclass::text FROM pg_class"
        " WHERE relkind = 'r' AND relpersistence <> 't' AND oid >= 16384 ORDER BY oid"
    )

    def rows(dsn):
        """Return how many rows each table has that has any."""
        with psycopg.connect(dsn) as connection:
            names = [name for (name,) in connection.execute(TABLES)]
            counts = {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}
            return {name: count for name, count in counts.items() if count}

    CLEAN = {"alembic_version": 1}

    def test_a_driver_of_its_own(dsn):
        with psycopg.connect(dsn) as connection:
            connection.execute("INSERT INTO authors (name) VALUES ('A')")
        assert rows(dsn) == {**CLEAN, "authors": 1}

    def test_copy_on_a_connection_that_stays_open(dsn):
        assert rows(dsn) == CLEAN
        kept.append(psycopg.connect(dsn, autocommit=True))
        with kept[-1].cursor().copy("COPY authors (name) FROM STDIN") as copy:
            copy.write_row(["A"])
        assert rows(dsn) == {**CLEAN, "authors": 1}

    def test_the_same_connection_in_the_next_test(dsn):
        assert rows(dsn) == CLEAN
        kept[-1].execute("INSERT INTO customers (email, name) VALUES ('a@example.com', 'A')")

    def test_a_transaction_that_another_test_commits(dsn):
        assert rows(dsn) == CLEAN
        kept.append(psycopg.connect(dsn))
        kept[-1].execute("INSERT INTO authors (name) VALUES ('late')")

    def test_which_is_this_one(dsn):
        assert rows(dsn) == CLEAN
        kept[-1].commit()
        assert rows(dsn) == {**CLEAN, "authors": 1}

    @pytest.mark.parametrize("time", [1, 2, 3])
    def test_nothing(dsn, time):
        assert rows(dsn) == CLEAN

    def test_another_process(dsn):
        insert = "INSERT INTO authors (name) VALUES ('A')"
        program = f"import psycopg; psycopg.connect({dsn!r}, autocommit=True).execute({insert!r})"
        subprocess.run([sys.executable, "-c", program], check=True)
        assert rows(dsn) == {**CLEAN, "authors": 1}

    def test_a_function_and_a_trigger(committed_db, dsn):
        assert rows(dsn) == CLEAN
        with committed_db.begin() as connection:
            connection.execute(text("""
                CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    INSERT INTO categories (slug, name) VALUES (NEW.name, NEW.name);
                    RETURN NEW;
                END $$
            """))
            connection.execute(text("CREATE TRIGGER note AFTER INSERT ON authors FOR EACH ROW EXECUTE FUNCTION note()"))
            connection.execute(text("""
                CREATE FUNCTION add() RETURNS int LANGUAGE sql AS $$
                    INSERT INTO authors (name) VALUES ('A'); SELECT 1
                $$
            """))
        with committed_db.begin() as connection:
            connection.execute(text("SELECT add()"))
        assert rows(dsn) == {**CLEAN, "authors": 1, "categories": 1}
        with committed_db.begin() as connection:
            connection.execute(text("DROP FUNCTION note CASCADE"))

    def test_tables_of_the_tests_own(dsn):
        assert rows(dsn) == CLEAN
        with psycopg.connect(dsn) as connection:
            connection.execute("""
                CREATE SCHEMA "a.b";
                CREATE UNLOGGED TABLE "a.b"."c:d%s" AS SELECT 1 AS n;
                CREATE TABLE part (n int) PARTITION BY LIST (n);
                CREATE TABLE part_one PARTITION OF part FOR VALUES IN (1);
                CREATE TABLE part_rest PARTITION OF part DEFAULT;
                CREATE TABLE parent (n int);
                CREATE TABLE child () INHERITS (parent);
                INSERT INTO part VALUES (1), (2);
                INSERT INTO child VALUES (1);
            """)
        found = rows(dsn)
        assert found.pop('"a.b"."c:d%s"') == found.pop("part_one") == found.pop("part_rest") == 1
        assert found == {**CLEAN, "parent": 1, "child": 1}

    def test_rows_that_go_with_others(dsn):
        assert rows(dsn) == CLEAN
        with psycopg.connect(dsn) as connection:
            connection.execute("""
                CREATE TABLE owner (n int PRIMARY KEY);
                CREATE TABLE owned (n int REFERENCES owner ON DELETE CASCADE);
                INSERT INTO owner VALUES (1), (2);
                INSERT INTO owned VALUES (1), (2);
                DELETE FROM owner WHERE n = 1;
            """)
        assert rows(dsn) == {**CLEAN, "owner": 1, "owned": 1}

    def test_a_row_in_a_temporary_table(dsn):
        assert rows(dsn) == CLEAN
        kept.append(psycopg.connect(dsn, autocommit=True))
        kept[-1].execute("CREATE TEMP TABLE passing AS SELECT 1 AS n")

    def test_all_tables_truncated_and_filled_again(dsn):
        assert kept.pop().execute("SELECT * FROM passing").fetchall() == [(1,)]
        assert rows(dsn) == CLEAN
        with psycopg.connect(dsn) as connection:
            connection.execute("TRUNCATE authors, alembic_version CASCADE")
            connection.execute("INSERT INTO authors (name) VALUES ('A')")
            connection.execute("INSERT INTO alembic_version VALUES ('0001')")

    def test_a_version_that_is_another(dsn):
        with psycopg.connect(dsn) as connection:
            assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("0003",)]
            connection.execute("UPDATE alembic_version SET version_num = '0002'")

    def test_the_version_is_back(committed_db):
        with committed_db.connect() as connection:
            assert connection.scalars(text("SELECT version_num FROM alembic_version")).all() == ["0003"]

    def test_all_connections_ended(committed_db, dsn):
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("INSERT INTO authors (name) VALUES ('A')")
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    def test_the_database_is_there_all_the_same(committed_db, dsn):
        assert rows(dsn) == CLEAN
        with committed_db.connect() as connection:
            assert connection.scalar(text("SELECT 1")) == 1

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
    def test_a_forked_process_has_connections_of_its_own(committed_db, dsn):
        with committed_db.connect() as connection:
            ours = connection.scalar(text("SELECT pg_backend_pid()"))

        def work(results):
            with committed_db.begin() as connection:
                connection.execute(text("INSERT INTO authors (name) VALUES ('A')"))
                results.put(connection.scalar(text("SELECT pg_backend_pid()")))

        fork = multiprocessing.get_context("fork")
        results = fork.SimpleQueue()
        process = fork.Process(target=work, args=(results,))
        process.start()
        assert results.get() != ours
        process.join()
        assert rows(dsn) == {**CLEAN, "authors": 1}
        with committed_db.connect() as connection:
            assert connection.scalar(text("SELECT pg_backend_pid()")) == ours

    def test_clean_at_the_end(dsn):
        assert rows(dsn) == CLEAN
'''

SEEDED = """
    import sqlalchemy as sa
    from alembic import op

    revision = "0004"
    down_revision = "0003"
    branch_labels = None
    depends_on = None


    def upgrade():
        op.execute("INSERT INTO categories (slug, name) VALUES ('unsorted', 'Unsorted'), ('all', 'All')")
        op.execute("ALTER SEQUENCE authors_id_seq RESTART WITH 1000")


    def downgrade():
        op.execute("DELETE FROM categories")
"""
ROWS_OF_MIGRATIONS = """
    import pytest
    from sqlalchemy import delete, select, text, update
    from sqlalchemy.orm import Session

    from bookshop.models import Author, Category

    ROWS = select(Category.slug, Category.name).order_by(Category.slug)
    SEEDED = [("all", "All"), ("unsorted", "Unsorted")]
    CHANGES = {
        "none": [],
        "insert": ["INSERT INTO categories (slug, name) VALUES ('mine', 'Mine')"],
        "update": ["UPDATE categories SET name = 'changed' WHERE slug = 'all'"],
        "delete": ["DELETE FROM categories WHERE slug = 'all'"],
        "replace": [
            "DELETE FROM categories WHERE slug = 'all'",
            "INSERT INTO categories (slug, name) VALUES ('all', 'All of them')",
        ],
        "truncate": ["TRUNCATE categories CASCADE"],
        "drop": ["DROP TABLE categories CASCADE"],
        "last": [],
    }

    def oid(session):
        return session.scalar(text("SELECT oid FROM pg_database WHERE datname = current_database()"))

    made = {}

    @pytest.mark.parametrize("change", CHANGES)
    def test_there_whatever_is_done_to_them(committed_db, change):
        with Session(committed_db) as session:
            made[change] = oid(session)
            assert session.execute(ROWS).all() == SEEDED
            for statement in CHANGES[change]:
                session.execute(text(statement))
            session.commit()

    def test_the_database_is_made_anew_only_where_they_were_changed():
        assert made["none"] == made["insert"] == made["update"]
        assert len({made[change] for change in ("update", "delete", "replace", "truncate", "drop", "last")}) == 6

    @pytest.mark.parametrize("time", [1, 2])
    def test_sequences_go_on(committed_db, time):
        with Session(committed_db) as session:
            session.add(Author(name="A"))
            session.commit()
            [made[time]] = session.scalars(select(Author.id))

    def test_unless_they_are_to_begin_again(committed_db, restarted_sequences):
        with Session(committed_db) as session:
            assert (made[1], made[2]) == (1000, 1001)
            session.add_all([Author(name="A"), Category(slug="a", name="A")])
            session.commit()
            assert session.scalars(select(Author.id)).all() == [1000]
            assert session.scalars(select(Category.id).order_by(Category.id)).all() == [1, 2, 3]
"""

CONNECTIONS = """
    import psycopg
    import pytest
    from sqlalchemy import Engine, event, text
    from sqlalchemy.exc import OperationalError
    from sqlalchemy.orm import Session

    # as an application's modules may do
    @event.listens_for(Engine, "connect")
    def settle(connection, record):
        before, connection.autocommit = connection.autocommit, True
        connection.cursor().execute("SET application_name = 'shop'")
        connection.autocommit = before

    def state(connection):
        return {
            "settings": connection.execute(text(
                "SELECT current_setting('application_name'), current_setting('work_mem'), current_user"
            )).one(),
            "tables": connection.scalars(text("SELECT relname FROM pg_class WHERE relpersistence = 't'")).all(),
            "channels": connection.scalars(text("SELECT pg_listening_channels()")).all(),
            "locks": connection.scalar(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")),
            "cursors": connection.scalars(text("SELECT name FROM pg_cursors")).all(),
            "level": connection.scalar(text("SHOW transaction_isolation")),
            "read only": connection.scalar(text("SHOW transaction_read_only")),
        }

    seen, backends = [], []

    @pytest.mark.parametrize("time", [1, 2, 3])
    def test_what_is_done_to_a_connection_is_undone(committed_db, time):
        with committed_db.connect() as connection:
            seen.append(state(connection))
            backends.append(connection.scalar(text("SELECT pg_backend_pid()")))
            connection.execute(text("CREATE ROLE somebody")) if time == 1 else None
            connection.commit()
            connection.execute(text("SET application_name = 'other'"))
            connection.execute(text("SET work_mem = '3MB'"))
            connection.execute(text("CREATE TEMP TABLE passing AS SELECT 1 AS n"))
            connection.execute(text("LISTEN orders"))
            connection.execute(text("SELECT pg_advisory_lock(7)"))
            connection.execute(text("DECLARE c CURSOR WITH HOLD FOR SELECT 1"))
            connection.execute(text("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY, ISOLATION LEVEL SERIALIZABLE"))
            connection.commit()
            connection.execute(text("SET ROLE somebody"))
            connection.commit()
            assert state(connection) != seen[0]

    def test_each_test_had_the_same_connection_as_new(committed_db):
        with committed_db.begin() as connection:
            connection.execute(text("DROP ROLE somebody"))
        assert len(set(backends)) == 1
        assert seen[0]["settings"][0] == "shop"
        assert seen == [seen[0]] * 3

    @pytest.mark.parametrize("time", range(3))
    def test_a_statement_that_the_driver_prepares(committed_db, time):
        for _ in range(10):
            with Session(committed_db) as session:
                assert session.scalar(text("SELECT count(*) FROM authors WHERE name <> :name"), {"name": "A"}) == 0

    def test_a_connection_that_breaks_is_replaced(committed_db):
        with pytest.raises(OperationalError), committed_db.connect() as connection:
            pid = connection.scalar(text("SELECT pg_backend_pid()"))
            url = committed_db.url.set(drivername="postgresql").render_as_string(hide_password=False)
            with psycopg.connect(url, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        with committed_db.connect() as connection:
            assert connection.scalar(text("SELECT pg_backend_pid()")) != pid

    def test_one_that_is_rolled_back_breaks(db_session):
        with pytest.raises(OperationalError):
            db_session.execute(text("SELECT pg_terminate_backend(pg_backend_pid(), 5000)"))

    def test_and_is_replaced(db_session):
        assert db_session.scalar(text("SELECT 1")) == 1

    def test_any_number_at_a_time(committed_db):
        every = [committed_db.connect() for _ in range(20)]
        assert [one.scalar(text("SELECT 1")) for one in every] == [1] * 20
        for one in every:
            one.close()
"""

HIDDEN = """
    import psycopg
    import pytest
    from sqlalchemy import text

    databases = {}
    HIDE = (
        "ALTER TABLE authors ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE authors FORCE ROW LEVEL SECURITY",
        "CREATE POLICY hidden ON authors FOR SELECT USING (false)",
        "CREATE POLICY written ON authors FOR INSERT WITH CHECK (true)",
    )

    def look(committed_db, name):
        with committed_db.connect() as connection:
            query = "SELECT oid FROM pg_database WHERE datname = current_database()"
            databases[name] = connection.scalar(text(query))
            assert connection.scalar(text("SELECT pg_relation_size('authors')")) == 0

    def test_nothing_is_written(committed_db):
        look(committed_db, "nothing")

    def test_rows_that_refer_to_each_other(committed_db):
        look(committed_db, "rows")
        with committed_db.begin() as connection:
            connection.execute(text("INSERT INTO categories (id, slug, name) VALUES (70, 'a', 'A')"))
            connection.execute(text("INSERT INTO categories (slug, name, parent_id) VALUES ('b', 'B', 70)"))

    def test_rows_that_their_owner_does_not_see(committed_db):
        look(committed_db, "hidden")
        with committed_db.begin() as connection:
            assert connection.scalar(text("SELECT count(*) FROM categories")) == 0
            for statement in HIDE:
                connection.execute(text(statement))
            connection.execute(text("INSERT INTO authors (name) VALUES ('A')"))
            assert connection.scalar(text("SELECT count(*) FROM authors")) == 0

    def test_all_is_gone(committed_db, restarted_sequences):
        look(committed_db, "gone")
        assert databases["nothing"] == databases["rows"]
        assert len(set(databases.values())) == 3
"""


def test_rows_are_gone_whoever_wrote_them(demo: Path, on_a_url: dict[str, str]) -> None:
    write(demo / "tests/integration/test_writers.py", WRITERS)
    done = pytest_in(demo, "tests/integration/test_writers.py", **on_a_url)
    assert (done.status, done.outcomes()) == (0, {"passed"}), done.text
    assert len(done.cases) == 20


def test_rows_of_migrations_and_sequences(demo: Path, on_a_url: dict[str, str]) -> None:
    write(demo / "migrations/versions/0004_seed.py", SEEDED)
    write(demo / "tests/integration/test_seeded.py", ROWS_OF_MIGRATIONS)
    done = pytest_in(demo, "tests/integration/test_seeded.py", **on_a_url)
    assert (done.status, done.outcomes()) == (0, {"passed"}), done.text
    assert len(done.cases) == 8 + 1 + 2 + 1


def test_connections_are_kept_as_new(demo: Path, on_a_url: dict[str, str]) -> None:
    write(demo / "tests/integration/test_connections.py", CONNECTIONS)
    done = pytest_in(demo, "tests/integration/test_connections.py", **on_a_url)
    assert (done.status, done.outcomes()) == (0, {"passed"}), done.text
    assert len(done.cases) == 3 + 1 + 3 + 1 + 2 + 1


def test_a_role_that_is_no_superuser(demo: Path, shared_postgres: Server) -> None:
    shared_postgres.query("CREATE ROLE tester LOGIN CREATEDB")
    write(demo / "tests/integration/test_hidden.py", HIDDEN)
    url = shared_postgres.url("app_test").replace("postgres@", "tester@")
    done = pytest_in(demo, "tests/integration", TEST_DATABASE=url)
    assert (done.status, done.outcomes()) == (0, {"passed"}), done.text
    assert len(done.cases) == 19 + 4
    assert not [name for name in shared_postgres.databases() if str(name).startswith("app_test_")]


def test_a_role_that_may_not_make_databases(demo: Path, shared_postgres: Server) -> None:
    shared_postgres.query("CREATE ROLE guest LOGIN")
    url = shared_postgres.url("app_test").replace("postgres@", "guest@")
    before = shared_postgres.databases()
    done = pytest_in(demo, "tests/integration", TEST_DATABASE=url, CI="1")
    assert (done.status, done.outcomes()) == (1, {"error"}), done.text
    assert "no database for the tests can be made: permission denied to create database" in done.out
    assert "Traceback" not in done.text
    assert shared_postgres.databases() == before
