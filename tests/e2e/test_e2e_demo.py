"""The demo's suite runs on an embedded server and in containers, alone and in parallel."""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e_support import SuiteRun, long_row, mapped_classes, pytest_in, read_report, tcgen, write

pytestmark = pytest.mark.e2e

CLASSES = [
    "bookshop.models.catalogue.Author",
    "bookshop.models.catalogue.Book",
    "bookshop.models.catalogue.Category",
    "bookshop.models.customers.Address",
    "bookshop.models.customers.Customer",
    "bookshop.models.customers.Review",
    "bookshop.models.sales.Order",
    "bookshop.models.sales.OrderLine",
]

WHERE_AM_I = """
    import os
    import time
    from pathlib import Path

    import pytest
    from sqlalchemy import text

    @pytest.mark.parametrize("number", range(10))
    def test_where_am_i(number, database_url, engine):
        with engine.connect() as connection:
            server = connection.scalar(text("SELECT system_identifier FROM pg_control_system()"))
            database = connection.scalar(text("SELECT current_database()"))
        assert database == database_url.database
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        Path(os.environ["NOTES"], f"{worker} {database} {server}").touch()
        time.sleep(0.1)  # the other worker gets some
"""


class Notes:
    """Which worker was on which database of which server."""

    def __init__(self, folder: Path) -> None:
        lines = [path.name.split() for path in folder.iterdir()]
        self.workers = sorted(worker for worker, _, _ in lines)
        self.databases = {database for _, database, _ in lines}
        self.servers = {server for _, _, server in lines}


def run_with_notes(demo: Path, *arguments: str, **extra: str) -> tuple[SuiteRun, Notes]:
    write(demo / "tests/integration/test_where.py", WHERE_AM_I)
    with tempfile.TemporaryDirectory() as notes:
        done = pytest_in(demo, *arguments, NOTES=notes, **extra)
        assert (done.status, done.outcomes()) == (0, {"passed"}), done.text
        return done, Notes(Path(notes))


def assert_every_class_has_its_cases(done: SuiteRun) -> None:
    assert done.ids("test_inserts_a_row") == CLASSES
    assert done.ids("test_inserts_25_rows") == CLASSES


def test_the_demo_command_ends_green_and_leaves_nothing(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="e2e-") as scratch:
        Path(scratch).chmod(0o755)  # an embedded server of root's runs as somebody else
        report = tmp_path / "report.xml"
        done = tcgen(
            "demo",
            "shop",
            cwd=tmp_path,
            TEST_DATABASE="embedded",
            TMPDIR=scratch,
            PYTEST_ADDOPTS=f"-rA --junitxml={report} -o junit_family=xunit1",
        )
        assert done.status == 0, done.text
        assert not list(Path(scratch).glob("*/PG_VERSION"))
    assert "the suite is green" in done.err
    assert "PostgreSQL: embedded server" in done.out
    cases = read_report(report)
    assert_every_class_has_its_cases(SuiteRun(done.status, done.out, done.err, cases))
    assert set(cases.values()) == {"passed"}
    for name in CLASSES:
        assert f"PASSED tests/integration/test_factories.py::test_inserts_a_row[{name}]" in done.out


def test_the_ids_are_what_inspect_finds(demo: Path) -> None:
    assert mapped_classes(demo) == CLASSES


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path / "shop/mine.txt", "mine")
    done = tcgen("demo", "shop", cwd=tmp_path)
    assert done.status == 2
    assert "is not an empty folder" in done.err
    assert [path.name for path in (tmp_path / "shop").iterdir()] == ["mine.txt"]


def test_init_offers_the_demo_where_there_is_nothing(tmp_path: Path) -> None:
    done = tcgen("init", cwd=tmp_path)  # nobody there to say yes
    assert (done.status, list(tmp_path.iterdir())) == (2, [])
    assert "tcgen demo" in done.err


def test_two_workers_share_one_embedded_server(demo: Path) -> None:
    done, notes = run_with_notes(demo, "-n", "2", TEST_DATABASE="embedded")
    assert_every_class_has_its_cases(done)
    assert notes.workers == ["gw0", "gw1"]
    assert (len(notes.databases), len(notes.servers)) == (2, 1)


class Containers:
    """What happened to the containers of one image name, which nobody else uses."""

    def __init__(self, image: str) -> None:
        import docker

        self.image = image
        self.client = docker.from_env()
        self.started = int(time.time()) - 1

    def made(self) -> list[str]:
        """Return the ids of all containers that were ever made from the image."""
        return [event["Actor"]["ID"] for event in self._events("create")]

    def left(self) -> list[str]:
        """Return the names of containers that are still there, Ryuk's of the same session too."""
        sessions = {
            event["Actor"]["Attributes"].get("org.testcontainers.session-id")
            for event in self._events("create")
        }
        deadline = time.monotonic() + 30
        while (found := self._left(sessions)) and time.monotonic() < deadline:
            time.sleep(0.5)
        return found

    def _left(self, sessions: set[str]) -> list[str]:
        # The plain list: asking for each one's details races with those of other runs.
        return [
            one["Names"][0]
            for one in self.client.api.containers(all=True)
            if one["Image"] == self.image or any(session in one["Names"][0] for session in sessions)
        ]

    def _events(self, kind: str) -> list[dict[str, dict[str, dict[str, str]]]]:
        wanted = {"type": "container", "event": kind, "image": self.image}
        return list(
            self.client.events(since=self.started, until=int(time.time()) + 1, filters=wanted, decode=True)
        )


@pytest.fixture
def containers(engine: dict[str, str]) -> Iterator[Containers]:
    """A name of its own for the image, so that other runs on the same engine do not count."""
    repository = f"tcgen-e2e-{secrets.token_hex(4)}"
    found = Containers(f"{repository}:18")
    found.client.images.get("postgres:18").tag(repository, "18")
    yield found
    found.client.images.remove(found.image, noprune=True)
    found.client.close()


@pytest.mark.engine
@pytest.mark.parametrize("workers", long_row([0, 2], 2))
def test_one_container_serves_the_whole_run(demo: Path, containers: Containers, workers: int) -> None:
    done, notes = run_with_notes(
        demo,
        "tests/integration",
        "-n",
        str(workers),
        TEST_DATABASE="container",
        TEST_POSTGRES_IMAGE=containers.image,
    )
    assert_every_class_has_its_cases(done)
    assert f"PostgreSQL: container {containers.image}" in done.out
    assert len(notes.databases) == max(workers, 1)
    assert len(notes.servers) == 1
    assert len(containers.made()) == 1
    assert containers.left() == []


@pytest.mark.engine
def test_a_container_is_used_where_docker_answers(demo: Path, engine: dict[str, str]) -> None:
    done = pytest_in(demo, "tests/integration", "--collect-only")
    assert "PostgreSQL: container postgres:18" in done.out
