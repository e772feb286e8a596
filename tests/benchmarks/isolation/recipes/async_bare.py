"""The floor for coroutines: BEGIN, INSERT and ROLLBACK on a connection that lives as long as its loop."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest
import pytest_asyncio
from shared import given_server, make_tables, worker_database

LOOP = os.environ["BENCH_LOOP"]


@pytest.fixture(scope="session")
def database() -> Iterator[str]:
    with worker_database(given_server()) as url:
        make_tables(url)
        yield url.set(drivername="postgresql").render_as_string(hide_password=False)


@pytest_asyncio.fixture(scope=LOOP, loop_scope=LOOP)
async def connection(database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()
