"""Foreign keys that other databases take and PostgreSQL does not: no constraint keeps what they point to unique."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tcgen.ir.diagnostics import Diagnostic, some_of
from tcgen.ir.plan import MetadataPlan
from tcgen.ir.schema import ForeignKeyFact, MetadataFact, Schema, TableFact


def refused_keys(metadata: MetadataFact, schema: Schema) -> Iterator[tuple[str, ...]]:
    """Yield the key of the table and the columns of each foreign key that no CREATE TABLE may have."""
    tables = {table.key: table for table in schema.tables}
    for key in metadata.tables:
        for one in tables[key].foreign_keys:
            target = tables.get(one.target)
            if target is not None and not _is_unique(one, target):
                yield key, *one.columns


def _is_unique(key: ForeignKeyFact, target: TableFact) -> bool:
    whole = (one.columns for one in target.uniques if not one.where and not one.expressions)
    return any(set(key.target_columns) == set(columns) for columns in (target.primary_key, *whole))


def left_out(metadatas: Sequence[MetadataPlan]) -> tuple[Diagnostic, ...]:
    """Say which foreign keys the suite's tables are created without."""
    names = [f"{key} ({', '.join(columns)})" for one in metadatas for key, *columns in one.left_out]
    if not names:
        return ()
    return (
        Diagnostic(
            level="warning",
            code="foreign-key-left-out",
            message=f"PostgreSQL refuses the foreign keys {some_of(names, 3)}, which point to columns that are not"
            " unique: the tables are created without them",
            hint="declare a unique constraint there, or a foreign key to the primary key",
        ),
    )
