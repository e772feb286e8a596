"""The sessions of the suite end at savepoints with every SQLAlchemy there is: sync, async and Flask-SQLAlchemy's."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from e2e_support import long_row, read_report, run, tcgen, virtual_environment, write

pytestmark = pytest.mark.e2e

ASYNC_MODELS = """
    from sqlalchemy import Column, Integer, String
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()
    engine = create_async_engine("postgresql+asyncpg://localhost/shop")


    class Item(Base):
        __tablename__ = "item"
        id = Column(Integer, primary_key=True)
        name = Column(String(30), nullable=False)
"""
FLASK_MODELS = """
    from flask import Flask
    from flask_sqlalchemy import SQLAlchemy

    db = SQLAlchemy()


    class Item(db.Model):
        __tablename__ = "item"
        id = db.Column(db.Integer, primary_key=True)
        name = db.Column(db.String(30), nullable=False)


    class Entry(db.Model):
        __tablename__ = "entry"
        __bind_key__ = "audit"
        id = db.Column(db.Integer, primary_key=True)
        text = db.Column(db.String(30), nullable=False)


    def create_app():
        app = Flask("shop")
        app.config["SQLALCHEMY_DATABASE_URI"] = "postgresql+psycopg2://nobody@127.0.0.1:1/shop"
        app.config["SQLALCHEMY_BINDS"] = {"audit": "postgresql+psycopg2://nobody@127.0.0.1:1/audit"}
        app.config["SQLALCHEMY_TRACK_MODIFICATIONS"] = False
        db.init_app(app)

        @app.route("/add/<name>")
        def add(name):
            db.session.add_all([Item(name=name), Entry(text=name)])
            db.session.commit()
            assert Item.query.count() == Entry.query.count()
            return str(Item.query.count())

        return app
"""
FLASK_SETUP = """
    from shop.models import create_app

    app = create_app()
    app.app_context().push()
"""
SYNC_TESTS = """
    import pytest
    from sqlalchemy import create_engine, event, func, select
    from sqlalchemy.orm import Session

    from shop.models import Item

    from .factories.item import ItemFactory

    COUNT = select(func.count(Item.id))

    @pytest.mark.parametrize("time", [1, 2])
    def test_a_commit_is_gone_in_the_next_test(db_session, database_url, time):
        assert db_session.scalar(COUNT) == 0
        ItemFactory.create_sync()
        db_session.commit()
        ItemFactory.create_sync()
        db_session.commit()
        assert db_session.scalar(COUNT) == 2
        with create_engine(database_url).connect() as other:
            assert other.scalar(COUNT) == 0

    @pytest.mark.parametrize("time", [1, 2])
    def test_a_rollback_goes_back_to_the_last_commit(db_session, time):
        assert db_session.scalar(COUNT) == 0
        db_session.add(Item(name="kept"))
        db_session.commit()
        db_session.add(Item(name="lost"))
        db_session.flush()
        db_session.rollback()
        db_session.rollback()
        assert db_session.scalar(COUNT) == 1

    @pytest.mark.parametrize("time", [1, 2])
    def test_a_rollback_spares_what_a_factory_made(db_session, time):
        assert db_session.scalar(COUNT) == 0
        item = ItemFactory.create_sync()
        db_session.rollback()
        assert (item in db_session, db_session.scalar(COUNT)) == (True, 1)
        with db_session.begin_nested() as begun:
            ItemFactory.create_sync()
            begun.rollback()
        assert db_session.scalar(COUNT) == 1

    def test_what_listens_to_rows_may_commit_on_their_connection(db_session):
        def note(mapper, connection, target):
            with Session(bind=connection) as own:
                own.execute(select(1))
                own.commit()

        event.listen(Item, "after_insert", note)
        try:
            ItemFactory.create_sync()
        finally:
            event.remove(Item, "after_insert", note)
        assert db_session.scalar(COUNT) == 1

    @pytest.mark.parametrize("time", [1, 2])
    def test_a_factory_commits_where_commits_are_real(committed_db, time):
        with committed_db.connect() as other:
            assert other.scalar(COUNT) == 0
        ItemFactory.create_batch_sync(3)
        with committed_db.connect() as other:
            assert other.scalar(COUNT) == 3
"""
ASYNC_TESTS = """
    import pytest
    from sqlalchemy import func, select

    from shop.models import Item

    from .factories.item import ItemFactory

    COUNT = select(func.count(Item.id))

    @pytest.mark.asyncio
    @pytest.mark.parametrize("time", [1, 2])
    async def test_a_rollback_goes_back_to_the_last_commit(async_db_session, db_session, time):
        assert await async_db_session.scalar(COUNT) == 0
        async_db_session.add(Item(name="kept"))
        await async_db_session.commit()
        async_db_session.add(Item(name="lost"))
        await async_db_session.flush()
        await async_db_session.rollback()
        await async_db_session.rollback()
        assert await async_db_session.scalar(COUNT) == 1
        assert db_session.scalar(COUNT) == 0

    @pytest.mark.asyncio
    @pytest.mark.parametrize("time", [1, 2])
    async def test_a_rollback_spares_what_a_factory_made(async_db_session, time):
        assert await async_db_session.scalar(COUNT) == 0
        item = await ItemFactory.create_async()
        await async_db_session.rollback()
        assert item in async_db_session
        assert await async_db_session.scalar(COUNT) == 1

    @pytest.mark.asyncio
    @pytest.mark.parametrize("time", [1, 2])
    async def test_a_factory_commits_where_commits_are_real(committed_db, time):
        await ItemFactory.create_batch_async(2)
        ItemFactory.create_sync()
        with committed_db.connect() as other:
            assert other.scalar(COUNT) == 3
"""
FLASK_TESTS = """
    from sqlalchemy import inspect

    from shop.models import Entry, Item, db
    from shop.setup import app

    def test_what_a_request_commits(db_session):
        assert app.test_client().get("/add/one").data == b"1"
        assert app.test_client().get("/add/two").data == b"2"
        assert Item.query.count() == 2

    def test_it_is_gone_in_the_next_test(db_session):
        assert db_session is db.session()
        assert app.test_client().get("/add/one").data == b"1"

    def test_without_the_fixture_it_is_the_projects_own():
        assert str(db.session().get_bind().url).startswith("postgresql+psycopg2://nobody")
        audit = db.session().get_bind(mapper=inspect(Entry))
        assert str(audit.url).endswith("/audit")
"""
COMMON = (
    "aiosqlite",
    "asyncpg",
    "faker",
    "filelock",
    "greenlet",
    "polyfactory",
    "psycopg2-binary",
    "pytest",
    "pytest-asyncio",
)


@dataclass(frozen=True)
class Versions:
    """What is installed beside the suite's own requirements."""

    sqlalchemy: str
    flask_sqlalchemy: str
    others: tuple[str, ...] = ()


VERSIONS = {
    "1.4": Versions("1.4.54", "3.0.5"),
    "1.4-flask-2": Versions("1.4.54", "2.5.1", ("flask<2.3", "werkzeug<2.3")),
    "2.0": Versions("2.0.51", "3.1.1"),
    "2.1": Versions("2.1.9", "3.1.1"),
}
FIRST = ("1.4-flask-2",)
"""All other tests run in the newest."""


@pytest.fixture(
    scope="module",
    params=long_row(VERSIONS, *FIRST),
)
def python(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The interpreter of an environment with these versions."""
    versions = VERSIONS[request.param]
    wanted = (f"sqlalchemy=={versions.sqlalchemy}", f"flask-sqlalchemy=={versions.flask_sqlalchemy}")
    folder = tmp_path_factory.mktemp("environment") / "venv"
    return virtual_environment(folder, *COMMON, *wanted, *versions.others)


def outcomes(python: str, root: Path, url: dict[str, str], *flags: str) -> list[str]:
    """Make a suite beside the tests that are there, run both, and return the outcomes."""
    mine = [(path.name, path.read_text()) for path in (root / "mine").glob("*.py")]
    shutil.rmtree(root / "mine")
    done = tcgen("init", "--yes", "--python", python, *flags, cwd=root, **url)
    assert done.status == 0, done.text
    for name, text in mine:
        (root / "tests/integration" / name).write_text(text)
    report = root / "report.xml"
    command = [python, "-m", "pytest", "tests", f"--junitxml={report}", "-o", "junit_family=xunit1"]
    ran = run(command, root, **url)
    assert ran.status == 0, ran.text
    return list(read_report(report).values())


POSTGRESQL, ASYNC_POSTGRESQL = "postgresql+psycopg2://nobody@127.0.0.1:1/", "postgresql+asyncpg://localhost/"
SQLITE, ASYNC_SQLITE = "sqlite:////nowhere/", "sqlite+aiosqlite:////nowhere/"
on_each_database = pytest.mark.parametrize("database", long_row(["postgresql", "sqlite"], "postgresql"))


@on_each_database
def test_plain(python: str, tmp_path: Path, on_a_url: dict[str, str], database: str) -> None:
    driver, url = ("aiosqlite", ASYNC_SQLITE) if database == "sqlite" else ("asyncpg", ASYNC_POSTGRESQL)
    write(
        tmp_path / "pyproject.toml", f'[project]\nname = "shop"\nversion = "1"\ndependencies = ["{driver}"]\n'
    )
    write(tmp_path / "shop/__init__.py", "")
    write(tmp_path / "shop/models.py", ASYNC_MODELS.replace(ASYNC_POSTGRESQL, url))
    write(tmp_path / "mine/test_sync.py", SYNC_TESTS)
    write(tmp_path / "mine/test_async.py", ASYNC_TESTS)
    assert outcomes(python, tmp_path, on_a_url) == ["passed"] * 18


@on_each_database
def test_flask(python: str, tmp_path: Path, on_a_url: dict[str, str], database: str) -> None:
    declared = 'dependencies = ["flask-sqlalchemy", "psycopg2-binary"]'
    url = SQLITE if database == "sqlite" else POSTGRESQL
    write(tmp_path / "pyproject.toml", f'[project]\nname = "shop"\nversion = "1"\n{declared}\n')
    write(tmp_path / "shop/__init__.py", "")
    write(tmp_path / "shop/models.py", FLASK_MODELS.replace(POSTGRESQL, url))
    write(tmp_path / "shop/setup.py", FLASK_SETUP)
    write(tmp_path / "mine/test_sync.py", SYNC_TESTS)
    write(tmp_path / "mine/test_flask.py", FLASK_TESTS.replace("postgresql+psycopg2://nobody", url))
    flags = ("--models", "shop.setup", "--models", "shop.models", "--database", database)
    assert outcomes(python, tmp_path, on_a_url, *flags) == ["passed"] * 17
