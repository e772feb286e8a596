"""What SQLite does not keep as it was given: decimals become floats, moments lose their time zone."""

from __future__ import annotations

import re

from tcgen.ir.schema import ColumnFact, Schema, TableFact

_ARITHMETIC = re.compile(r"[-+*/]")


def as_kept(schema: Schema) -> Schema:
    """Return the schema for values that are the same when they are read again, where it matters.

    A CHECK that calculates with decimals gets whole numbers: of floats, 0.1 + 0.2 is not 0.3
    (https://www.sqlite.org/floatingpoint.html). A key, by which SQLAlchemy finds its row again, has no time zone.
    """
    if schema.dialect != "sqlite":
        return schema
    return schema.model_copy(update={"tables": tuple(map(_table, schema.tables))})


def _table(table: TableFact) -> TableFact:
    conditions = [check.sql for check in table.checks if _ARITHMETIC.search(check.sql)]
    words = {word for sql in conditions for word in re.findall(r"\w+", sql)}
    columns = (_column(column, calculated=column.name in words) for column in table.columns)
    return table.model_copy(update={"columns": tuple(columns)})


def _column(column: ColumnFact, *, calculated: bool) -> ColumnFact:
    fact = column.type
    changes: dict[str, object] = {}
    fits = fact.precision is None or fact.precision > (fact.scale or 0)
    if calculated and "Numeric" in fact.bases and fits:
        changes["scale"] = 0
    if column.primary_key and fact.timezone:
        changes["timezone"] = False
    return column.model_copy(update={"type": fact.model_copy(update=changes)}) if changes else column
