"""A project whose own database is SQLite: the suite runs on a file of its own, and needs neither Docker nor a server."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from e2e_support import NO_DOCKER, env_py, init, pytest_in, replace, tcgen, write

pytestmark = pytest.mark.e2e

MODELS = """
    import datetime as dt
    import decimal
    import enum
    import uuid

    from sqlalchemy import (
        JSON, BigInteger, CheckConstraint, Computed, DateTime, ForeignKey, Index, Interval, Numeric, String, UniqueConstraint, text
    )
    from sqlalchemy.dialects.sqlite import DATETIME
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

    class Base(DeclarativeBase):
        pass

    class Kind(enum.Enum):
        home = "h"
        work = "w"

    class Account(Base):
        __tablename__ = "account"
        __table_args__ = (CheckConstraint("length(owner) >= 3", name="long_enough"),)
        id: Mapped[int] = mapped_column(primary_key=True)
        owner: Mapped[str] = mapped_column(String(20), unique=True)
        kind: Mapped[Kind]
        opened: Mapped[dt.datetime] = mapped_column(DATETIME(truncate_microseconds=True))
        seen: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
        every: Mapped[dt.timedelta] = mapped_column(Interval)
        token: Mapped[uuid.UUID] = mapped_column(unique=True)
        facts: Mapped[dict] = mapped_column(JSON)
        picture: Mapped[bytes]
        is_open: Mapped[bool]

    class Booking(Base):
        __tablename__ = "booking"
        __table_args__ = (
            CheckConstraint("total = net + tax"),
            CheckConstraint("tax > 0"),
            UniqueConstraint("account_id", "number"),
            Index("ix_booking_note", text("lower(note)"), unique=True, sqlite_where=text("note <> ''")),
        )
        # no key that SQLite numbers by itself
        id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
        account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
        account: Mapped[Account] = relationship()
        number: Mapped[int]
        net: Mapped[decimal.Decimal] = mapped_column(Numeric(10, 2))
        tax: Mapped[decimal.Decimal] = mapped_column(Numeric(10, 2))
        total: Mapped[decimal.Decimal] = mapped_column(Numeric(10, 2))
        twice: Mapped[int] = mapped_column(Computed("number * 2"))
        note: Mapped[str]
"""
REVISION = """
    from alembic import op
    from savings.models import Base

    revision, down_revision = "1", None

    def upgrade():
        Base.metadata.create_all(op.get_bind())

    def downgrade():
        Base.metadata.drop_all(op.get_bind())
"""
OWN_TESTS = """
    import pytest
    from sqlalchemy import create_engine, func, select, text
    from sqlalchemy.exc import IntegrityError
    from sqlalchemy.orm import Session

    from savings.models import Account, Booking

    from . import connections
    from .connections import NotForTests
    from .factories.account import AccountFactory
    from .factories.booking import BookingFactory


    def accounts(session):
        return session.scalar(select(func.count()).select_from(Account))


    @pytest.mark.parametrize("time", ["first", "second"])
    def test_what_is_committed_is_gone_in_the_next_test(db_session, time):
        assert accounts(db_session) == 0
        AccountFactory.create_sync()
        db_session.commit()
        db_session.rollback()
        assert accounts(db_session) == 1


    def test_a_rollback_goes_back_to_the_last_commit(db_session):
        AccountFactory.create_sync(owner="kept")
        db_session.commit()
        db_session.delete(db_session.scalars(select(Account)).one())
        db_session.flush()
        db_session.rollback()
        assert db_session.scalars(select(Account.owner)).all() == ["kept"]


    def test_a_failed_flush_can_be_rolled_back(db_session):
        AccountFactory.create_sync(owner="same")
        db_session.commit()
        with pytest.raises(IntegrityError):
            AccountFactory.create_sync(owner="same")
        db_session.rollback()
        assert accounts(db_session) == 1


    def test_foreign_keys_hold(db_session):
        with pytest.raises(IntegrityError, match="FOREIGN KEY"):
            BookingFactory.create_sync(account_id=4711)


    @pytest.mark.parametrize("time", ["first", "second"])
    def test_committed_rows_are_real_and_gone_in_the_next_test(committed_db, time):
        booking = BookingFactory.create_sync()
        with Session(create_engine(committed_db.url)) as other:
            assert accounts(other) == 1
            assert other.get(Booking, booking.id).twice == booking.number * 2
            other.add(AccountFactory.build())
            other.commit()


    def test_neither_is_seen_by_the_other(db_session, committed_db):
        AccountFactory.create_sync()
        assert accounts(db_session) == 0


    @pytest.mark.parametrize("time", [1, 2])
    def test_the_applications_engine_is_led_here(db_session, time):
        theirs = create_engine("sqlite:///savings.db")
        assert accounts(db_session) == 0
        with Session(theirs) as session:
            session.add(AccountFactory.build())
            session.commit()
        with theirs.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(select(Account))
        with Session(theirs) as session:
            session.add(AccountFactory.build())
            session.flush()
        assert accounts(db_session) == 1


    def test_it_is_led_to_committed_db_too(committed_db):
        theirs = create_engine("sqlite:///savings.db")
        with Session(theirs) as session:
            session.add(AccountFactory.build())
            session.commit()
            assert session.scalar(text("PRAGMA foreign_keys")) == 1
        with Session(committed_db) as session:
            assert accounts(session) == 1


    def test_the_developers_own_file_is_left_alone(tmp_path):
        with pytest.raises(NotForTests, match="savings.db"), create_engine("sqlite:///savings.db").connect():
            pass
        assert "savings.db" in connections.refused()
        with create_engine(f"sqlite:///{tmp_path}/scratch.db").connect() as connection:
            assert connection.scalar(text("SELECT 1")) == 1
"""
ASYNC_TESTS = """
    import pytest
    from sqlalchemy import func, select
    from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

    from savings.models import Account, Booking

    from .factories.account import AccountFactory
    from .factories.booking import BookingFactory


    @pytest.mark.asyncio
    @pytest.mark.parametrize("time", ["first", "second"])
    async def test_what_is_committed_is_gone_in_the_next_test(async_db_session, time):
        await BookingFactory.create_async()
        await async_db_session.commit()
        await async_db_session.rollback()
        assert await async_db_session.scalar(select(func.count()).select_from(Booking)) == 1


    @pytest.mark.asyncio
    @pytest.mark.parametrize("time", ["first", "second"])
    async def test_committed_rows_are_real(committed_db, time):
        await AccountFactory.create_async()
        engine = create_async_engine(committed_db.url.set(drivername="sqlite+aiosqlite"))
        async with AsyncSession(engine) as session:
            assert await session.scalar(select(func.count()).select_from(Account)) == 1
        await engine.dispose()
"""


@pytest.fixture
def savings(tmp_path: Path) -> Path:
    """A project with migrations on SQLite."""
    write(
        tmp_path / "pyproject.toml",
        """
        [project]
        name = "savings"
        version = "1"
        dependencies = ["sqlalchemy>=2", "alembic"]
        """,
    )
    write(tmp_path / "savings/__init__.py", "")
    write(tmp_path / "savings/models.py", MODELS)
    write(
        tmp_path / "alembic.ini",
        "[alembic]\nscript_location = migrations\nsqlalchemy.url = sqlite:///savings.db\n",
    )
    write(tmp_path / "migrations/env.py", env_py("savings.models"))
    write(tmp_path / "migrations/versions/one.py", REVISION)
    return tmp_path


def take_its_types(savings: Path) -> None:
    """Leave no type that shows SQLite."""
    models = savings / "savings/models.py"
    replace(models, "mapped_column(DATETIME(truncate_microseconds=True))", "mapped_column()")


def test_a_suite_on_sqlite(savings: Path) -> None:
    done = init(savings, prove=True, **NO_DOCKER)
    assert re.search(
        r"^  database +SQLite: account.opened is its DATETIME +--database$", done.err, re.MULTILINE
    )
    assert done.text.rstrip().endswith("proved 2 classes, repaired 0, left 0"), done.text
    suite = savings / "tests" / "integration"
    assert not (suite / "containers.py").exists()
    assert not (suite / "postgres.py").exists()
    made = (savings / "pyproject.toml").read_text() + (
        savings / ".github/workflows/integration.yml"
    ).read_text()
    assert not {"testcontainers", "docker", "psycopg"} & set(re.findall(r"\w+", made))

    write(suite / "test_own.py", OWN_TESTS)
    # whatever lies in the folder for temporary files is nobody's, and this project would be there
    scratch = savings / "scratch"
    scratch.mkdir()
    for workers in ("0", "2"):
        run = pytest_in(savings, suite, "-n", workers, TMPDIR=str(scratch), **NO_DOCKER)
        assert (run.status, run.outcomes()) == (0, {"passed"}), run.text
        assert len(run.ids("test_inserts_25_rows")) == 2
        assert sorted(run.ids("test_down_and_up_again")) == [""]
    assert "SQLite: 3." in run.text
    assert not (savings / "savings.db").exists()


def test_a_column_more_and_a_type_that_sqlite_lacks(savings: Path) -> None:
    write(
        savings / "savings/tags.py",
        """
        from sqlalchemy import ARRAY, String
        from sqlalchemy.orm import Mapped, mapped_column

        from savings.models import Base

        class Tag(Base):
            __tablename__ = "tag"
            id: Mapped[int] = mapped_column(primary_key=True)
            words: Mapped[list[str]] = mapped_column(ARRAY(String))
        """,
    )
    assert "savings.tags.Tag.words: SQLite has no type" in init(savings).err
    helper = savings / "tests/integration/sqlite.py"
    replace(helper, "a file for each worker", "one file a worker")
    replace(savings / "savings/models.py", "note: Mapped[str]", "note: Mapped[str]\n    place: Mapped[str]")
    done = tcgen("update", "--no-prove", "--python", sys.executable, cwd=savings)
    assert done.status == 0, done.text
    assert "one file a worker" in helper.read_text()
    assert "place =" in (savings / "tests/integration/factories/booking.py").read_text()


def test_a_suite_of_coroutines_on_sqlite(savings: Path) -> None:
    take_its_types(savings)
    replace(savings / "pyproject.toml", '"alembic"', '"alembic", "aiosqlite"')
    write(savings / "savings/db.py", "from sqlalchemy.ext.asyncio import create_async_engine\n")
    done = init(savings, **NO_DOCKER)
    assert re.search(r"^  database +SQLite: its driver aiosqlite is a dependency", done.err, re.MULTILINE)
    write(savings / "tests/integration/test_own.py", ASYNC_TESTS)
    run = pytest_in(savings, "tests", "-n", "2", **NO_DOCKER)
    assert (run.status, run.outcomes()) == (0, {"passed"}), run.text
    assert len(run.cases) == 4 + 4 + 3


def test_where_postgresql_is_shown_too_sqlite_is_to_be_said(savings: Path) -> None:
    take_its_types(savings)
    replace(savings / "pyproject.toml", '"alembic"', '"alembic", "psycopg"')
    said = init(savings, "--database", "sqlite").err
    assert re.search(r"^  database +SQLite: as --database says", said, re.MULTILINE)
    # the next run is told nothing, and stays there
    again = tcgen("init", "--yes", "--json", "--no-prove", "--python", sys.executable, cwd=savings)
    assert '"changes": []' in again.out, again.text


LIBRARY = """
    from sqlalchemy import BLOB, ForeignKey
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class Book(Base):
        __tablename__ = "book"
        __table_args__ = {"schema": "library"}
        id: Mapped[int] = mapped_column(primary_key=True)
        cover: Mapped[bytes] = mapped_column(BLOB)

    class Loan(Base):
        __tablename__ = "loan"
        id: Mapped[int] = mapped_column(primary_key=True)
        book_id: Mapped[int] = mapped_column(ForeignKey("library.book.id"))
"""
USERS = """
    from sqlalchemy import create_engine
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class User(Base):
        __tablename__ = "user"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(unique=True)

    def connect():
        return create_engine("sqlite:///users.db")
"""


def test_schemas_are_files_of_their_own_and_two_bases_have_one_name(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", '[project]\nname = "shelves"\nversion = "1"\n')
    write(tmp_path / "shelves/__init__.py", "")
    write(tmp_path / "shelves/library.py", LIBRARY)
    write(tmp_path / "shelves/users.py", USERS)
    said = init(tmp_path, **NO_DOCKER).err
    assert "SQLite: book.cover is BLOB, and a URL begins with sqlite" in said
    write(
        tmp_path / "tests/integration/test_own.py",
        """
        import pytest
        from sqlalchemy import text

        from .factories.loan import LoanFactory

        @pytest.mark.parametrize("time", ["first", "second"])
        def test_rows_of_a_schema_go_too(committed_db, db_session, time):
            for connection in (committed_db.connect(), db_session):
                assert connection.execute(text("SELECT count(*) FROM library.book")).scalar() == 0
            LoanFactory.create_sync()
            db_session.commit()
        """,
    )
    run = pytest_in(tmp_path, "tests", "-n", "2", **NO_DOCKER)
    assert (run.status, run.outcomes()) == (0, {"passed"}), run.text
    assert run.ids("test_inserts_25_rows") == [
        f"shelves.{one}" for one in ("library.Book", "library.Loan", "users.User")
    ]
