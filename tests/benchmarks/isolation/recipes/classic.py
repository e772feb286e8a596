"""The classic conftest: tables once, each test in a transaction that is rolled back.

docs.sqlalchemy.org/en/20/orm/session_transaction.html: "Joining a Session into an External Transaction (such as for
test suites)".
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from shared import given_server, make_tables, worker_database
from sqlalchemy import create_engine
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    with worker_database(given_server()) as url:
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
