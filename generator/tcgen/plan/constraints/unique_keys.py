"""Columns that have to differ from row to row, together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import sqlglot
from sqlglot import expressions as e
from sqlglot.errors import SqlglotError

from tcgen.ir.schema import ColumnFact, TableFact

_EXCLUDED = re.compile(r'(?:"((?:[^"]|"")+)"|(\w+)) WITH (?:=|&&)')


@dataclass(frozen=True)
class UniqueKey:
    """Columns that together differ in every row.

    Attributes:
        strict: Two NULLs collide.
        optional: It is better so, but no constraint of this table asks for it.
    """

    columns: tuple[str, ...]
    strict: bool = False
    optional: bool = False


def unique_keys_of(table: TableFact) -> Iterable[UniqueKey]:
    """Return what the unique constraints and indexes, the exclusions and the primary key of a table ask."""
    for unique in table.uniques:
        if columns := unique.columns or _mentioned(unique.expressions):
            yield UniqueKey(columns, unique.nulls_not_distinct)
    for sql in table.excludes:
        if columns := tuple(quoted.replace('""', '"') or plain for quoted, plain in _EXCLUDED.findall(sql)):
            yield UniqueKey(columns)
    if table.primary_key:
        yield UniqueKey(table.primary_key, strict=True)


def _mentioned(expressions: Iterable[str]) -> tuple[str, ...]:
    """Return the columns of an index whose expressions are plain text to SQLAlchemy."""
    found: dict[str, None] = {}
    for sql in expressions:
        try:
            columns = sqlglot.parse_one(sql, dialect="postgres").find_all(e.Column)
        except SqlglotError:
            continue
        found.update(dict.fromkeys(column.name for column in columns))
    return tuple(found)


def _has_few_values(column: ColumnFact) -> bool:
    """Tell whether a column cannot keep many rows apart, whatever its constraints say."""
    return column.type.enum is not None or "Boolean" in column.type.bases


def wanted_of_parents(tables: Iterable[TableFact]) -> dict[str, list[tuple[str, ...]]]:
    """Return table → columns that had better differ in every row of it.

    Where a table may have each value once in a part of a composite key, and nothing else tells its rows
    apart, or nothing that has many values, new parents have to differ in that part.
    """
    found: dict[str, set[tuple[str, ...]]] = {}
    for table in tables:
        copied = {column for key in table.foreign_keys for column in key.columns}
        few = {column.name for column in table.columns if _has_few_values(column)}
        for group in unique_keys_of(table):
            if not set(group.columns) <= copied | few:
                continue
            for key in table.foreign_keys:
                pairs = zip(key.columns, key.target_columns, strict=True)
                part = tuple(theirs for ours, theirs in pairs if ours in group.columns)
                if 0 < len(part) < len(key.columns):
                    found.setdefault(key.target, set()).add(part)
    return {table: sorted(columns) for table, columns in found.items()}
