"""Tables once, and after each test one TRUNCATE of all of them: commits are real."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from shared import given_server, make_tables, worker_database
from shop.models import Base
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

TABLES = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    with worker_database(given_server()) as url:
        make_tables(url)
        engine = create_engine(url)
        yield engine
        engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session:
        yield session
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {TABLES} RESTART IDENTITY CASCADE"))
