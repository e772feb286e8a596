"""Each factory puts a valid row into the real database, once and in numbers."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from .explain import explained
from .factories import all_factories
from .factories.base import ModelFactory, label_of, model_of

every_factory = pytest.mark.parametrize(
    "factory",
    [pytest.param(factory, id=label_of(factory)) for factory in all_factories()],
)


@every_factory
def test_inserts_a_row(factory: type[ModelFactory[Any]], db_session: Session) -> None:
    with explained(factory):
        key = inspect(factory.create_sync()).identity
        db_session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    db_session.expunge_all()
    assert db_session.get(model_of(factory), key) is not None


@every_factory
def test_inserts_25_rows(factory: type[ModelFactory[Any]], db_session: Session) -> None:
    with explained(factory):
        rows = factory.create_batch_sync(25)
        db_session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    assert len({inspect(row).identity for row in rows}) == 25
