"""`create_all` before each test and `drop_all` after it: commits are real."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from shared import given_server, worker_database
from shop.models import Base
from sqlalchemy import create_engine
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    with worker_database(given_server()) as url:
        engine = create_engine(url)
        yield engine
        engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        yield session
    Base.metadata.drop_all(engine)
