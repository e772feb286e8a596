"""The database of the tests stands where the newest migration leads."""

from __future__ import annotations

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from .schema import alembic_config


def test_schema_is_at_the_only_head(db_connection: Connection) -> None:
    context = MigrationContext.configure(db_connection)
    scripts = ScriptDirectory.from_config(alembic_config())
    heads = scripts.get_heads()
    assert len(heads) == 1, f"several heads, run `alembic merge heads`: {heads}"
    assert set(context.get_current_heads()) == set(heads)
