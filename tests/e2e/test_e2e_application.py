"""What the application does in a test is part of the test, however its code comes to a connection."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest
from e2e_support import copy, init, long_row, pytest_in, replace, run, tcgen, virtual_environment, write
from sqlalchemy.engine import make_url

pytestmark = pytest.mark.e2e

PROJECTS = Path(__file__).parent / "projects"

DESK = """
    import os
    import subprocess
    import sys

    import pytest
    from factory.alchemy import SQLAlchemyModelFactory
    from sqlalchemy import create_engine, func, select, text
    from sqlalchemy.exc import DataError

    from desk.db import SessionLocal, Scoped, engine as their_engine
    from desk.main import note
    from desk.models import Note, Ticket, Topic

    from .factories.topic import TopicFactory

    COUNT = select(func.count(Note.id))
    WAYS = ["registry", "object", "engine", "made anew", "autocommit", "driver", "thread"]


    @pytest.fixture(autouse=True)
    def nothing_is_left(engine):
        def rows():
            with engine.connect() as other:
                return [other.scalar(select(func.count(one.id))) for one in (Note, Ticket, Topic)]

        assert rows() == [0, 0, 0]
        yield
        assert rows() == [0, 0, 0]


    @pytest.mark.parametrize("way", WAYS)
    def test_whatever_opens_the_session(client, db_session, way):
        assert client.post(f"/notes/{way}").status_code == 201
        assert db_session.scalar(COUNT) == 1
        assert client.get("/notes").json() == 1


    @pytest.mark.parametrize("way", WAYS)
    def test_without_a_client(db_session, way):
        note(way)
        assert db_session.scalar(COUNT) == 1


    def test_what_a_test_arranged_survives_a_rollback(client, db_session):
        topic = TopicFactory.create_sync(name="keys")
        db_session.add(Topic(name="not committed"))
        db_session.flush()
        assert client.post("/topics/keys").status_code == 409
        assert client.get("/topics").json() == ["keys", "not committed"]
        assert db_session.get(Topic, topic.id) is topic


    def test_a_task_runs_where_it_is_called(client, db_session):
        TopicFactory.create_sync(name="keys")
        assert client.post("/topics/keys/tickets?title=lost").status_code == 201
        assert db_session.scalar(select(Note.text)).startswith("ticket ")


    def test_a_command_is_part_of_the_test(run_command, db_session):
        assert run_command(["add", "keys"]).output.strip() == "added keys"
        assert db_session.scalars(select(Topic.name)).all() == ["keys"]


    class NoteOfTheirs(SQLAlchemyModelFactory):
        class Meta:
            model = Note
            sqlalchemy_session = Scoped
            sqlalchemy_session_persistence = "commit"

        text = "by factory_boy"


    def test_their_own_factories_use_the_session(factory_boy_session, db_session):
        assert NoteOfTheirs() in factory_boy_session
        assert db_session.scalar(COUNT) == 1


    def test_the_session_is_of_the_applications_kind(db_session):
        assert not db_session.autoflush


    def test_sessions_may_end_in_any_order(db_session):
        first, second = SessionLocal(), SessionLocal()
        first.add(Note(text="first"))
        first.flush()
        second.add(Note(text="second"))
        second.flush()
        first.commit()
        second.commit()
        second.add(Note(text="third"))
        second.flush()
        first.add(Note(text="fourth"))
        first.flush()
        second.rollback()
        first.commit()
        assert db_session.scalar(COUNT) == 2


    @pytest.mark.parametrize("ended", [True, False])
    def test_savepoints_of_two_sessions_are_told_apart(db_session, ended):
        first, second = SessionLocal(), SessionLocal()
        of_first = first.begin_nested()
        first.add(Note(text="taken back"))
        first.flush()
        of_second = second.begin_nested()
        second.add(Note(text="by another"))
        second.flush()
        if ended:
            of_second.commit()
        of_first.rollback()
        first.add(Note(text="stays"))
        first.commit()
        second.commit()
        assert db_session.scalars(select(Note.text)).all() == ["stays"]


    def test_who_only_read_takes_nothing_back(db_session):
        reading = SessionLocal()
        assert reading.scalar(COUNT) == 0
        note("object")
        reading.close()
        assert db_session.scalar(COUNT) == 1
        failing = SessionLocal()
        with pytest.raises(DataError):
            failing.scalar(text("SELECT 1 / 0"))
        failing.rollback()
        assert failing.scalar(COUNT) == 1
        failing.close()
        writing = SessionLocal()
        writing.add(Note(text="lost"))
        writing.flush()
        writing.close()
        assert db_session.scalar(COUNT) == 1


    @pytest.mark.parametrize("time", [1, 2])
    def test_a_registry_that_nobody_removes_begins_anew(db_session, time):
        # its identity map must not answer with a row of the test before
        assert Scoped.scalar(COUNT) == 0
        assert Scoped.get(Note, 1) is None
        Scoped.add(Note(id=1, text="kept"))
        Scoped.flush()


    def test_on_committed_db_commits_are_real(committed_db):
        note("engine")
        note("driver")
        with create_engine(committed_db.url).connect() as other:
            assert other.scalar(COUNT) == 2


    RAW = (
        "import os, psycopg;"
        "psycopg.connect(os.environ['DATABASE_URL'].replace('+psycopg', ''), autocommit=True)"
        ".execute('INSERT INTO note (text) VALUES ($$raw$$)')"
    )


    def test_what_goes_past_sqlalchemy_reaches_committed_db(committed_db):
        subprocess.run([sys.executable, "-c", RAW], check=True)
        with committed_db.connect() as connection:
            assert connection.scalar(COUNT) == 1


    def test_it_reaches_no_other_database(db_session):
        done = subprocess.run([sys.executable, "-c", RAW], capture_output=True, text=True)
        assert "port 1 failed" in done.stderr
        assert os.environ["DATABASE_URL"] == "postgresql+psycopg://nobody@localhost:1/nothing"


    def test_the_next_one_is_clean(committed_db):
        note("object")
        with committed_db.connect() as connection:
            assert connection.scalar(COUNT) == 1
"""


@pytest.fixture
def on_a_real_one(on_a_url: dict[str, str]) -> dict[str, str]:
    """With a database that is nobody's to write to in the application's own variable."""
    real = make_url(on_a_url["TEST_DATABASE"]).set(drivername="postgresql+psycopg", database="postgres")
    return {**on_a_url, "DATABASE_URL": real.render_as_string(hide_password=False)}


def test_a_synchronous_application(tmp_path: Path, on_a_real_one: dict[str, str]) -> None:
    root = copy(PROJECTS / "desk", tmp_path / "desk")
    done = init(root, prove=True, **on_a_real_one)
    assert "leaves out 1 of the application's pages" in done.err
    assert "/report (RuntimeError: nobody wrote the report)" in done.err
    suite = root / "tests/integration"
    assert '"/report": "RuntimeError: nobody wrote the report"' in (suite / "test_application.py").read_text()
    handed_over = pytest_in(root, "tests", **on_a_real_one)
    assert (handed_over.status, handed_over.outcomes()) == (0, {"passed"}), handed_over.text
    assert [one for one in handed_over.cases if "test_application" in one]
    write(suite / "test_own.py", DESK)
    # tests beside the suite are none of its business
    write(
        root / "tests/test_theirs.py",
        "import os\n\ndef test_it():\n    assert '/postgres' in os.environ['DATABASE_URL']\n",
    )
    for arguments in ([], ["-n", "2"], ["-p", "no:xdist"]):
        done = pytest_in(root, "tests", *arguments, **on_a_real_one)
        assert (done.status, done.outcomes()) == (0, {"passed"}), done.text


NAMES = {
    "db_session": "session",
    "db_connection": "connection_of_the_test",
    "committed_db": "real_db",
    "app": "web",
    "client": "browser",
    "eager_tasks": "tasks_at_once",
    "run_command": "shell",
    "factory_boy_session": "legacy",
}


@pytest.mark.matrix
def test_fixtures_under_names_of_the_projects(tmp_path: Path, on_a_real_one: dict[str, str]) -> None:
    root = copy(PROJECTS / "desk", tmp_path / "desk")
    with (root / "pyproject.toml").open("a") as file:
        file.write(
            f"\n[tool.tcgen]\nfixtures = {{ {', '.join(f'{ours} = {theirs!r}' for ours, theirs in NAMES.items())} }}\n"
        )
    init(root, prove=True, **on_a_real_one)
    suite = root / "tests/integration"
    own = DESK
    for ours, theirs in NAMES.items():
        own = re.sub(rf"(?<!\.)\b{ours}\b(?!:)", theirs, own)
    write(suite / "test_own.py", own)
    done = pytest_in(root, "tests", **on_a_real_one)
    assert (done.status, done.outcomes()) == (0, {"passed"}), done.text
    for path in suite.rglob("*"):
        if path.suffix in (".py", ".md") and path.name != "test_own.py":
            found = re.findall(
                r"\b(?:async_)?db_session\b|\bdb_connection\b|\bcommitted_db\b", path.read_text()
            )
            assert not found, path


def test_names_of_fixtures_that_meet(tmp_path: Path) -> None:
    root = copy(PROJECTS / "desk", tmp_path / "desk")
    write(root / "tests/conftest.py", "import pytest\n\n@pytest.fixture()\ndef client():\n    return None\n")
    done = init(root, "--dest", "tests/integration")
    assert "tests/conftest.py has fixtures called as the suite's are: client" in done.err
    with (root / "pyproject.toml").open("a") as file:
        file.write('\n[tool.tcgen]\nfixtures = { client = "browser" }\n')
    done = init(root)
    assert "fixtures called as" not in done.err
    assert "def browser(" in (root / "tests/integration/conftest.py").read_text()


FERRY = """
    import pytest
    from sqlalchemy import func, select
    from sqlalchemy.exc import MissingGreenlet

    from ferry.models import Boat, Trip
    from ferry.services import add_trip, seats_after_a_commit

    from .factories.boat import BoatFactory
    from .factories.trip import TripFactory

    pytestmark = pytest.mark.asyncio(loop_scope={scope!r})


    @pytest.fixture(autouse=True)
    def nothing_is_left(engine):
        def rows():
            with engine.connect() as other:
                return [other.scalar(select(func.count(one.id))) for one in (Boat, Trip)]

        assert rows() == [0, 0]
        yield
        assert rows() == [0, 0]


    async def test_an_endpoint(async_client, async_db_session):
        await BoatFactory.create_async(name="Nina")
        assert (await async_client.post("/boats/Nina")).status_code == 409
        assert (await async_client.post("/boats/Pinta")).status_code == 201
        assert set(await async_db_session.scalars(select(Boat.name))) == {{"Nina", "Pinta"}}


    async def test_a_background_task(async_client, async_db_session):
        boat = await BoatFactory.create_async()
        assert (await async_client.post(f"/boats/{{boat.name}}/trips")).status_code == 202
        assert (await async_client.get("/trips")).json() == 1


    async def test_a_service_without_a_client(async_db_session):
        boat = await BoatFactory.create_async()
        assert await async_db_session.get(Trip, await add_trip(boat.name, 3)) is not None


    async def test_what_expires_in_production_expires_here(async_db_session):
        trip = await TripFactory.create_async()
        with pytest.raises(MissingGreenlet):
            await seats_after_a_commit(trip.boat.name)
"""


@pytest.mark.parametrize("scope", long_row(["function", "module", "session"], "function", "session"))
def test_an_asynchronous_application(
    tmp_path: Path, finished_ferry: Path, on_a_url: dict[str, str], scope: str
) -> None:
    root = copy(finished_ferry, tmp_path / "ferry")
    write(root / "tests/integration/test_own.py", FERRY.format(scope=scope))
    done = pytest_in(root, "tests", **on_a_url)
    assert (done.status, done.outcomes()) == (0, {"passed"}), done.text


@pytest.fixture(scope="module")
def finished_ferry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = copy(PROJECTS / "ferry", tmp_path_factory.mktemp("finished") / "ferry")
    init(root)
    return root


THREADS = """
    import asyncio
    from contextlib import suppress

    import pytest
    from fastapi.testclient import TestClient
    from sqlalchemy import text

    from ferry.db import SessionLocal
    from ferry.main import create_app

    from .factories.boat import BoatFactory


    def test_another_loop(async_db_session):
        with TestClient(create_app()) as client:
            client.post("/boats/Nina")


    def test_the_client(client):
        BoatFactory.create_sync(name="Nina")
        assert client.post("/boats/Nina").status_code == 409
        assert client.post("/boats/Pinta").status_code == 201
        assert client.get("/trips").json() == 0


    def test_another_loop_on_committed_db(committed_db):
        BoatFactory.create_sync(name="Nina")
        with TestClient(create_app()) as client:
            assert client.post("/boats/Nina").status_code == 409
            assert client.post("/boats/Pinta").status_code == 201


    async def end_by_hand():
        async with SessionLocal() as session:
            await session.execute(text("commit"))


    def test_on_committed_db_it_may_end_a_transaction_by_hand(committed_db):
        asyncio.run(end_by_hand())


    @pytest.mark.asyncio
    async def test_it_may_not_end_the_tests(async_db_session):
        with suppress(Exception):
            await end_by_hand()


    def test_no_fixture_at_all():
        with TestClient(create_app(), raise_server_exceptions=False) as client:
            client.post("/boats/Nina")
"""


def test_what_cannot_be_shared_is_said(
    tmp_path: Path, finished_ferry: Path, on_a_url: dict[str, str]
) -> None:
    root = copy(finished_ferry, tmp_path / "ferry")
    write(root / "tests/integration/test_own.py", THREADS)
    done = pytest_in(root, "tests/integration/test_own.py", **on_a_url)
    assert list(done.cases.values()) == ["failed", *["passed"] * 3, "failed", "failed"], done.text
    assert "on another event loop than the test's, which `async_db_session` lives on" in done.text
    assert "for commit, which would end the test's transaction: with `committed_db`" in done.text
    # swallowed by the client, and told nevertheless
    assert "which is no database of this suite: a test with `async_db_session` or `committed_db`" in done.text


def test_an_application_that_cannot_be_imported(tmp_path: Path, on_a_url: dict[str, str]) -> None:
    root = copy(PROJECTS / "desk", tmp_path / "desk")
    replace(root / "desk/main.py", "app = FastAPI(", 'raise RuntimeError("no licence")\napp = FastAPI(')
    done = init(root, **on_a_url)
    assert (
        "desk.main: the application cannot be imported: RuntimeError: no licence (desk/main.py:" in done.err
    )
    assert pytest_in(root, "tests", **on_a_url).status == 0
    assert "def client" not in (root / "tests/integration/conftest.py").read_text()


def test_an_application_that_does_not_start(tmp_path: Path, on_a_url: dict[str, str]) -> None:
    root = copy(PROJECTS / "desk", tmp_path / "desk")
    replace(
        root / "desk/main.py", "    Base.metadata.create_all(engine)\n", '    raise RuntimeError("no mail")\n'
    )
    done = init(root, prove=True, **on_a_url)
    assert (
        "test_application.py::test_every_page_answers fails, and is marked: RuntimeError: no mail" in done.err
    )
    suite = pytest_in(root, "tests", **on_a_url)
    assert suite.status == 0, suite.text
    assert set(suite.outcomes()) == {"passed", "skipped"}


def test_which_application(tmp_path: Path) -> None:
    root = copy(PROJECTS / "desk", tmp_path / "desk")
    write(
        root / "desk/admin.py",
        """
        from fastapi import FastAPI

        admin = FastAPI()


        def create_app(settings) -> FastAPI:
            return FastAPI()
        """,
    )
    done = init(root)
    assert "The clients are those of desk.main:app; there are desk.admin:admin too" in done.err
    done = init(root, "--app", "desk.admin:admin")
    conftest = root / "tests/integration/conftest.py"
    assert "from desk.admin import admin" in conftest.read_text()
    init(root)  # it is on record
    assert "from desk.admin import admin" in conftest.read_text()
    init(root, "--app", "none")
    assert "def client" not in conftest.read_text()


MODELS = """
    from sqlalchemy import String
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


    class Base(DeclarativeBase):
        pass


    class Word(Base):
        __tablename__ = "word"

        id: Mapped[int] = mapped_column(primary_key=True)
        text: Mapped[str] = mapped_column(String(40))
"""
SYNC_DB = """
    from sqlalchemy import create_engine, select
    from sqlalchemy.orm import Session

    from words.models import Word

    URL = "postgresql+psycopg://localhost/words"


    def add(text: str) -> None:
        with Session(create_engine(URL)) as session:
            session.add(Word(text=text))
            session.commit()


    def texts() -> list[str]:
        with Session(create_engine(URL)) as session:
            return list(session.scalars(select(Word.text)))
"""
ASYNC_DB = """
    from sqlalchemy import select
    from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

    from words.models import Word

    URL = "postgresql+asyncpg://localhost/words"


    async def add(text: str) -> None:
        async with AsyncSession(create_async_engine(URL)) as session:
            session.add(Word(text=text))
            await session.commit()


    async def texts() -> list[str]:
        async with AsyncSession(create_async_engine(URL)) as session:
            return list(await session.scalars(select(Word.text)))
"""
FLASK = """
    from flask import Flask

    from words.db import add, texts


    def create_app():
        app = Flask("words")

        @app.get("/words")
        def all_words():
            return texts()

        @app.post("/words/<text>")
        def add_word(text):
            add(text)
            return "", 201

        @app.get("/broken")
        def broken():
            raise RuntimeError("broken")

        return app
"""
STARLETTE = """
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    from words.db import add, texts


    def all_words(request):
        return JSONResponse(texts())


    def add_word(request):
        add(request.path_params["text"])
        return JSONResponse(None, 201)


    def broken(request):
        raise RuntimeError("broken")


    app = Starlette(
        routes=[
            Route("/words", all_words),
            Route("/words/{text}", add_word, methods=["POST"]),
            Route("/broken", broken),
        ]
    )
"""
LITESTAR = """
    from litestar import Litestar, get, post

    from words.db import add, texts


    @get("/words", sync_to_thread=True)
    def all_words() -> list[str]:
        return texts()


    @post("/words/{text:str}", sync_to_thread=True)
    def add_word(text: str) -> None:
        add(text)


    @get("/broken", sync_to_thread=True)
    def broken() -> None:
        raise RuntimeError("broken")


    app = Litestar([all_words, add_word, broken])
"""
QUART = """
    from quart import Quart

    from words.db import add, texts

    app = Quart("words")


    @app.get("/words")
    async def all_words():
        return await texts()


    @app.post("/words/<text>")
    async def add_word(text):
        await add(text)
        return "", 201


    @app.get("/broken")
    async def broken():
        raise RuntimeError("broken")
"""
SYNC_TEST = """
    import pytest
    from sqlalchemy import select

    from words.models import Word

    from .factories.word import WordFactory


    @pytest.mark.parametrize("time", [1, 2])
    def test_words(client, db_session, time):
        assert db_session.scalars(select(Word.text)).all() == []
        WordFactory.create_sync(text="one")
        assert client.post("/words/two").status_code == 201
        answer = client.get("/words")
        assert (answer.json() if callable(answer.json) else answer.json) == ["one", "two"]
        assert db_session.scalars(select(Word.text)).all() == ["one", "two"]
"""
ASYNC_TEST = """
    import pytest
    from sqlalchemy import select

    from words.models import Word

    from .factories.word import WordFactory


    @pytest.mark.asyncio
    @pytest.mark.parametrize("time", [1, 2])
    async def test_words(async_client, async_db_session, time):
        assert (await async_db_session.scalars(select(Word.text))).all() == []
        await WordFactory.create_async(text="one")
        assert (await async_client.post("/words/two")).status_code == 201
        assert (await async_client.get("/words")).json() == ["one", "two"]
"""


def words(root: Path, *requirements: str, **modules: str) -> None:
    """Write a project."""
    listed = ", ".join(f'"{one}"' for one in ("sqlalchemy>=2", *requirements))
    write(root / "pyproject.toml", f'[project]\nname = "words"\nversion = "1"\ndependencies = [{listed}]\n')
    for name, text in {"__init__": "", "models": MODELS, "db": SYNC_DB, **modules}.items():
        write(root / f"words/{name}.py", text)


@pytest.mark.parametrize(
    "framework, code, driver",
    [
        ("flask", FLASK, "psycopg[binary]"),
        ("starlette", STARLETTE, "psycopg[binary]"),
        pytest.param("litestar", LITESTAR, "psycopg[binary]", marks=pytest.mark.matrix),
        pytest.param("quart", QUART, "asyncpg", marks=pytest.mark.matrix),
    ],
)
def test_every_framework(
    tmp_path: Path, on_a_url: dict[str, str], framework: str, code: str, driver: str
) -> None:
    is_async = driver == "asyncpg"
    words(tmp_path, driver, framework, db=ASYNC_DB if is_async else SYNC_DB, main=code)
    done = init(tmp_path, prove=True, **on_a_url)
    assert "leaves out 1 of the application's pages, which did not answer: /broken" in done.err
    write(tmp_path / "tests/integration/test_own.py", ASYNC_TEST if is_async else SYNC_TEST)
    ran = pytest_in(tmp_path, "tests", **on_a_url)
    assert (ran.status, ran.outcomes()) == (0, {"passed"}), ran.text


AT_ONCE = """
    import asyncio

    import pytest
    from sqlalchemy import func, select
    from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

    from words.db import URL, add
    from words.models import Word


    async def look() -> None:
        async with AsyncSession(create_async_engine(URL)) as session:
            await session.scalar(select(func.count(Word.id)))


    async def change_its_mind() -> None:
        async with AsyncSession(create_async_engine(URL)) as session:
            session.add(Word(text="not kept"))


    @pytest.mark.asyncio
    @pytest.mark.parametrize("time", range(5))
    async def test_tasks(async_db_session, time):
        await asyncio.gather(*(task for n in range(10) for task in (add(str(n)), look(), change_its_mind())))
        await async_db_session.rollback()
        assert set(await async_db_session.scalars(select(Word.text))) == set(map(str, range(10)))
"""


@pytest.mark.parametrize("driver", long_row(["asyncpg", "psycopg"], "asyncpg"))
def test_tasks_that_run_at_the_same_time(tmp_path: Path, on_a_url: dict[str, str], driver: str) -> None:
    db = ASYNC_DB.replace("asyncpg", driver) + "\n    engine = create_async_engine(URL)\n"
    words(tmp_path, "asyncpg" if driver == "asyncpg" else "psycopg[binary]", "pytest-asyncio", db=db)
    init(tmp_path, **on_a_url)
    write(tmp_path / "tests/integration/test_own.py", AT_ONCE)
    done = pytest_in(tmp_path, "tests/integration/test_own.py", **on_a_url)
    assert (done.status, done.outcomes()) == (0, {"passed"}), done.text


QUEUES = {
    "celery": """
        from celery import Celery

        from words.db import add

        queue = Celery(broker="amqp://queue.invalid")


        @queue.task
        def keep(text):
            add(text)


        send = keep.delay
    """,
    "dramatiq": """
        import dramatiq
        from dramatiq.brokers.redis import RedisBroker

        from words.db import add

        broker = RedisBroker(url="redis://queue.invalid")
        dramatiq.set_broker(broker)


        @dramatiq.actor
        def keep(text):
            add(text)


        send = keep.send
    """,
    "taskiq": """
        import asyncio

        from taskiq import AsyncBroker

        from words.db import add


        class Broker(AsyncBroker):
            async def kick(self, message):
                raise ConnectionError

            async def listen(self):
                yield b""


        broker = Broker()


        @broker.task
        def keep(text):
            add(text)


        def send(text):
            asyncio.run(keep.kiq(text))
    """,
    "arq": """
        import asyncio

        from arq.connections import ArqRedis

        from words.db import add


        async def keep(context, text):
            add(text)


        class WorkerSettings:
            functions = [keep]


        def send(text):
            asyncio.run(ArqRedis().enqueue_job("keep", text, _defer_by=1))
    """,
}


@pytest.fixture
def python_for(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """A function that returns an interpreter which has a library: these tests' own, where they can be installed beside it."""

    def interpreter(library: str) -> str:
        if library != "arq":  # which wants an older redis-py
            return sys.executable
        suite = ("faker", "filelock", "greenlet", "polyfactory", "pytest", "pytest-xdist", "testcontainers")
        folder = tmp_path_factory.mktemp("environment") / "venv"
        return virtual_environment(folder, library, "sqlalchemy>=2", "psycopg[binary]", *suite)

    return interpreter


@pytest.mark.parametrize("library", long_row(QUEUES, "celery", "taskiq"))
def test_tasks_run_where_they_are_called(
    tmp_path: Path, on_a_url: dict[str, str], python_for: Callable[[str], str], library: str
) -> None:
    words(tmp_path, "psycopg[binary]", library, tasks=QUEUES[library])
    python = python_for(library)
    done = tcgen(
        "init", "--yes", "--no-prove", "--service", "postgres", "--python", python, cwd=tmp_path, **on_a_url
    )
    assert done.status == 0, done.text
    write(
        tmp_path / "tests/integration/test_own.py",
        """
        from words.db import texts
        from words.tasks import send


        def test_a_task(db_session, eager_tasks):
            send("kept")
            assert texts() == ["kept"]


        def test_it_is_gone(db_session):
            assert texts() == []
        """,
    )
    done = run([python, "-m", "pytest", "tests/integration/test_own.py", "-q"], tmp_path, **on_a_url)
    assert done.status == 0, done.text
    assert "2 passed" in done.text


ON_REDIS = {
    "celery": """
        import os

        from celery import Celery

        from words.db import add

        queue = Celery(broker=os.environ.get("REDIS_URL", "redis://queue.invalid"))


        @queue.task
        def keep(text):
            add(text)


        send = keep.delay
    """,
    "rq": """
        import os

        from redis import Redis
        from rq import Queue

        from words.db import add

        queue = Queue(connection=Redis.from_url(os.environ.get("REDIS_URL", "redis://queue.invalid")))


        def send(text):
            queue.enqueue(add, text)
    """,
}
WORKER = """
    from time import monotonic, sleep

    from words.db import texts


    def test_a_task(db_session, eager_tasks):
        from words.tasks import send

        send("kept")
        assert texts() == ["kept"]


    def test_a_worker(db_session, eager_tasks, task_worker):
        from words.tasks import send

        send("from the broker")
        end = monotonic() + 20
        while not texts() and monotonic() < end:
            sleep(0.1)
        assert texts() == ["from the broker"]


    def test_it_is_gone(db_session):
        assert texts() == []
"""


@pytest.mark.engine
@pytest.mark.parametrize("library", long_row(ON_REDIS, "celery"))
def test_tasks_with_their_broker(
    tmp_path: Path, on_a_url: dict[str, str], engine: dict[str, str], library: str
) -> None:
    words(tmp_path, "psycopg[binary]", library, "redis", tasks=ON_REDIS[library])
    init(tmp_path, **on_a_url)
    conftest = (tmp_path / "tests/integration/conftest.py").read_text()
    assert ("def task_worker(redis_url: str)" in conftest) == (library == "celery")
    own = (
        WORKER
        if library == "celery"
        else re.sub(r"def test_a_worker.*?\n\n\n", "", dedent(WORKER), flags=re.S)
    )
    write(tmp_path / "tests/integration/test_own.py", own)
    done = pytest_in(tmp_path, "tests", **on_a_url)
    assert (done.status, done.outcomes()) == (0, {"passed"}), done.text
