"""`init` tries the migrations: where they fail on an empty database it goes by the models, and where they make
another database than the models say it goes by that database."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from e2e_support import init, pytest_in, replace, tcgen, write

pytestmark = pytest.mark.e2e

Sample = Callable[[str], Path]

REVISION = """
    from alembic import op

    revision = {revision!r}
    down_revision = {down!r}
    branch_labels = None
    depends_on = None


    def upgrade() -> None:
        op.execute({statement!r})


    def downgrade() -> None:
        pass
"""


def add_revision(root: Path, revision: str, down: str, statement: str) -> None:
    script = REVISION.format(revision=revision, down=down, statement=statement)
    write(root / f"migrations/versions/{revision}.py", script)


def test_tables_come_from_the_models_then(sample: Sample, on_a_url: dict[str, str]) -> None:
    root = sample("failing")
    add_revision(root, "0004", "0003", "SELECT a_function_of_last_year()")
    done = init(root, prove=True, **on_a_url)

    assert "a_function_of_last_year() does not exist" in done.text
    assert "create_all(connection)" in (root / "tests/integration/schema.py").read_text()
    run = pytest_in(root, "tests/integration", **on_a_url)
    assert (run.status, run.outcomes()) == (0, {"passed"}), run.text
    assert "tests/integration/test_migrations.py::test_schema_is_at_the_only_head" in run.cases

    # known by now: nothing to try, nothing to write, and no server needed to remember it
    assert (
        "everything is up to date"
        in init(root, prove=True, TEST_DATABASE="postgresql://nobody@nowhere/x_test").err
    )


@pytest.mark.matrix
def test_lines_that_would_say_so_are_a_persons(sample: Sample, on_a_url: dict[str, str]) -> None:
    root = sample("edited")
    init(root)
    ours = 'migrate(url, command.upgrade, "head")  # as we do'
    replace(root / "tests/integration/schema.py", 'migrate(url, command.upgrade, "head")', ours)
    add_revision(root, "0004", "0003", "SELECT a_function_of_last_year()")
    done = tcgen("init", "--yes", "--python", sys.executable, cwd=root, **on_a_url)

    assert "a_function_of_last_year() does not exist" in done.text
    assert "schema.py was changed there by hand" in done.text
    assert ours in (root / "tests/integration/schema.py").read_text()


@pytest.mark.matrix
def test_scripts_that_alembic_cannot_load(sample: Sample, on_a_url: dict[str, str]) -> None:
    root = sample("unloadable")
    add_revision(root, "0004", "of_another_package", "SELECT 1")
    done = init(root, prove=True, **on_a_url)

    assert "the tests create the tables from the models" in done.err, done.text
    assert "proved 8 classes, repaired 0, left 0" in done.text
    assert not (root / "tests/integration/test_migrations.py").exists()
    run = pytest_in(root, "tests/integration", **on_a_url)
    assert (run.status, run.outcomes()) == (0, {"passed"}), run.text


def test_two_heads_of_one_history(sample: Sample, on_a_url: dict[str, str]) -> None:
    root = sample("forked")
    add_revision(root, "0003b", "0002", "CREATE TABLE aside (id int PRIMARY KEY)")
    done = init(root, **on_a_url)

    assert "warning: The migrations have 2 heads (0003, 0003b)" in done.err, done.text
    run = pytest_in(root, "tests/integration", "-k", "heads or inserts_a_row", **on_a_url)
    assert (run.status, run.outcomes()) == (0, {"passed"}), run.text
    assert "tests/integration/test_migrations.py::test_schema_is_at_the_heads" in run.cases


@pytest.mark.matrix
def test_a_newer_revision_is_tried_again(sample: Sample, on_a_url: dict[str, str]) -> None:
    root = sample("mended")
    add_revision(root, "0004", "0003", "SELECT a_function_of_last_year()")
    init(root, prove=True, **on_a_url)
    add_revision(root, "0004", "0003", "SELECT 1")
    add_revision(root, "0005", "0004", "SELECT 2")
    done = init(root, prove=True, **on_a_url)

    assert "come from the migrations now" in done.err
    assert "migrations fail" not in done.text and "update    tests/integration/schema.py" in done.err
    assert "command.upgrade" in (root / "tests/integration/schema.py").read_text()


def test_nothing_is_concluded_without_a_server(sample: Sample) -> None:
    root = sample("alone")
    add_revision(root, "0004", "0003", "SELECT a_function_of_last_year()")
    done = tcgen("init", "--yes", cwd=root, TEST_DATABASE="postgresql://nobody@127.0.0.1:1/x_test")

    assert done.status == 0 and "migrations fail" not in done.text
    assert "command.upgrade" in (root / "tests/integration/schema.py").read_text()


DEMANDS = """
    ALTER TABLE categories ADD CONSTRAINT one_name UNIQUE (name);
    ALTER TABLE authors ADD CONSTRAINT named_so FOREIGN KEY (name) REFERENCES categories (name);
    ALTER TABLE authors ALTER COLUMN biography SET NOT NULL;
    ALTER TABLE authors ADD CONSTRAINT long_enough CHECK (char_length(biography) > 20);
    ALTER TABLE books ALTER COLUMN title TYPE varchar(9);
"""


PARTS = """

class Reading(Base):
    __tablename__ = "readings"

    id: Mapped[int] = mapped_column(primary_key=True)
    zone: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[str | None]


class Slot(Base):
    __tablename__ = "slots"

    id: Mapped[int] = mapped_column(primary_key=True)
    room: Mapped[int]
"""
MADE_OF_PARTS = """
DROP TABLE IF EXISTS readings, slots;
DROP DOMAIN IF EXISTS grid;
CREATE DOMAIN grid AS text NOT NULL CHECK (VALUE ~ '^[A-Z]{3}[0-9]{3}$');
CREATE TABLE readings (id serial, zone int, place grid, PRIMARY KEY (id, zone)) PARTITION BY RANGE (zone);
CREATE TABLE readings_1 PARTITION OF readings FOR VALUES FROM (40) TO (60);
CREATE TABLE slots (id serial PRIMARY KEY, room int NOT NULL, EXCLUDE USING btree (room WITH =));
CREATE OR REPLACE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER stamp BEFORE INSERT ON slots FOR EACH ROW EXECUTE FUNCTION stamp();
"""


def test_factories_follow_the_database_where_it_demands_more(
    sample: Sample, on_a_url: dict[str, str]
) -> None:
    root = sample("stricter")
    with (root / "bookshop/models/catalogue.py").open("a") as file:
        file.write(PARTS)
    add_revision(root, "0004", "0003", DEMANDS)
    add_revision(root, "0005", "0004", MADE_OF_PARTS)
    done = init(root, prove=True, **on_a_url)

    assert "the database demands more than the models of authors, books, categories and 2 more" in done.err
    assert "the database may change or refuse rows of slots (trigger stamp)" in done.err
    assert "proved 10 classes, repaired 0, left 0" in done.err, done.text
    factory = (root / "tests/integration/factories/author.py").read_text()
    assert "CategoryFactory" in factory and "biography" in factory
    run = pytest_in(root, "tests/integration", **on_a_url)
    assert (run.status, run.outcomes()) == (0, {"passed"}), run.text

    # it is in the record, so that whoever has no server gets the same suite
    alone = {"TEST_DATABASE": "postgresql://nobody@nowhere/x_test"}
    assert "everything is up to date" in init(root, prove=True, **alone).err
    assert tcgen("check", cwd=root, **alone).status == 0


@pytest.mark.matrix
def test_a_project_that_runs_failed_tests_first(sample: Sample, on_a_url: dict[str, str]) -> None:
    root = sample("failed_first")
    options = "[tool.pytest.ini_options]\n"
    replace(root / "pyproject.toml", options, f'{options}addopts = "--failed-first"\n')
    done = init(root, prove=True, **on_a_url)
    assert "test cases collected" in done.err, done.text
    assert not (root / ".pytest_cache").exists()
    assert tcgen("verify", cwd=root, **on_a_url).status == 0


FORGOTTEN = """

class Voucher(Base):
    __tablename__ = "vouchers"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20))
"""
MIGRATIONS = "tests/integration/test_migrations.py"
FACTORIES = "tests/integration/test_factories.py"


def test_a_migration_that_somebody_forgot(sample: Sample, on_a_url: dict[str, str]) -> None:
    root = sample("forgotten")
    with (root / "bookshop/models/catalogue.py").open("a") as file:
        file.write(FORGOTTEN)
    done = init(root, prove=True, **on_a_url)

    assert "warning: the migrations and the models differ: add_table vouchers" in done.err, done.text
    assert done.err.splitlines()[-1].startswith("proved 8 classes, repaired 0, left 1 (marked xfail:")
    assert "command.upgrade" in (root / "tests/integration/schema.py").read_text()
    run = pytest_in(root, "tests/integration", **on_a_url)
    assert run.status == 0, run.text
    assert run.cases[f"{MIGRATIONS}::test_models_are_migrated"] == "passed"

    # the day it is written, the list and the mark say that they can go
    add_revision(
        root, "0004", "0003", "CREATE TABLE vouchers (id serial PRIMARY KEY, code varchar(20) NOT NULL)"
    )
    run = pytest_in(root, "tests/integration", **on_a_url)
    failed = {name for name, outcome in run.cases.items() if outcome == "failed"}
    label = "bookshop.models.catalogue.Voucher"
    assert failed == {
        f"{MIGRATIONS}::test_models_are_migrated",
        f"{FACTORIES}::test_inserts_25_rows[{label}]",
        f"{MIGRATIONS}::test_down_and_up_again",  # this one cannot be taken back
    }
    again = init(root, prove=True, **on_a_url)
    assert "warning: test_down_and_up_again fails: ProgrammingError" in again.err, again.text
    assert again.err.splitlines()[-1] == "proved 9 classes, repaired 0, left 0"


VIEWS = """

class Bestseller(Base):
    __tablename__ = "bestsellers"

    isbn: Mapped[str] = mapped_column(String(20), primary_key=True)
    sold: Mapped[int]
"""


def test_views_stay_views(sample: Sample, on_a_url: dict[str, str]) -> None:
    root = sample("views")
    with (root / "bookshop/models/catalogue.py").open("a") as file:
        file.write(VIEWS)
    select = "SELECT isbn, count(*) AS sold FROM books GROUP BY isbn"
    add_revision(root, "0004", "0003", f"CREATE MATERIALIZED VIEW bestsellers AS {select}")
    done = init(root, prove=True, **on_a_url)

    assert "note: no row can be inserted into bestsellers" in done.err, done.text
    assert not (root / "tests/integration/factories/bestseller.py").exists()
    assert pytest_in(root, "tests/integration", **on_a_url).status == 0


def test_a_history_that_begins_on_tables_of_others(sample: Sample, on_a_url: dict[str, str]) -> None:
    root = sample("baseline")
    for script in (root / "migrations/versions").glob("*.py"):
        script.unlink()
    write(
        root / "migrations/versions/0001.py",
        REVISION.format(revision="0001", down=None, statement="SELECT 1"),
    )
    done = init(root, prove=True, **on_a_url)

    assert "they make 0 of the 9 tables of the models" in done.err, done.text
    assert "create_all(connection)" in (root / "tests/integration/schema.py").read_text()
    assert pytest_in(root, "tests/integration", **on_a_url).status == 0
