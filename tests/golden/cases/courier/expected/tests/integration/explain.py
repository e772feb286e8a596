"""Says what refused a row, and where to write a value that is taken."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from textwrap import indent
from traceback import walk_tb
from typing import Any

import pytest
from sqlalchemy import CheckConstraint
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import class_mapper

from .factories.base import ModelFactory, is_factory, label_of, model_of

# The connection, a right or a policy, a column, a table, resources, the server's end:
# SQLSTATEs, or their first digits, where no value is at fault.
NOT_OF_VALUES = ("08", "42501", "42703", "42P01", "53", "57")
# the server
LOST = (InterfaceError, OperationalError, OSError)


@contextmanager
def explained(factory: type[ModelFactory[Any]]) -> Generator[None]:
    """Fail with what refused the row; the factory called by itself shows where."""
    try:
        yield
    except Exception as error:
        refusal: Any = getattr(error, "orig", None) or error
        state, column, constraint = _reported(refusal)
        if isinstance(error, LOST) or (state or "").startswith(NOT_OF_VALUES):
            raise
        steps = [frame.f_locals for frame, _ in walk_tb(error.__traceback__)]
        factories = [step["cls"] for step in steps if is_factory(step.get("cls"))]
        factory = (factories or [factory])[-1]  # it may have been a parent's
        columns = _columns(model_of(factory), column, constraint, steps)
        message = _message(factory, columns, refusal)
        raise pytest.fail.Exception(message, pytrace=False) from None


def _reported(refusal: Any) -> tuple[str | None, str | None, str | None]:
    """Return what the driver says: the SQLSTATE, the column, the constraint."""
    report = getattr(refusal, "diag", refusal)
    return (
        getattr(report, "sqlstate", None),
        getattr(report, "column_name", None),
        getattr(report, "constraint_name", None),
    )


def _columns(
    model: type[Any], column: str | None, constraint: str | None, steps: list[Any]
) -> set[str]:
    """Return the names of columns or attributes that may be at fault."""
    if column:
        return {column}
    if not constraint:  # a type or a validator: SQLAlchemy calls both with a name
        held = [step.get(name) for step in steps for name in ("k", "key")]
        return set([name for name in held if isinstance(name, str)][-1:])
    mapper: Any = class_mapper(model)
    for table in mapper.tables:
        rules: list[Any] = [*table.constraints, *table.indexes]
        for rule in rules:
            if rule.name == constraint and isinstance(rule, CheckConstraint):
                return set(re.findall(r"\w+", str(rule.sqltext)))
            if rule.name == constraint:
                return {one.name for one in rule.columns}
    named = {one.name for one in mapper.columns}
    return {name for name in named if f"_{name}_" in f"_{constraint}_"}


def _message(
    factory: type[ModelFactory[Any]], columns: set[str], refusal: Exception
) -> str:
    label = label_of(factory)
    attributes = class_mapper(model_of(factory)).column_attrs
    found = [
        attribute.key
        for attribute in attributes
        if columns & {attribute.key, *(column.name for column in attribute.columns)}
    ]
    lines = [
        f"{label}: {', '.join(found) or 'a value'} refused by",
        indent(f"{type(refusal).__name__}: {refusal}".strip(), "  "),
        "A value for it goes into pyproject.toml; `tcgen verify` looks for one:",
        "  [tool.tcgen.providers]",
        *(f'  "{label}.{name}" = "…"' for name in found or ["ATTRIBUTE"]),
    ]
    return "\n".join(lines)
