"""Fixtures for tests against a real PostgreSQL.

`db_session` rolls back after each test, whatever the code under test commits.
`committed_db` is a database of its own, for code that opens connections by itself.
`fresh_db` is one that no other test has.

$TEST_DATABASE chooses the server: `container`, `embedded`, or the URL of a database
for tests. $TEST_SEED repeats the values the factories made for a test.
"""

from __future__ import annotations

import os
import secrets
import sys
import warnings
from collections.abc import Generator, Iterator
from functools import partial
from pathlib import Path
from typing import NoReturn
from zlib import crc32

import pytest
from sqlalchemy import create_engine
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.orm import Session

from . import connections, containers, current, postgres
from .containers import WORKER, ServiceUnavailable

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT)]

# all workers of a run share its id
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID") or secrets.token_hex(4)
SEED = os.environ.get("TEST_SEED") or RUN[:8]
ANNOUNCED = pytest.StashKey[bool]()


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers."""
    config.addinivalue_line("markers", "integration: needs a real service")
    config.addinivalue_line("markers", "postgres: needs PostgreSQL")


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say what the tests run on."""
    config.stash[ANNOUNCED] = True
    return _header(config)


def pytest_report_collectionfinish(config: pytest.Config) -> list[str]:
    """Say it after the collection where the header could not."""
    # A conftest.py below the folder pytest was given is read too late for the header.
    return [] if config.stash.get(ANNOUNCED, False) else _header(config)


def _header(config: pytest.Config) -> list[str]:
    if _is_deselected(config):
        return ["PostgreSQL: not needed"]
    seed = [f"factories: TEST_SEED={SEED}"] if "TEST_SEED" in os.environ else []
    try:
        return [postgres.describe(postgres.source()), *seed]
    except ServiceUnavailable as error:
        return [f"PostgreSQL: {error}", *seed]


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    """Leave the suite alone where its tests are deselected."""
    # Not even the models are imported then: they may bring a driver, or connect.
    return True if _is_deselected(config) else None


def _is_deselected(config: pytest.Config) -> bool:
    wanted = str(config.getoption("markexpr"))
    return "not integration" in wanted and " or " not in wanted


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with the services it needs."""
    for item in items:
        for name in _needed(item):
            item.add_marker("integration")
            item.add_marker(name)


def _needed(item: pytest.Item) -> list[str]:
    """Return the services whose servers a test asks for."""
    fixtures = getattr(item, "fixturenames", ())
    return ["postgres"] if "postgres_server" in fixtures else []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test that wanted another database, and show its containers' logs."""
    report = yield
    if said := connections.refused():
        report.sections.append(("databases", said))
        if report.passed:
            report.outcome, report.longrepr = "failed", said
    if report.failed:
        for name in _needed(item):
            container = containers.LOGGED.get(name)
            if container and (log := containers.log(container, call.start)):
                report.sections.append((f"log of the {name} container", log))
    return report


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """Stop the servers: the fixtures are gone by now."""
    containers.leave()


def _run_folder(factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all workers of this run share, and no other run."""
    folder = factory.getbasetemp()
    return folder if WORKER == "main" else folder.parent


def _unavailable(error: ServiceUnavailable) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(str(error), pytrace=False)
    pytest.skip(str(error))


@pytest.fixture(autouse=True)
def factory_seed(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let the factories make the same values for a test wherever it runs."""
    test = request.node.nodeid.rpartition("/")[2]
    report = f"TEST_SEED={SEED} repeats these values"
    request.node.add_report_section("call", "factories", report)
    with current.starting(crc32(f"{SEED} {test}".encode())):
        yield


@pytest.fixture(scope="package", autouse=True)
def only_test_databases() -> Iterator[None]:
    """While these tests run, the application connects to no database but theirs."""
    with connections.only_test_databases():
        yield


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> tuple[URL, str]:
    """The URL of a running server, and the name of the template database on it."""
    folder = _run_folder(tmp_path_factory) / "postgres"
    try:
        with warnings.catch_warnings():
            # of a starting server and of migrations: pytest may be told to raise them
            warnings.simplefilter("ignore")
            source = postgres.source()
            run = partial(postgres.run_template, source, _make_schema)
            clear = partial(postgres.clear, source)
            shared = containers.shared(folder, run, clear)
    except ServiceUnavailable as error:
        _unavailable(error)
    url, template, containers.LOGGED["postgres"] = shared.split("\n")
    return make_url(url), template


def _make_schema(engine: Engine, url: URL) -> None:
    # a run that finds a template kept has no use for what this imports
    from .schema import create_schema

    create_schema(engine, url)


@pytest.fixture(scope="session")
def database_url(postgres_server: tuple[URL, str]) -> Iterator[URL]:
    """The URL of this worker's own database."""
    server, template = postgres_server
    name = template.replace("_template", f"_{WORKER}")
    yield postgres.clone_database(server, template, name)
    postgres.drop_database(server, name)


@pytest.fixture(scope="session")
def engine(database_url: URL) -> Iterator[Engine]:
    """An engine on this worker's database."""
    engine = create_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def db_connection(engine: Engine) -> Iterator[Connection]:
    """A connection inside a transaction that is rolled back after the test."""
    with engine.connect() as connection:
        transaction = connection.begin()
        with connections.joined(connection):
            yield connection
        transaction.rollback()


@pytest.fixture
def db_session(db_connection: Connection) -> Iterator[Session]:
    """A session whose commits end at a savepoint; the factories use it."""
    with (
        Session(connections.sharing(db_connection)) as session,
        current.sessions.lent(session),
    ):
        yield session


@pytest.fixture(scope="session")
def committed_database(
    postgres_server: tuple[URL, str],
) -> Iterator[postgres.CommittedDatabase]:
    """A database for real commits, which can clean itself."""
    server, template = postgres_server
    name = template.replace("_template", f"_{WORKER}_committed")
    database = postgres.CommittedDatabase(server, template, name)
    yield database
    database.drop()


@pytest.fixture
def committed_db(
    committed_database: postgres.CommittedDatabase,
) -> Iterator[Engine]:
    """An engine on a database where commits are real; clean again after the test.

    Its URL is `committed_db.url`. The factories commit to it. Sequences go on counting.
    """
    engine = committed_database.engine
    with (
        connections.committing(engine.url),
        Session(engine) as session,
        current.sessions.lent(session),
    ):
        yield engine
    committed_database.clean()


@pytest.fixture
def restarted_sequences(
    committed_db: Engine, committed_database: postgres.CommittedDatabase
) -> None:
    """The sequences of `committed_db` begin again with this test."""
    committed_database.restart_sequences()


@pytest.fixture(scope="session")
def fresh_databases(
    request: pytest.FixtureRequest, postgres_server: tuple[URL, str]
) -> Iterator[postgres.FreshDatabases]:
    """Databases that are made while other tests run."""
    server, template = postgres_server
    fixtures = (getattr(item, "fixturenames", ()) for item in request.session.items)
    wanted = sum("fresh_db" in names for names in fixtures)
    name = template.replace("_template", f"_{WORKER}_fresh")
    databases = postgres.FreshDatabases(server, template, name, wanted)
    yield databases
    databases.close()


@pytest.fixture
def fresh_db(fresh_databases: postgres.FreshDatabases) -> Iterator[Engine]:
    """An engine on a database of this test alone: for DDL, LISTEN, many connections.

    Its URL is `fresh_db.url`. The factories commit to it.
    """
    engine = create_engine(fresh_databases.take())
    with (
        connections.committing(engine.url),
        Session(engine) as session,
        current.sessions.lent(session),
    ):
        yield engine
    engine.dispose()
    fresh_databases.give_back(engine.url)
