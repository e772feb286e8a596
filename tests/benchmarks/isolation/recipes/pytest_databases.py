"""pytest-databases: its container and a database for each worker; isolation is the classic recipe.

litestar-org.github.io/pytest-databases: "PostgreSQL", which leaves the isolation of a test to its user.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_databases.docker.postgres import PostgresService
from shared import make_tables
from sqlalchemy import create_engine
from sqlalchemy.engine import URL, Engine
from sqlalchemy.orm import Session

pytest_plugins = ["pytest_databases.docker.postgres"]


@pytest.fixture(scope="session")
def engine(postgres_service: PostgresService) -> Iterator[Engine]:
    service = postgres_service
    login = (service.user, service.password, service.host, service.port, service.database)
    url = URL.create("postgresql+psycopg", *login)
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
