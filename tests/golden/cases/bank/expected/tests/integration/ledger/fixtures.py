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
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from .. import connections, postgres
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
        from .schema import create_schema

        shared(folder, partial(postgres.keep_template, server, template, create_schema))
    return server, template


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
    from .factories.base import ModelFactory

    with Session(connections.sharing(ledger_connection, "ledger")) as session:
        ModelFactory.__session__ = session
        yield session
        ModelFactory.__session__ = None


def _async_session_on(loop_scope: LoopScope) -> object:
    """Make a fixture: an async session on one of the loops a test may run on."""

    @pytest_asyncio.fixture(
        loop_scope=loop_scope, name=f"async_ledger_session_on_{loop_scope}_loop"
    )
    async def async_session(ledger_url: URL) -> AsyncIterator[AsyncSession]:
        from .factories.base import ModelFactory

        # An engine a test, without a pool: connections cannot move between event loops.
        url = ledger_url.set(drivername="postgresql+asyncpg")
        engine = create_async_engine(url, poolclass=NullPool)
        async with engine.connect() as connection:
            transaction = await connection.begin()
            assert connection.sync_connection
            with connections.joined(connection.sync_connection, "ledger"):
                shared = connections.sharing_async(connection, "ledger")
                async with AsyncSession(shared, expire_on_commit=False) as session:
                    ModelFactory.__async_session__ = session
                    yield session
                    ModelFactory.__async_session__ = None
            await transaction.rollback()
        await engine.dispose()

    return async_session


_on_function_loop = _async_session_on("function")
_on_class_loop = _async_session_on("class")
_on_module_loop = _async_session_on("module")
_on_package_loop = _async_session_on("package")
_on_session_loop = _async_session_on("session")


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
    name = f"async_ledger_session_on_{loop}_loop"
    session: AsyncSession = request.getfixturevalue(name)
    return session


@pytest.fixture(scope="session")
def committed_ledger_database(
    ledger_server: tuple[URL, str],
) -> Iterator[tuple[Engine, Engine | None]]:
    """A database for real commits, and what empties it.

    None does where the migrations left rows in it: then it has to be made anew.
    """
    server, template = ledger_server
    name = template.replace("_template", f"_{WORKER}_committed")
    url = postgres.clone_database(server, template, name)
    # whatever a test does to a connection is gone with it; this one is kept
    engine, cleaner = create_engine(url, poolclass=NullPool), create_engine(url)
    yield engine, None if postgres.tables_with_rows(cleaner) else cleaner
    cleaner.dispose()
    postgres.drop_database(server, name)


@pytest.fixture
def committed_ledger(
    ledger_server: tuple[URL, str],
    committed_ledger_database: tuple[Engine, Engine | None],
) -> Iterator[Engine]:
    """An engine on a database where commits are real; clean again after the test.

    Its URL is `committed_ledger.url`. The factories commit to it.
    Sequences go on counting.
    """
    from .factories.base import ModelFactory

    engine, cleaner = committed_ledger_database
    with (
        connections.committing(engine.url, "ledger"),
        Session(engine) as session,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(ModelFactory, "__session__", session)
        url = engine.url.set(drivername="postgresql+asyncpg")
        async_engine = create_async_engine(url, poolclass=NullPool)
        async_session = AsyncSession(async_engine, expire_on_commit=False)
        patch.setattr(ModelFactory, "__async_session__", async_session)
        yield engine
    if cleaner:
        postgres.delete_all_rows(cleaner)
    else:
        server, template = ledger_server
        postgres.clone_database(server, template, str(engine.url.database))
