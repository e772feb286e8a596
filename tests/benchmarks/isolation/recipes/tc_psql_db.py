"""pytest-testcontainers' `tc_psql_db`: a new database for each test, in which the test makes the tables.

github.com/iplweb/pytest-testcontainers, README.md: "Clean-session pattern walkthrough", "Override the built-in `tc_psql`
directly".
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_testcontainers import DbConnInfo, make_postgres
from shared import make_tables
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool
from testcontainers.postgres import PostgresContainer


@pytest.fixture(scope="session")
def tc_psql() -> Iterator[PostgresContainer]:
    with make_postgres(image="postgres:18") as container:
        yield container


@pytest.fixture
def session(tc_psql_db: DbConnInfo) -> Iterator[Session]:
    url = make_url(tc_psql_db.url()).set(drivername="postgresql+psycopg")
    make_tables(url)
    with Session(create_engine(url, poolclass=NullPool)) as session:
        yield session
