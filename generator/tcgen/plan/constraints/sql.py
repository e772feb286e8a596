"""Conditions in other dialects, and the node of a parsed one, under a name that type checkers let us import."""

from __future__ import annotations

from typing import cast

import sqlglot
from sqlglot import expressions as e
from sqlglot.errors import SqlglotError
from sqlglot.expressions import Expression  # pyright: ignore[reportPrivateImportUsage]

__all__ = ["Expression", "as_postgresql"]


def as_postgresql(sql: str) -> str:
    """Return a condition of MySQL's as PostgreSQL would have it; one that cannot be read as it is."""
    try:
        condition = cast("Expression", sqlglot.parse_one(sql, read="mysql"))
    except SqlglotError:
        return sql
    # _utf8mb4'text' is a text
    for one in [*condition.find_all(e.Introducer)]:
        one.replace(one.expression)
    return condition.sql(dialect="postgres")
