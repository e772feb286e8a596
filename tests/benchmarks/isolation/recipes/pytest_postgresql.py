"""pytest-postgresql: a template filled once by `load`, a database cloned for each test.

github.com/dbfixtures/pytest-postgresql, README.rst: "Pre-populating the database for tests", "Connecting to an existing
PostgreSQL database", "Using SQLAlchemy"; the tables come from the template, and go with the database.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from psycopg import Connection
from pytest_postgresql import factories
from shared import given_server, make_tables
from sqlalchemy import create_engine
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import NullPool

SERVER = given_server()


def load(host: str, port: int, user: str, dbname: str, password: str, **_: Any) -> None:
    make_tables(URL.create(SERVER.drivername, user, password, host, port, dbname))


server = factories.postgresql_noproc(
    host=SERVER.host, port=SERVER.port, user=SERVER.username, password=SERVER.password, load=[load]
)
postgresql = factories.postgresql("server")


@pytest.fixture
def session(postgresql: Connection) -> Iterator[Session]:
    engine = create_engine(SERVER.set(database=postgresql.info.dbname), poolclass=NullPool)
    with sessionmaker(bind=engine)() as session:
        yield session
