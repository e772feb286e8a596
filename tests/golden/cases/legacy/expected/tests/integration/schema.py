"""Brings an empty database to the schema the tests run on."""

from __future__ import annotations

from sqlalchemy.engine import URL, Engine
from sqlmodel import SQLModel

from legacy.assets import Base

from . import models  # noqa: F401  # registers all tables


def create_schema(engine: Engine, url: URL) -> None:
    """Create all tables from the models, as there are no migrations to run."""
    with engine.connect() as connection:  # what listens to tables may commit
        Base.metadata.create_all(connection)
        SQLModel.metadata.create_all(connection)
        connection.commit()
