"""What there is to say of columns whose values or types the database may refuse."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tcgen.ir.diagnostics import Diagnostic
from tcgen.ir.schema import TITLES, Dialect, TypeFact
from tcgen.plan.constraints.attribute import Attribute
from tcgen.plan.constraints.type_parts import innermost
from tcgen.plan.source.code import Code

_NO_TYPE = re.compile(r"(BINARY|VARBINARY|BLOB|CLOB|NVARCHAR|DATETIME|DOUBLE)(\(|$)|TEXT\(")


def remarks(
    cls: str, attributes: Mapping[str, Attribute], values: Mapping[str, Code], dialect: Dialect
) -> Iterator[Diagnostic]:
    """Give a note for each value that is a guess, and each type the database has not.

    Args:
        cls: Dotted name of the mapped class.
        attributes: All its attributes.
        values: Those that get a value.
        dialect: Of the database.
    """
    for name, attribute in attributes.items():
        if not _exists(attribute.type, dialect):
            yield Diagnostic(
                level="note",
                code="type-not-in-database",
                message=f"{cls}.{name}: {TITLES[dialect]} has no type {_written(attribute.type)}",
                hint=f'give the column one: .with_variant(…, "{dialect}")',
            )
        elif name in values and values[name].caveat:
            yield Diagnostic(
                level="note",
                code="type-unknown",
                message=f"{cls}.{name}: {values[name].caveat}; its factory guesses {values[name].text}",
                hint=f'say what it takes: [tool.tcgen.providers] "{cls}.{name}" = "an expression"',
            )


def _exists(fact: TypeFact, dialect: Dialect) -> bool:
    inner = innermost(fact)
    # SQLite takes a type of any name, and MySQL has these
    return inner.ddl is not None and (dialect != "postgresql" or not _NO_TYPE.match(inner.ddl))


def _written(fact: TypeFact) -> str:
    inner = innermost(fact)
    return inner.ddl or f"for {inner.module}.{inner.name}"
