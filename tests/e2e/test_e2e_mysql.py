"""A project whose own database is MySQL or MariaDB: the suite runs on the real one, with what it does otherwise."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e_support import env_py, init, pytest_in, replace, tcgen, write
from sqlalchemy import create_engine, make_url, text

pytestmark = [pytest.mark.e2e, pytest.mark.engine]

MODELS = """
    import datetime as dt
    import decimal
    import enum

    from sqlalchemy import JSON, CheckConstraint, Computed, DateTime, ForeignKey, Interval, String, UniqueConstraint
    from sqlalchemy.dialects import mysql
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

    class Base(DeclarativeBase):
        pass

    class Kind(enum.Enum):
        home = "h"
        work = "w"

    class Parcel(Base):
        __tablename__ = "parcel"
        __table_args__ = (
            CheckConstraint("weight <= 30 AND `grade` IN ('a', 'b')", name="light_enough"),
            UniqueConstraint("shelf", "place"),
        )
        id: Mapped[int] = mapped_column(mysql.INTEGER(unsigned=True), primary_key=True)
        # two that differ in case alone are one to the server
        label: Mapped[str] = mapped_column(String(5), unique=True)
        kind: Mapped[Kind]
        state: Mapped[str] = mapped_column(mysql.ENUM("new", "sent"))
        flags: Mapped[set[str]] = mapped_column(mysql.SET("fragile", "heavy"))
        weight: Mapped[int] = mapped_column(mysql.TINYINT)
        shelf: Mapped[int] = mapped_column(mysql.TINYINT(unsigned=True))
        place: Mapped[int] = mapped_column(mysql.MEDIUMINT)
        made: Mapped[int] = mapped_column(mysql.YEAR)
        switches: Mapped[int] = mapped_column(mysql.BIT(3))
        grade: Mapped[str] = mapped_column(mysql.CHAR(1))
        remark: Mapped[str] = mapped_column(mysql.TINYTEXT)
        letter: Mapped[str] = mapped_column(mysql.LONGTEXT)
        digest: Mapped[bytes] = mapped_column(mysql.BINARY(16), unique=True)
        price: Mapped[decimal.Decimal] = mapped_column(mysql.DECIMAL(8, 2, unsigned=True))
        ratio: Mapped[float] = mapped_column(mysql.DOUBLE(asdecimal=False))
        every: Mapped[dt.timedelta] = mapped_column(Interval)
        facts: Mapped[dict] = mapped_column(JSON)
        is_paid: Mapped[bool]

    class Step(Base):
        __tablename__ = "step"
        parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), primary_key=True)
        parcel: Mapped[Parcel] = relationship()
        # kept in whole seconds
        at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
        note: Mapped[str] = mapped_column(String(20))
        twice: Mapped[str] = mapped_column(String(40), Computed("concat(note, note)"))
"""
REVISION = """
    from alembic import op
    from parcels.models import Base

    revision, down_revision = "1", None

    def upgrade():
        Base.metadata.create_all(op.get_bind())
        # what a copy has to have too
        op.execute("CREATE TABLE country (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(20), size INT AS (length(name)))")
        op.execute("INSERT INTO country (id, name) VALUES (1, '100%'), (7, 'b')")
        op.execute("CREATE VIEW below AS SELECT id FROM country")
        op.execute("CREATE VIEW above AS SELECT id FROM below")
        op.execute("CREATE FUNCTION one_more(n INT) RETURNS INT DETERMINISTIC RETURN n + 1")
        op.execute("CREATE TRIGGER shouting BEFORE INSERT ON country FOR EACH ROW SET NEW.name = upper(NEW.name)")

    def downgrade():
        for what in ("VIEW above", "VIEW below", "FUNCTION one_more", "TABLE country"):
            op.execute(f"DROP {what}")
        Base.metadata.drop_all(op.get_bind())
"""
OWN_TESTS = """
    import pytest
    from sqlalchemy import create_engine, func, select, text
    from sqlalchemy.exc import IntegrityError
    from sqlalchemy.orm import Session

    from parcels.models import Parcel, Step

    from . import connections
    from .connections import NotForTests
    from .explain import explained
    from .factories.parcel import ParcelFactory
    from .factories.step import StepFactory


    def parcels(session):
        return session.scalar(select(func.count()).select_from(Parcel))


    @pytest.mark.parametrize("time", ["first", "second"])
    def test_what_is_committed_is_gone_in_the_next_test(db_session, time):
        assert parcels(db_session) == 0
        ParcelFactory.create_sync(flags={{"fragile", "heavy"}})
        db_session.commit()
        db_session.rollback()
        db_session.expire_all()
        assert db_session.scalars(select(Parcel.flags)).all() == [{{"fragile", "heavy"}}]


    def test_a_rollback_goes_back_to_the_last_commit(db_session, database_url):
        ParcelFactory.create_sync(label="kept")
        db_session.commit()
        db_session.delete(db_session.scalars(select(Parcel)).one())
        db_session.flush()
        db_session.rollback()
        assert db_session.scalars(select(Parcel.label)).all() == ["kept"]
        with Session(create_engine(database_url)) as other:
            assert parcels(other) == 0


    def test_a_failed_flush_can_be_rolled_back(db_session):
        ParcelFactory.create_sync(label="same")
        db_session.commit()
        with pytest.raises(IntegrityError):
            ParcelFactory.create_sync(label="SAME")
        db_session.rollback()
        assert parcels(db_session) == 1


    @pytest.mark.parametrize("time", ["first", "second"])
    def test_committed_rows_are_real_and_gone_in_the_next_test(committed_db, time):
        step = StepFactory.create_sync()
        with Session(create_engine(committed_db.url)) as other:
            assert parcels(other) == 1
            assert other.scalar(select(Step.twice)) == step.note * 2
            other.execute(text("INSERT INTO country (name) VALUES ('c')"))
            other.commit()


    def test_a_copy_has_all_of_the_template(committed_db):
        with committed_db.begin() as connection:
            rows = connection.execute(text("SELECT id, name, size FROM country ORDER BY id")).all()
            assert rows == [(1, "100%", 4), (7, "b", 1)]
            connection.execute(text("INSERT INTO country (name) VALUES ('c')"))
            assert connection.scalar(text("SELECT name FROM country WHERE id = 8")) == "C"
            assert connection.scalar(text("SELECT max(one_more(id)) FROM above")) == 9


    @pytest.mark.parametrize("time", ["first", "second"])
    def test_a_database_for_this_test_alone(fresh_db, time):
        with fresh_db.begin() as connection:
            connection.execute(text("CREATE TABLE passing (n int)"))
            assert connection.scalar(select(func.count()).select_from(Parcel)) == 0
        ParcelFactory.create_sync()
        with fresh_db.connect() as connection:
            assert connection.scalar(select(func.count()).select_from(Parcel)) == 1


    def test_a_table_made_on_the_way_is_gone_with_the_database(committed_db):
        with committed_db.begin() as connection:
            connection.execute(text("CREATE TABLE scratch (id INT)"))


    @pytest.mark.parametrize(
        ("values", "named"),
        [
            ({{"label": "too long"}}, "label"),
            ({{"label": None}}, "label"),
            ({{"made": 12345}}, "made"),
            ({{"label": "same"}}, "label"),
            ({{"weight": 31}}, "weight, grade"),
            ({{"state": "lost"}}, "state"),
        ],
    )
    def test_what_is_refused_is_told_with_its_column(db_session, values, named):
        ParcelFactory.create_sync(label="same")
        with pytest.raises(pytest.fail.Exception, match=rf"Parcel: {{named}} refused by"), explained(ParcelFactory):
            ParcelFactory.create_sync(**values)


    def test_what_is_nobodys_to_test_with_is_left_alone(database_url):
        theirs = create_engine(database_url.set(database="mysql"))
        with pytest.raises(NotForTests, match="/mysql"), theirs.connect():
            pass
        assert "/mysql" in connections.refused()


    @pytest.mark.parametrize("time", [1, 2])
    def test_the_applications_engine_is_led_here(db_session, database_url, time):
        theirs = create_engine(database_url.set(database="theirs"))
        assert parcels(db_session) == 0
        ParcelFactory.create_sync()
        made = parcels(db_session)
        with Session(theirs) as session, session.begin_nested():
            assert parcels(session) == made
            session.execute(text("DELETE FROM step"))
        with Session(theirs) as session:
            session.execute(text("DELETE FROM parcel"))
            session.flush()
            session.rollback()
        options = {{"isolation_level": "READ COMMITTED"}}
        with theirs.connect().execution_options(**options) as connection:
            assert connection.scalar(select(func.count()).select_from(Parcel)) == made
        assert parcels(db_session) == made
"""
ASYNC_TESTS = """
    import pytest
    from sqlalchemy import func, select
    from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

    from parcels.models import Step

    from .factories.step import StepFactory


    @pytest.mark.asyncio
    @pytest.mark.parametrize("time", ["first", "second"])
    async def test_what_is_committed_is_gone_in_the_next_test(async_db_session, time):
        await StepFactory.create_async()
        await async_db_session.commit()
        await async_db_session.rollback()
        assert await async_db_session.scalar(select(func.count()).select_from(Step)) == 1


    @pytest.mark.asyncio
    async def test_committed_rows_are_real(committed_db):
        await StepFactory.create_async()
        engine = create_async_engine(committed_db.url.set(drivername="mysql+asyncmy"))
        async with AsyncSession(engine) as session:
            assert await session.scalar(select(func.count()).select_from(Step)) == 1
        await engine.dispose()
"""


@pytest.fixture
def parcels(tmp_path: Path) -> Path:
    """A project with migrations that MySQL alone can run."""
    write(
        tmp_path / "pyproject.toml",
        """
        [project]
        name = "parcels"
        version = "1"
        dependencies = ["sqlalchemy>=2", "alembic", "pymysql", "cryptography"]
        """,
    )
    write(tmp_path / "parcels/__init__.py", "")
    write(tmp_path / "parcels/models.py", MODELS)
    write(
        tmp_path / "alembic.ini",
        "[alembic]\nscript_location = migrations\nsqlalchemy.url = mysql+pymysql://localhost/parcels\n",
    )
    write(tmp_path / "migrations/env.py", env_py("parcels.models"))
    write(tmp_path / "migrations/versions/one.py", REVISION)
    return tmp_path


def databases(url: str) -> set[str]:
    server = create_engine(url)
    with server.connect() as connection:
        found = set(connection.scalars(text("SHOW DATABASES")))
    server.dispose()
    return found


def add_own_tests(root: Path, module: str) -> Path:
    suite = root / "tests" / "integration"
    write(suite / "test_own.py", OWN_TESTS.format(module=module))
    return suite


def test_a_suite_on_mysql_in_a_container(parcels: Path, mysql_image: str) -> None:
    done = init(parcels, prove=True)
    shown = r"^  database +MySQL: parcel.id is its INTEGER +--database$"
    assert re.search(shown, done.err, re.MULTILINE)
    assert done.text.rstrip().endswith("proved 2 classes, repaired 0, left 0"), done.text
    suite = add_own_tests(parcels, "mysql")
    assert not (suite / "postgres.py").exists()
    assert f'{mysql_image}" &\n' in (parcels / ".github/workflows/integration.yml").read_text()

    run = pytest_in(parcels, suite, "-n", "2")
    assert (run.status, run.outcomes()) == (0, {"passed"}), run.text
    assert f"MySQL: container {mysql_image}" in run.text
    assert len(run.ids("test_inserts_25_rows")) == 2
    assert sorted(run.ids("test_down_and_up_again")) == [""]

    env = parcels / "migrations/env.py"
    write(env, env.read_text() + '\nwith open("made.log", "a") as file:\n    file.write("made\\n")\n')
    for _ in range(2):
        run = pytest_in(parcels, suite / "test_own.py", TEST_REUSE="1")
        assert run.outcomes() == {"passed"}, run.text
    assert (parcels / "made.log").read_text() == "made\n"
    done = tcgen("clean", "--python", sys.executable, cwd=parcels)
    assert re.search(r"^container tcgen-kept-\w+$", done.out, re.MULTILINE), done.text


def test_a_suite_on_a_mariadb_of_ones_own(parcels: Path, mariadb: str) -> None:
    write(parcels / "compose.yaml", "services:\n  db:\n    image: mariadb:11.8\n")
    before = databases(mariadb)
    done = init(parcels, prove=True, TEST_DATABASE=mariadb)
    assert re.search(r"^  database +MariaDB: ", done.err, re.MULTILINE)
    assert done.text.rstrip().endswith("proved 2 classes, repaired 0, left 0"), done.text
    suite = add_own_tests(parcels, "mariadb")
    for workers in ("0", "2"):
        run = pytest_in(parcels, suite, "-n", workers, TEST_DATABASE=mariadb)
        assert (run.status, run.outcomes()) == (0, {"passed"}), run.text
    assert databases(mariadb) == before
    # one that is not called so is left alone
    run = pytest_in(parcels, suite, "-rs", TEST_DATABASE=mariadb.replace("shop_test", "shop"))
    assert run.outcomes() == {"skipped"}, run.text
    assert "does not look like one for tests" in run.text


ROLES = {
    # all in databases that are called so, which is as much as one needs
    "wide": r"ALL ON `shop\_test%`.*",
    # its migrations make views
    "slim": r"SELECT, INSERT, CREATE, DROP, REFERENCES, INDEX ON `shop\_test%`.*",
    "narrow": "ALL ON shop_test.*",
}


@pytest.fixture
def roles(mariadb: str) -> Iterator[dict[str, str]]:
    """The server's address for each role."""
    engine = create_engine(mariadb)
    with engine.begin() as connection:
        for name, rights in ROLES.items():
            connection.execute(text(f"CREATE USER {name} IDENTIFIED BY 'secret'"))
            connection.execute(text(f"GRANT {rights} TO {name}"))
    yield {name: make_url(mariadb).set(username=name).render_as_string(False) for name in ROLES}
    with engine.begin() as connection:
        connection.execute(text(f"DROP USER {', '.join(ROLES)}"))
    engine.dispose()


@pytest.mark.matrix
def test_a_role_with_few_rights(parcels: Path, mariadb: str, roles: dict[str, str]) -> None:
    before = databases(mariadb)
    done = init(parcels, prove=True, TEST_DATABASE=roles["wide"])
    assert done.text.rstrip().endswith("proved 2 classes, repaired 0, left 0"), done.text
    suite = add_own_tests(parcels, "mysql")
    run = pytest_in(parcels, suite, "-n", "2", TEST_DATABASE=roles["wide"], CI="1")
    assert (run.status, run.outcomes()) == (0, {"passed"}), run.text
    said = {"slim": "CREATE VIEW command denied", "narrow": "no database for the tests can be made: (1044, "}
    for name, line in said.items():
        run = pytest_in(parcels, suite, "-k", "inserts_a_row", TEST_DATABASE=roles[name], CI="1")
        assert (run.status, run.outcomes()) == (1, {"error"}), run.text
        assert line in run.out
        assert databases(mariadb) == before


def test_a_suite_of_coroutines(parcels: Path, mariadb: str) -> None:
    replace(parcels / "pyproject.toml", '"pymysql"', '"asyncmy"')
    shutil.rmtree(parcels / "migrations")
    (parcels / "alembic.ini").unlink()
    write(parcels / "parcels/db.py", "from sqlalchemy.ext.asyncio import create_async_engine\n")
    init(parcels)
    assert '"pymysql>=1.1"' in (parcels / "pyproject.toml").read_text()
    write(parcels / "tests/integration/test_own.py", ASYNC_TESTS)
    run = pytest_in(parcels, "tests", "-n", "2", TEST_DATABASE=mariadb)
    assert (run.status, run.outcomes()) == (0, {"passed"}), run.text
    assert len(run.cases) == 4 + 3


def test_a_column_more(parcels: Path, mariadb: str) -> None:
    init(parcels)
    helper = parcels / "tests/integration/mysql.py"
    replace(helper, "for a whole test run", "for one test run")
    replace(parcels / "parcels/models.py", "note: Mapped", "place: Mapped[int]\n    note: Mapped")
    done = tcgen("update", "--no-prove", "--python", sys.executable, cwd=parcels)
    assert done.status == 0, done.text
    assert "for one test run" in helper.read_text()
    assert "place =" in (parcels / "tests/integration/factories/step.py").read_text()


def test_a_table_without_transactions_is_named(parcels: Path) -> None:
    replace(
        parcels / "parcels/models.py",
        '__tablename__ = "step"',
        '__tablename__ = "step"\n    __table_args__ = {"mysql_engine": "MyISAM"}',
    )
    said = " ".join(init(parcels).err.split())
    assert "warning: tables whose engine knows no transactions: step; what a test writes there stays" in said


def test_schemas_are_databases_and_left_alone(parcels: Path) -> None:
    replace(
        parcels / "parcels/models.py",
        '__tablename__ = "step"',
        '__tablename__ = "step"\n    __table_args__ = {"schema": "core"}',
    )
    done = tcgen("init", "--yes", "--json", "--python", sys.executable, cwd=parcels)
    assert done.status == 2, done.text
    error = json.loads(done.out)
    assert error["code"] == "schemas-are-databases"
    assert "tables are in core: each is a database of its own on MySQL" in error["message"]
    assert not (parcels / "tests").exists()
