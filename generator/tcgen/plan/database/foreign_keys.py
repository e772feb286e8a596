"""Foreign keys that the project's models have and its database does not take.

No constraint keeps what they point to unique, or it is of a type that PostgreSQL cannot compare theirs with
(https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK,
https://www.sqlite.org/foreignkeys.html#fk_indexes).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tcgen.ir.diagnostics import Diagnostic, some_of
from tcgen.ir.plan import MetadataPlan
from tcgen.ir.schema import (
    TITLES,
    ColumnFact,
    Dialect,
    ForeignKeyFact,
    MetadataFact,
    Schema,
    TableFact,
)
from tcgen.plan.constraints.value_kinds import kinds_of_ddl

_SORTS = {"integer": "number", "numeric": "number", "string": "text", "uuid": "uuid"}


def refused_keys(metadata: MetadataFact, schema: Schema) -> Iterator[tuple[str, ...]]:
    """Yield the key of the table and the columns of each foreign key that no CREATE TABLE may have.

    Of MySQL's nothing is known beforehand: it takes keys to any column with an index, as its settings say.
    """
    if schema.dialect in ("mysql", "mariadb"):
        return
    tables = {table.key: table for table in schema.tables}
    for key in metadata.tables:
        for one in tables[key].foreign_keys:
            target = tables.get(one.target)
            if target is None:
                continue
            # SQLite compares whatever there is
            comparable = schema.dialect == "sqlite" or _is_comparable(one, tables[key], target)
            if not (_is_unique(one, target) and comparable):
                yield key, *one.columns


def _is_unique(key: ForeignKeyFact, target: TableFact) -> bool:
    whole = (one.columns for one in target.uniques if not one.where and not one.expressions)
    return any(set(key.target_columns) == set(columns) for columns in (target.primary_key, *whole))


def _is_comparable(key: ForeignKeyFact, table: TableFact, target: TableFact) -> bool:
    own = {column.name: _sort(column) for column in table.columns}
    theirs = {column.name: _sort(column) for column in target.columns}
    pairs = [
        (own.get(one), theirs.get(other)) for one, other in zip(key.columns, key.target_columns, strict=True)
    ]
    return all(one == other or None in (one, other) for one, other in pairs)


def _sort(column: ColumnFact) -> str | None:
    """Return what values of a column can be compared with; None of types that are seldom keys."""
    return next((_SORTS.get(kind) for kind in kinds_of_ddl(column.type.ddl or "")), None)


def left_out(metadatas: Sequence[MetadataPlan], dialect: Dialect) -> tuple[Diagnostic, ...]:
    """Say which foreign keys the suite's tables are created without."""
    names = [f"{key} ({', '.join(columns)})" for one in metadatas for key, *columns in one.left_out]
    if not names:
        return ()
    return (
        Diagnostic(
            level="warning",
            code="foreign-key-left-out",
            message=f"{TITLES[dialect]} refuses the foreign keys {some_of(names, 3)}, which point to columns that are not"
            " unique or of another type: the tables are created without them",
            hint="declare a unique constraint there, and one type for both columns",
        ),
    )
