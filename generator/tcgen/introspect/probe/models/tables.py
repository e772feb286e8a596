"""``TableFact``: columns, keys and constraints as the database would be given them."""

from __future__ import annotations

import re
import types
from contextlib import suppress

from sqlalchemy import Column, Computed, Identity, MetaData, Sequence, Table
from sqlalchemy.schema import (
    CheckConstraint,
    DefaultClause,
    ForeignKeyConstraint,
    Index,
    SchemaItem,
    UniqueConstraint,
)
from sqlalchemy.types import TypeEngine

from .. import dialect
from ..column_types.storage import ddl
from ..column_types.type_facts import DIALECT, as_variant, type_fact
from ..common import Live, Notes
from .default_functions import asks_a_server

_CODE = (type, types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.ModuleType)
DDL = DIALECT.ddl_compiler(DIALECT, None)


def table_fact(table: Table) -> dict[str, Live]:
    """Everything ``TableFact`` asks for."""
    # a CHECK given to a column stays with the column
    declared = [*table.constraints, *(c for column in table.columns for c in column.constraints)]
    constraints = sorted((c for c in declared if _applies(c)), key=_order)
    indexes = sorted((i for i in table.indexes if i.unique and _applies(i)), key=lambda i: str(i.name))
    return {
        "key": table.key,
        "name": table.name,
        "schema_name": table.schema,
        "columns": [_column(table, c) for c in table.columns],
        "primary_key": [c.name for c in table.primary_key.columns],
        "foreign_keys": [_foreign_key(c) for c in constraints if isinstance(c, ForeignKeyConstraint)],
        "uniques": [_unique(c) for c in constraints if isinstance(c, UniqueConstraint)]
        + [_unique_index(i) for i in indexes],
        "checks": [
            {"name": str(c.name) if isinstance(c.name, str) else None, "sql": sql(c.sqltext)}
            for c in constraints
            if isinstance(c, CheckConstraint)
        ],
        "excludes": [_text(c) for c in constraints if type(c).__name__ == "ExcludeConstraint"],
    }


def note_engines(metadatas: list[MetaData], notes: Notes) -> None:
    """Say which tables' rows no rollback takes away: MySQL leaves that to a table's engine."""
    names = [
        table.key
        for metadata in metadatas
        for table in metadata.tables.values()
        if str(dialect.options_of(table, "engine")).lower() in WITHOUT_TRANSACTIONS
    ]
    if names:
        notes.add(
            "warning",
            "no-transactions",
            f"tables whose engine knows no transactions: {', '.join(sorted(names)[:5])}; what a test writes there stays",
            "Tests of them are for committed_db, which is emptied after each.",
        )


WITHOUT_TRANSACTIONS = ("archive", "aria", "csv", "memory", "myisam")


def _order(constraint: Live) -> tuple[str, str]:
    with suppress(Exception):
        return type(constraint).__name__, f"{constraint.name} {[c.name for c in constraint.columns]}"
    return type(constraint).__name__, str(constraint.name)


def _applies(item: Live) -> bool:
    """Whether the database gets this constraint or index at all."""
    condition = getattr(item, "_ddl_if", None)
    named = getattr(condition, "dialect", None)
    if named is not None and dialect.name() not in ((named,) if isinstance(named, str) else named):
        return False
    rule = getattr(item, "_create_rule", None)
    if rule is None:
        return True
    with suppress(Exception):
        return bool(rule(DDL))
    return True


def sql(expression: Live) -> str:
    """SQL text of an expression, values in place."""
    with suppress(Exception):
        return str(DDL.sql_compiler.process(expression, include_table=False, literal_binds=True))
    with suppress(Exception):
        return str(DDL.sql_compiler.process(expression, include_table=False))
    return str(expression)


def _text(constraint: Live) -> str:
    with suppress(Exception):
        return str(DDL.process(constraint))
    return str(constraint)


def _column(table: Table, column: Live) -> dict[str, Live]:
    default = column.default
    generated = _generated(column)
    return {
        "name": column.name,
        "type": type_fact(column.type),
        "nullable": bool(column.nullable),
        "primary_key": bool(column.primary_key),
        "autoincrement": _counts(table, column),
        "default": _default_kind(default),
        "default_refused": _is_refused(column),
        "server_default": None if generated else _server_default(column),
        "computed": isinstance(column.computed, Computed),
        "identity": _identity(column),
        "comment": column.comment,
    }


def _counts(table: Live, column: Live) -> bool:
    """Whether the database numbers the rows; SQLite does in a key that it calls INTEGER, and in no other."""
    if column is not table._autoincrement_column:
        return False
    return dialect.name() != "sqlite" or ddl(as_variant(column.type)) == "INTEGER"


def _generated(column: Live) -> bool:
    return column.computed is not None or column.identity is not None


def _identity(column: Live) -> str | None:
    # the others have none: SQLAlchemy leaves it out
    if not isinstance(column.identity, Identity) or dialect.name() != "postgresql":
        return None
    return "always" if column.identity.always else "by default"


def _default_kind(default: Live) -> str | None:
    if default is None:
        return None
    if isinstance(default, Sequence):
        return "sequence" if dialect.name() == "postgresql" else None
    if getattr(default, "is_callable", False):
        return "callable"
    return "scalar" if getattr(default, "is_scalar", False) else "sql"


def _is_refused(column: Live) -> bool:
    """Whether a default is a constant that the column's own type refuses, or has to be had from a server."""
    if getattr(column.default, "is_callable", False):
        return asks_a_server(column.default.arg)
    if not getattr(column.default, "is_scalar", False):
        return False
    value = column.default.arg
    with suppress(Exception):
        bind = as_variant(column.type).bind_processor(DIALECT)
        try:
            value = bind(value) if bind else value
        except Exception:
            return True
    return is_no_value(value)


def is_no_value(value: Live) -> bool:
    """Whether this is code or a part of a table's definition, which was given as a value by mistake."""
    return isinstance(value, (*_CODE, SchemaItem, TypeEngine))


def _server_default(column: Live) -> str | None:
    default = column.server_default
    if default is None:
        return None
    if isinstance(default, DefaultClause):
        with suppress(Exception):
            return str(DDL.get_column_default_string(column))
        return str(default.arg)
    if isinstance(default, Sequence):
        return f"nextval('{default.name}')"
    return "DEFAULT"


def _foreign_key(constraint: Live) -> dict[str, Live]:
    first = constraint.elements[0]
    try:
        target = first.column.table.key
        target_columns = [e.column.name for e in constraint.elements]
    except Exception:
        target = first.target_fullname.rsplit(".", 1)[0]
        target_columns = [e.target_fullname.rsplit(".", 1)[-1] for e in constraint.elements]
    return {
        "columns": [e.parent.name for e in constraint.elements],
        "target": target,
        "target_columns": target_columns,
        "deferrable": bool(constraint.deferrable),
        "initially_deferred": str(constraint.initially or "").upper() == "DEFERRED",
    }


def _unique(constraint: Live) -> dict[str, Live]:
    return {
        **_keys(constraint.table, list(constraint.columns)),
        "nulls_not_distinct": bool(dialect.options_of(constraint, "nulls_not_distinct")),
    }


def _unique_index(index: Index) -> dict[str, Live]:
    where = dialect.options_of(index, "where")
    return {
        **_keys(index.table, list(index.expressions)),
        "where": sql(where) if where is not None else None,
        "nulls_not_distinct": bool(dialect.options_of(index, "nulls_not_distinct")),
    }


def _keys(table: Live, keys: list[Live]) -> dict[str, list[str]]:
    """What keeps rows apart: columns, and of functions and of columns that are computed, what they are made of."""
    made_of: list[Live] = [
        k.computed.sqltext if isinstance(k, Column) and k.computed is not None else k for k in keys
    ]
    columns: list[str] = []
    for key in made_of:
        if isinstance(key, Column):
            columns.append(key.name)
        else:
            words = set(re.findall(r"\w+", sql(key)))
            columns += [c.name for c in table.columns if c.name in words and c.computed is None]
    functional = any(not isinstance(key, Column) for key in made_of)
    return {
        "columns": list(dict.fromkeys(columns)),
        "expressions": [sql(key) for key in made_of] if functional else [],
    }
