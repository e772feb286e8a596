"""SQLAlchemy for coroutines: tables once; a connection, and the classic session whose commits are rolled back.

docs.sqlalchemy.org/en/20/orm/session_transaction.html: "Joining a Session into an External Transaction (such as for
test suites)"; for several loops docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html: "Using multiple asyncio event
loops", by which an engine that they share has no pool.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from shared import given_server, make_tables, worker_database
from sqlalchemy import NullPool
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

LOOP = os.environ["BENCH_LOOP"]


@pytest.fixture(scope="session")
def url() -> Iterator[URL]:
    with worker_database(given_server()) as url:
        make_tables(url)
        yield url.set(drivername="postgresql+asyncpg")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def engine(url: URL) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(url, poolclass=NullPool if LOOP == "function" else None)
    yield engine
    await engine.dispose()


@pytest_asyncio.fixture(scope=LOOP, loop_scope=LOOP)
async def connection(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    async with engine.connect() as connection:
        yield connection


@pytest_asyncio.fixture(loop_scope=LOOP)
async def session(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    async with engine.connect() as connection:
        transaction = await connection.begin()
        async with AsyncSession(bind=connection, join_transaction_mode="create_savepoint") as session:
            yield session
        await transaction.rollback()
