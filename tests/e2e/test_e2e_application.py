"""What the application does in a test is part of the test, however its code comes to a connection."""

from __future__ import annotations

from pathlib import Path

import pytest
from e2e_support import copy, init, pytest_in, replace, write

pytestmark = pytest.mark.e2e

PROJECTS = Path(__file__).parent / "projects"

DESK = """
    import pytest
    from sqlalchemy import create_engine, func, select

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


    def test_who_only_read_takes_nothing_back(db_session):
        reading = SessionLocal()
        assert reading.scalar(COUNT) == 0
        note("object")
        reading.close()
        assert db_session.scalar(COUNT) == 1
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


    def test_the_next_one_is_clean(committed_db):
        note("object")
        with committed_db.connect() as connection:
            assert connection.scalar(COUNT) == 1
"""


def test_a_synchronous_application(tmp_path: Path, on_a_url: dict[str, str]) -> None:
    root = copy(PROJECTS / "desk", tmp_path / "desk")
    done = init(root, prove=True, **on_a_url)
    assert "leaves out 1 of the application's pages" in done.err
    assert "/report (RuntimeError: nobody wrote the report)" in done.err
    suite = root / "tests/integration"
    assert '"/report": "RuntimeError: nobody wrote the report"' in (suite / "test_application.py").read_text()
    handed_over = pytest_in(root, "tests", **on_a_url)
    assert (handed_over.status, handed_over.outcomes()) == (0, {"passed"}), handed_over.text
    assert [one for one in handed_over.cases if "test_application" in one]
    write(suite / "test_own.py", DESK)
    for arguments in ([], ["-n", "2"], ["-p", "no:xdist"]):
        done = pytest_in(root, "tests", *arguments, **on_a_url)
        assert (done.status, done.outcomes()) == (0, {"passed"}), done.text


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


@pytest.mark.parametrize("scope", ["function", "module", "session"])
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
    from fastapi.testclient import TestClient

    from ferry.main import create_app

    from .factories.boat import BoatFactory


    def test_another_loop(async_db_session):
        with TestClient(create_app()) as client:
            client.post("/boats/Nina")


    def test_another_loop_on_committed_db(committed_db):
        BoatFactory.create_sync(name="Nina")
        with TestClient(create_app()) as client:
            assert client.post("/boats/Nina").status_code == 409
            assert client.post("/boats/Pinta").status_code == 201


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
    assert list(done.cases.values()) == ["failed", "passed", "failed"], done.text
    assert "on another event loop than the test's, which `async_db_session` lives on" in done.text
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
