"""Compares the models with the database that the migrations make, and plans for the stricter of the two."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tcgen.ir.drift import CheckRow, ColumnRow, DatabaseCatalog, TableDrift
from tcgen.ir.schema import (
    CheckFact,
    ColumnFact,
    ForeignKeyFact,
    Schema,
    TableFact,
    TypeFact,
    UniqueFact,
)
from tcgen.plan.constraints.attribute import is_whole


def drift_of(schema: Schema, catalogue: DatabaseCatalog) -> tuple[TableDrift, ...]:
    """Return what tables demand beyond their models."""
    tables = {table.key: table for table in schema.tables}
    found = (_table_drift(table, tables, catalogue) for table in schema.tables)
    return tuple(one for one in found if one != TableDrift(table=one.table))


def not_made(schema: Schema, catalogue: DatabaseCatalog) -> tuple[str, ...]:
    """Return the keys of the models' tables that are nowhere in the database."""
    # a connection may be told to look for them in other schemas than the models say
    names = {row.table for row in catalogue.relations}
    return tuple(table.key for table in schema.tables if table.name not in names)


def with_drift(schema: Schema, drift: tuple[TableDrift, ...]) -> Schema:
    """Return the schema as if the models said what the database demands, of columns that they still have."""
    by_table = {one.table: one for one in drift}
    views = {one.table for one in drift if one.takes_no_rows}
    tables = (
        _tightened(table, by_table[table.key]) if table.key in by_table else table for table in schema.tables
    )
    mappers = (
        mapper.model_copy(update={"abstract": True}) if views & set(mapper.tables) else mapper
        for mapper in schema.mappers
    )
    return schema.model_copy(update={"tables": tuple(tables), "mappers": tuple(mappers)})


def _table_drift(table: TableFact, tables: dict[str, TableFact], catalogue: DatabaseCatalog) -> TableDrift:
    columns = {column.name: column for column in table.columns}
    rows = [row for row in catalogue.columns if row.key == table.key and row.name in columns]
    return TableDrift(
        table=table.key,
        not_null=tuple(row.name for row in rows if row.not_null and columns[row.name].nullable),
        generated=tuple(row.name for row in rows if row.generated and not columns[row.name].computed),
        booleans=tuple(row.name for row in rows if row.boolean and is_whole(columns[row.name].type)),
        takes_no_rows=any(row.key == table.key and not row.insertable for row in catalogue.relations),
        foreign_keys=tuple(_foreign_keys(table, tables, catalogue)),
        uniques=tuple(_uniques(table, catalogue)),
        checks=(
            *_checks(table, catalogue),
            *_lengths(rows, columns),
            *_labels(rows, columns, catalogue),
            *_domains(table, columns, catalogue),
            *(
                CheckFact(name=None, sql=one.sql)
                for one in catalogue.partitions
                if one.key == table.key and one.sql
            ),
        ),
        # PostgreSQL writes them anew: where the model has any, they are taken for the same
        excludes=()
        if table.excludes
        else tuple(one.sql for one in catalogue.exclusions if one.key == table.key),
        rules=tuple(one.rule for one in catalogue.rules if one.key == table.key),
    )


def _domains(
    table: TableFact, columns: dict[str, ColumnFact], catalogue: DatabaseCatalog
) -> Iterator[CheckFact]:
    """Return what domains demand of columns that the model has another type for."""
    for row in catalogue.domains:
        if row.key == table.key and row.name in columns and columns[row.name].type.check is None:
            name = '"' + row.name.replace('"', '""').replace("\\", r"\\") + '"'
            for check in row.checks:
                yield CheckFact(name=None, sql=re.sub(r"\bVALUE\b", name, check))


def _foreign_keys(
    table: TableFact, tables: dict[str, TableFact], catalogue: DatabaseCatalog
) -> Iterator[ForeignKeyFact]:
    for row in catalogue.foreign_keys:
        target = tables.get(row.fact.target)
        if row.key == table.key and target is not None and _has(target, row.target_columns):
            yield from _undeclared(table, (row.fact,))


def _undeclared(table: TableFact, found: Iterable[ForeignKeyFact]) -> Iterator[ForeignKeyFact]:
    declared = {(frozenset(one.columns), one.target) for one in table.foreign_keys}
    for one in found:
        if _has(table, one.columns) and (frozenset(one.columns), one.target) not in declared:
            yield one


def _uniques(table: TableFact, catalogue: DatabaseCatalog) -> Iterator[UniqueFact]:
    declared = {frozenset(one.columns) for one in table.uniques} | {frozenset(table.primary_key)}
    # of those that the database computes, the probe says what they are made of
    computed = {column.name for column in table.columns if column.computed}
    for row in catalogue.uniques:
        known = frozenset(row.columns) in declared or computed & set(row.columns)
        if row.key == table.key and not known and _has(table, row.columns):
            yield UniqueFact(columns=row.columns, where=row.where)


def _checks(table: TableFact, catalogue: DatabaseCatalog) -> Iterator[CheckFact]:
    """Return those of no name that the model gives one: a naming convention may have put something before it."""
    names = [check.name for check in table.checks]
    if None in names or any(_has_check(column.type) for column in table.columns):
        return  # PostgreSQL writes conditions anew, so that only names tell them apart
    yield from (
        CheckFact(name=row.name, sql=row.sql)
        for row in catalogue.checks
        if row.key == table.key and not _is_declared(row, names)
    )


def _is_declared(row: CheckRow, names: list[str | None]) -> bool:
    return any(row.name.endswith(name) for name in names if name)


def _has_check(fact: TypeFact) -> bool:
    """Whether a type may bring a CHECK of its own, as enums and booleans do where they are asked to."""
    return fact.enum is not None


def _labels(
    rows: list[ColumnRow], columns: dict[str, ColumnFact], catalogue: DatabaseCatalog
) -> Iterator[CheckFact]:
    """Return what enums may be in the database, by the labels of their type or by a CHECK, if that is less."""
    for row in rows:
        enum = columns[row.name].type.enum
        if enum is None:
            continue
        if row.labels and set(enum.values) - set(row.labels):
            listed = ", ".join("'" + label.replace("'", "''") + "'" for label in row.labels)
            yield CheckFact(name=None, sql=f'"{row.name}" IN ({listed})')
        for check in catalogue.checks:
            named = check.key == row.key and re.search(rf"\b{re.escape(row.name)}\b", check.sql)
            literals = re.findall(r"'((?:[^']|'')*)'", check.sql)
            if named and literals and set(enum.values) - set(literals):
                yield CheckFact(name=None, sql=check.sql)


def _lengths(rows: list[ColumnRow], columns: dict[str, ColumnFact]) -> Iterator[CheckFact]:
    for row in rows:
        fact = columns[row.name].type
        is_text = "String" in fact.bases and fact.enum is None
        if is_text and row.length is not None and (fact.length is None or row.length < fact.length):
            yield CheckFact(name=None, sql=f'char_length("{row.name}") <= {row.length}')


def _has(table: TableFact, columns: tuple[str, ...]) -> bool:
    return set(columns) <= {column.name for column in table.columns}


def _tightened(table: TableFact, drift: TableDrift) -> TableFact:
    columns = (_tightened_column(column, drift) for column in table.columns)
    return table.model_copy(
        update={
            "columns": tuple(columns),
            "foreign_keys": (*table.foreign_keys, *_undeclared(table, drift.foreign_keys)),
            "uniques": (*table.uniques, *(one for one in drift.uniques if _has(table, one.columns))),
            "checks": (*table.checks, *drift.checks),
            "excludes": (*table.excludes, *drift.excludes),
        }
    )


def _tightened_column(column: ColumnFact, drift: TableDrift) -> ColumnFact:
    changes: dict[str, object] = {}
    if column.name in drift.not_null:
        changes["nullable"] = False
    if column.name in drift.booleans:
        changes["type"] = TypeFact(name="Boolean", module="sqlalchemy.sql.sqltypes", bases=("Boolean",))
        changes["default"] = None  # a number, which the database refuses
    if column.name in drift.generated:
        changes["computed"] = True
    return column.model_copy(update=changes)
