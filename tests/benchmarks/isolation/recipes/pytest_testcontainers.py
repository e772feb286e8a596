"""pytest-testcontainers: its container for each worker; isolation is the classic recipe.

github.com/iplweb/pytest-testcontainers, README.md: "Default: session fixture (`tc_psql`)", "Override the built-in
`tc_psql` directly".
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_testcontainers import make_postgres
from shared import make_tables
from sqlalchemy import create_engine
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.orm import Session
from testcontainers.postgres import PostgresContainer


@pytest.fixture(scope="session")
def tc_psql() -> Iterator[PostgresContainer]:
    with make_postgres(image="postgres:18") as container:
        yield container


@pytest.fixture(scope="session")
def engine(tc_psql: PostgresContainer) -> Iterator[Engine]:
    url = make_url(tc_psql.get_connection_url(driver="psycopg"))
    make_tables(url)
    engine = create_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    connection = engine.connect()
    transaction = connection.begin()
    session = Session(bind=connection, join_transaction_mode="create_savepoint")
    yield session
    session.close()
    transaction.rollback()
    connection.close()
