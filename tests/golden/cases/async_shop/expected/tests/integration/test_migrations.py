"""The database of the tests stands where the migrations lead, and the models agree."""

from __future__ import annotations

import warnings
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Column, Enum, Index, text
from sqlalchemy.engine import URL, Connection
from sqlalchemy.schema import ColumnCollectionConstraint

from async_shop.models import Base

from . import postgres
from .containers import WORKER
from .schema import alembic_config, migrate

# Each is for somebody to write a migration for; the test tells when that is done.
KNOWN_DIFFERENCES: set[str] = set()
TABLES = [*Base.metadata.tables.values()]


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
        migrate(url, "downgrade", "base")
        migrate(url, "upgrade", "head")
    finally:
        postgres.drop_database(server, name)


def differences(connection: Connection) -> set[str]:
    """Return what `alembic revision --autogenerate` would write, in few words."""
    options = {
        "compare_type": True,
        "include_schemas": True,
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
    found |= _labels(connection)
    found |= _checks(connection)
    return found


def _name(part: object) -> str:
    if isinstance(part, (ColumnCollectionConstraint, Index)):
        place = f"{part.table}({', '.join(part.columns.keys())})"
        return f"{part.name} on {place}" if part.name else place
    return part.name if isinstance(part, Column) else str(part)


def _labels(connection: Connection) -> set[str]:
    join = "pg_enum JOIN pg_type ON enumtypid = pg_type.oid"
    rows = connection.execute(text(f"SELECT typname, enumlabel FROM {join}"))
    made = {(name, label) for name, label in rows}
    types = [column.type for table in TABLES for column in table.columns]
    wanted = {
        (str(one.name), label)
        for one in types
        if isinstance(one, Enum) and one.native_enum
        for label in one.enums
    }
    # a type that is not there at all is a difference of its column
    names = {name for name, _ in made} & {name for name, _ in wanted}
    return {
        f"{'add' if pair in wanted else 'remove'}_label {' '.join(pair)}"
        for pair in made ^ wanted
        if pair[0] in names
    }


def _checks(connection: Connection) -> set[str]:
    query = "SELECT conname FROM pg_constraint WHERE contype = 'c'"
    made = set(connection.scalars(text(query)))
    return {
        f"add_check {one.name} on {table}"
        for table in TABLES
        for one in table.constraints
        if isinstance(one, CheckConstraint) and isinstance(one.name, str)
        if one.name not in made
    }
