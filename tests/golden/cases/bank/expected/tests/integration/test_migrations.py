"""The database of the tests stands where the migrations lead, and the models agree."""

from __future__ import annotations

import warnings
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Index
from sqlalchemy.engine import URL, Connection
from sqlalchemy.schema import ColumnCollectionConstraint

from bank.clients.models import Base

from . import postgres
from .containers import WORKER
from .schema import alembic_config, migrate

# Each is for somebody to write a migration for; the test tells when that is done.
KNOWN_DIFFERENCES: set[str] = set()


def test_schema_is_at_the_only_head(db_connection: Connection) -> None:
    context = MigrationContext.configure(db_connection)
    scripts = _scripts()
    heads = scripts.get_heads()
    assert len(heads) == 1, f"several heads, run `alembic merge heads`: {heads}"
    assert set(context.get_current_heads()) == set(heads)


def _scripts() -> ScriptDirectory:
    """Load the migrations, whatever they warn of."""
    scripts = ScriptDirectory.from_config(alembic_config())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scripts.get_heads()
    return scripts


def test_models_are_migrated(db_connection: Connection) -> None:
    assert differences(db_connection) == KNOWN_DIFFERENCES


def test_down_and_up_again(postgres_server: tuple[URL, str]) -> None:
    server, template = postgres_server
    name = template.replace("_template", f"_{WORKER}_down")
    url = postgres.clone_database(server, template, name)
    try:
        migrate(url, command.downgrade, "base")
        migrate(url, command.upgrade, "head")
    finally:
        postgres.drop_database(server, name)


def differences(connection: Connection) -> set[str]:
    """Return what `alembic revision --autogenerate` would write, in few words."""
    options = {
        "compare_type": True,
    }
    context = MigrationContext.configure(connection, opts=options)
    # they may bring comparisons of their own, which count once they are loaded
    _scripts()
    with warnings.catch_warnings():
        # of what SQLAlchemy finds in a database and does not know
        warnings.simplefilter("ignore")
        changes = compare_metadata(context, Base.metadata)
    found: set[str] = set()
    for change in changes:
        # those of one column come as a list
        steps: list[Any] = [change] if isinstance(change, tuple) else change
        for kind, *about in steps:
            names = [_name(part) for part in about[:3] if part is not None]
            found.add(" ".join([kind, *names]))
    return found


def _name(part: object) -> str:
    if isinstance(part, (ColumnCollectionConstraint, Index)):
        place = f"{part.table}({', '.join(part.columns.keys())})"
        return f"{part.name} on {place}" if part.name else place
    return part.name if isinstance(part, Column) else str(part)
