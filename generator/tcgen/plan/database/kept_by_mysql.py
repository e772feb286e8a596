"""What MySQL and MariaDB keep of what they are given, said in the terms that values are planned in.

Narrow numbers become CHECKs, moments have whole seconds and no time zone, and conditions are written as PostgreSQL
would (https://dev.mysql.com/doc/refman/8.4/en/data-types.html).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from tcgen.ir.schema import BACKENDS, CheckFact, ColumnFact, Schema, TableFact, TypeFact
from tcgen.plan.constraints.sql import as_postgresql
from tcgen.plan.constraints.type_parts import innermost

_NUMBERS: Mapping[str, str] = {
    "TINYINT": f"<= {2**7 - 1}",
    "TINYINT UNSIGNED": f"BETWEEN 0 AND {2**8 - 1}",
    "SMALLINT UNSIGNED": f"BETWEEN 0 AND {2**16 - 1}",
    "MEDIUMINT": f"<= {2**23 - 1}",
    "MEDIUMINT UNSIGNED": f"BETWEEN 0 AND {2**24 - 1}",
    "YEAR": "BETWEEN 1901 AND 2155",
}
"""What values of types that other databases have not are like; nobody wants those below zero."""

_LENGTHS = {"TINYTEXT": 255}
_WHOLE = ("Integer",)
_DECIMALS = ("NUMERIC", "DECIMAL")
"""They have ten digits and none after the point where nothing is said of that."""


def as_kept(schema: Schema) -> Schema:
    """Return the schema with all that MySQL's types demand; that of another database as it is."""
    if BACKENDS[schema.dialect] != "mysql":
        return schema
    return schema.model_copy(update={"tables": tuple(map(_table, schema.tables))})


def _table(table: TableFact) -> TableFact:
    bounds = (_bounds(column) for column in table.columns)
    checks = (check.model_copy(update={"sql": as_postgresql(check.sql)}) for check in table.checks)
    uniques = (
        one.model_copy(update={"expressions": tuple(map(as_postgresql, one.expressions))})
        for one in table.uniques
    )
    # InnoDB looks at each row at once, whatever was asked for
    keys = (key.model_copy(update={"deferrable": False}) for key in table.foreign_keys)
    return table.model_copy(
        update={
            "columns": tuple(map(_column, table.columns)),
            "checks": (*checks, *(one for one in bounds if one is not None)),
            "uniques": tuple(uniques),
            "foreign_keys": tuple(keys),
        }
    )


def _bounds(column: ColumnFact) -> CheckFact | None:
    found = _limits(_name_of(column.type), innermost(column.type))
    if found is None or column.type.enum is not None:
        return None
    quoted = '"' + column.name.replace('"', '""') + '"'
    return CheckFact(name=None, sql=f"{quoted} {found}")


def _name_of(fact: TypeFact) -> str:
    """Return what the server calls a type, without its size: ``TINYINT UNSIGNED``."""
    words = re.sub(r"\([^)]*\)", "", innermost(fact).ddl or "").upper().split()
    return " ".join(word for word in words if word != "ZEROFILL")


def _limits(name: str, fact: TypeFact) -> str | None:
    if name == "BIT":
        size = re.search(r"\d+", fact.ddl or "")
        bits = int(size.group()) if size else 1
        return f"BETWEEN 0 AND {2**bits - 1}" if bits < 32 else None
    return _NUMBERS.get(name)


def _column(column: ColumnFact) -> ColumnFact:
    changed = _type(column.type)
    return column if changed is column.type else column.model_copy(update={"type": changed})


def _type(fact: TypeFact) -> TypeFact:
    if fact.impl is not None:
        return fact.model_copy(update={"impl": _type(fact.impl)})
    name, changes = _name_of(fact), dict[str, object]()
    if name in ("BIT", "YEAR"):
        changes["bases"] = _WHOLE
    if "DateTime" in fact.bases:
        size = re.search(r"\d", fact.ddl or "")
        changes |= {"precision": int(size.group()) if size else 0, "timezone": False}
    if "Time" in fact.bases:
        changes["timezone"] = False
    if name.partition(" ")[0] in _DECIMALS and fact.precision is None and "Float" not in fact.bases:
        changes |= {"precision": 10, "scale": 0}
    if name in _LENGTHS and fact.length is None:
        changes["length"] = _LENGTHS[name]
    return fact.model_copy(update=changes) if changes else fact
