"""Fixtures for the database ledger, a database of its own.

`ledger_session` rolls back after each test, whatever the code under test commits.
`async_ledger_session` is the same for `AsyncSession`.
`committed_ledger` is for code that opens connections by itself.
"""

from __future__ import annotations

import warnings
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Literal

import pytest
import pytest_asyncio
from sqlalchemy import create_engine
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from .. import connections, current, postgres
from ..containers import WORKER, shared

LoopScope = Literal["function", "class", "module", "package", "session"]


@pytest.fixture(scope="session")
def ledger_server(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: tuple[URL, str]
) -> tuple[URL, str]:
    """The URL of the running server, and the name of this database's template on it."""
    server, first = postgres_server
    template = first.replace("_template", "_ledger_template")
    base = tmp_path_factory.getbasetemp()
    folder = (base if WORKER == "main" else base.parent) / "ledger"
    with warnings.catch_warnings():
        # of migrations: pytest may be told to raise them
        warnings.simplefilter("ignore")
        shared(folder, partial(postgres.next_template, server, template, _make_schema))
    return server, template


def _make_schema(engine: Engine, url: URL) -> None:
    # a run that finds a template kept has no use for what this imports
    from .schema import create_schema

    create_schema(engine, url)


@pytest.fixture(scope="session")
def ledger_url(ledger_server: tuple[URL, str]) -> Iterator[URL]:
    """The URL of this worker's own database."""
    server, template = ledger_server
    name = template.replace("_template", f"_{WORKER}")
    yield postgres.clone_database(server, template, name)
    postgres.drop_database(server, name)


@pytest.fixture(scope="session")
def ledger_engine(ledger_url: URL) -> Iterator[Engine]:
    """An engine on this worker's database."""
    engine = create_engine(ledger_url)
    yield engine
    engine.dispose()


@pytest.fixture
def ledger_connection(ledger_engine: Engine) -> Iterator[Connection]:
    """A connection inside a transaction that is rolled back after the test."""
    with ledger_engine.connect() as connection:
        transaction = connection.begin()
        with connections.joined(connection, "ledger"):
            yield connection
        transaction.rollback()


@pytest.fixture
def ledger_session(ledger_connection: Connection) -> Iterator[Session]:
    """A session whose commits end at a savepoint; the factories use it."""
    with (
        Session(connections.sharing(ledger_connection, "ledger")) as session,
        current.ledger_sessions.lent(session),
    ):
        yield session


@pytest.fixture(scope="session")
def async_ledger_engine(ledger_url: URL) -> AsyncEngine:
    """What the engines of all event loops have in common; it has no connection."""
    url = ledger_url.set(drivername="postgresql+asyncpg")
    return create_async_engine(url)


def _async_fixtures_on(loop_scope: LoopScope) -> tuple[object, object]:
    """Make fixtures: an engine of one of the loops a test may run on, and a session."""

    @pytest_asyncio.fixture(
        scope=loop_scope,
        loop_scope=loop_scope,
        name=f"async_ledger_engine_on_{loop_scope}_loop",
    )
    async def engine_of_loop(
        async_ledger_engine: AsyncEngine,
    ) -> AsyncIterator[AsyncEngine]:
        # connections cannot move between loops, but what a dialect found out can
        common = async_ledger_engine.sync_engine
        engine = AsyncEngine(Engine(common.pool.recreate(), common.dialect, common.url))
        yield engine
        await engine.dispose()

    @pytest_asyncio.fixture(
        loop_scope=loop_scope, name=f"async_ledger_session_on_{loop_scope}_loop"
    )
    async def async_session(
        request: pytest.FixtureRequest,
    ) -> AsyncIterator[AsyncSession]:
        engine = request.getfixturevalue(f"async_ledger_engine_on_{loop_scope}_loop")
        async with engine.connect() as connection:
            transaction = await connection.begin()
            assert connection.sync_connection
            shared = connections.sharing_async(connection, "ledger")
            async with AsyncSession(shared, expire_on_commit=False) as session:
                with (
                    connections.joined(connection.sync_connection, "ledger"),
                    current.ledger_sessions.lent_async(session),
                ):
                    yield session
            await transaction.rollback()

    return engine_of_loop, async_session


_engine_on_function_loop, _on_function_loop = _async_fixtures_on("function")
_engine_on_class_loop, _on_class_loop = _async_fixtures_on("class")
_engine_on_module_loop, _on_module_loop = _async_fixtures_on("module")
_engine_on_package_loop, _on_package_loop = _async_fixtures_on("package")
_engine_on_session_loop, _on_session_loop = _async_fixtures_on("session")


@pytest.fixture
def async_ledger_session(
    request: pytest.FixtureRequest,
    ledger_url: URL,  # which tells pytest, and our marks, what is needed
) -> AsyncSession:
    """An async session whose commits end at a savepoint; the factories use it.

    It lives on the loop of its test: that of the mark's `loop_scope`, else the default.
    Code on another loop, as under Starlette's `TestClient`, needs `committed_ledger`.
    """
    mark = request.node.get_closest_marker("asyncio")
    chosen = mark.kwargs.get("loop_scope") if mark else None
    loop = chosen or request.config.getini("asyncio_default_test_loop_scope")
    # first, as a fixture that runs on the loop cannot have another run on it
    request.getfixturevalue(f"async_ledger_engine_on_{loop}_loop")
    name = f"async_ledger_session_on_{loop}_loop"
    session: AsyncSession = request.getfixturevalue(name)
    return session


@pytest.fixture(scope="session")
def committed_ledger_database(
    ledger_server: tuple[URL, str],
) -> Iterator[postgres.CommittedDatabase]:
    """A database for real commits, which can clean itself."""
    server, template = ledger_server
    name = template.replace("_template", f"_{WORKER}_committed")
    database = postgres.CommittedDatabase(server, template, name)
    yield database
    database.drop()


@pytest.fixture(scope="session")
def committed_ledger_database_async(
    committed_ledger_database: postgres.CommittedDatabase,
) -> AsyncEngine:
    """Its engine for coroutines; no pool, as connections cannot move between loops."""
    url = committed_ledger_database.engine.url
    url = url.set(drivername="postgresql+asyncpg")
    return create_async_engine(url, poolclass=NullPool)


@pytest.fixture
def committed_ledger(
    committed_ledger_database: postgres.CommittedDatabase,
    committed_ledger_database_async: AsyncEngine,
) -> Iterator[Engine]:
    """An engine on a database where commits are real; clean again after the test.

    Its URL is `committed_ledger.url`. The factories commit to it.
    Sequences go on counting.
    """
    engine = committed_ledger_database.engine
    async_engine = committed_ledger_database_async
    async_session = AsyncSession(async_engine, expire_on_commit=False)
    with (
        connections.committing(engine.url, "ledger"),
        Session(engine) as session,
        current.ledger_sessions.lent(session),
        current.ledger_sessions.lent_async(async_session),
    ):
        yield engine
    committed_ledger_database.clean()


@pytest.fixture
def restarted_ledger_sequences(
    committed_ledger: Engine, committed_ledger_database: postgres.CommittedDatabase
) -> None:
    """The sequences of `committed_ledger` begin again with this test."""
    committed_ledger_database.restart_sequences()


@pytest.fixture(scope="session")
def fresh_ledger_databases(
    request: pytest.FixtureRequest, ledger_server: tuple[URL, str]
) -> Iterator[postgres.FreshDatabases]:
    """Databases that are made while other tests run."""
    server, template = ledger_server
    fixtures = (getattr(item, "fixturenames", ()) for item in request.session.items)
    wanted = sum("fresh_ledger" in names for names in fixtures)
    name = template.replace("_template", f"_{WORKER}_fresh")
    databases = postgres.FreshDatabases(server, template, name, wanted)
    yield databases
    databases.close()


@pytest.fixture
def fresh_ledger(fresh_ledger_databases: postgres.FreshDatabases) -> Iterator[Engine]:
    """An engine on a database of this test alone: for DDL, LISTEN, many connections.

    Its URL is `fresh_ledger.url`. The factories commit to it.
    """
    engine = create_engine(fresh_ledger_databases.take())
    url = engine.url.set(drivername="postgresql+asyncpg")
    async_engine = create_async_engine(url, poolclass=NullPool)
    async_session = AsyncSession(async_engine, expire_on_commit=False)
    with (
        connections.committing(engine.url, "ledger"),
        Session(engine) as session,
        current.ledger_sessions.lent(session),
        current.ledger_sessions.lent_async(async_session),
    ):
        yield engine
    engine.dispose()
    fresh_ledger_databases.give_back(engine.url)
