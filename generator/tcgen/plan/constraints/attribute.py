"""One mapped attribute as the planner sees it: the column, and all that is asked of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tcgen.ir.base import ImportRef
from tcgen.ir.schema import ColumnFact, Dialect, MapperFact, Schema, TableFact, TypeFact
from tcgen.plan.constraints.limits import Limits
from tcgen.plan.constraints.unique_keys import wanted_of_parents

WHOLE = {"Integer", "SmallInteger", "BigInteger", "INTEGER", "SMALLINT", "BIGINT"}


@dataclass(frozen=True)
class Attribute:
    """A mapped column attribute and its column.

    Attributes:
        name: The attribute on the class.
        table: Key of the column's table.
        column: The column; of an attribute mapped to several, the one of the most derived table.
        limits: What CHECK constraints ask.
        distinct: Every row needs a value of its own.
        cycled: Rows take its few values in turn.
    """

    name: str
    table: str
    column: ColumnFact
    limits: Limits = Limits()
    distinct: bool = False
    cycled: bool = False

    @property
    def type(self) -> TypeFact:
        """The column's type."""
        return self.column.type

    @property
    def filled(self) -> bool:
        """Whether the database or the model gives it a value when nobody else does."""
        column = self.column
        return not column.default_refused and bool(
            column.autoincrement
            or column.computed
            or column.identity
            or column.default is not None
            or column.server_default is not None
        )

    @property
    def required(self) -> bool:
        """Whether an INSERT without it would fail."""
        column = self.column
        return not self.filled and (
            not column.nullable or column.primary_key or column.default_refused or column.type.not_null
        )


class Tables:
    """Tables and mappers by name, with the look-ups the planner needs."""

    def __init__(self, schema: Schema) -> None:
        self.tables: dict[str, TableFact] = {table.key: table for table in schema.tables}
        tightened = _tightened(schema)
        copied = _copied(schema)
        self.columns: dict[tuple[str, str], ColumnFact] = {
            (table.key, column.name): column.model_copy(update={"nullable": False})
            if (table.name, column.name) in tightened or (table.key, column.name) in copied
            else column
            for table in schema.tables
            for column in table.columns
        }
        self.mappers: tuple[MapperFact, ...] = schema.mappers
        # each of thousands of classes asks for those of its foreign keys
        self._by_class = {mapper.cls: mapper for mapper in schema.mappers}
        self._reachable = {mapper.cls: mapper for mapper in reversed(schema.mappers) if mapper.reachable}
        self._owners = _owners(mapper for mapper in schema.mappers if mapper.reachable)
        self.dialect: Dialect = schema.dialect
        self.wanted = wanted_of_parents(schema.tables)

    def attributes(self, mapper: MapperFact) -> dict[str, list[Attribute]]:
        """Return the mapper's attributes, each with all columns it stands for."""
        found: dict[str, list[Attribute]] = {}
        for attribute in mapper.attributes:
            for table, column in attribute.columns:
                fact = self.columns.get((table, column))
                if fact is not None and table in mapper.tables:
                    if attribute.key in mapper.without_default:
                        fact = fact.model_copy(update={"default_refused": True})
                    found.setdefault(attribute.key, []).append(Attribute(attribute.key, table, fact))
        return found

    def reachable(self, cls: ImportRef) -> MapperFact | None:
        """Return a class that can have rows, by its reference."""
        return self._reachable.get(cls)

    def is_a(self, mapper: MapperFact, cls: ImportRef) -> bool:
        """Tell whether a class is another one or inherits from it."""
        step: MapperFact | None = mapper
        while step is not None and step.cls != cls:
            step = self._by_class.get(step.inherits) if step.inherits else None
        return step is not None

    def owner(self, table: str) -> MapperFact | None:
        """Return the class whose factory makes rows of a table: the most general that can have any."""
        return self._owners.get(table)


def _owners(reachable: Iterable[MapperFact]) -> dict[str, MapperFact]:
    """Return the most general class of each table: one whose rows are its own, before one that has a part in them."""
    ranked = sorted(reachable, key=lambda one: (one.inherits is not None, one.cls.dotted))
    found: dict[str, MapperFact] = {}
    for mapper in ranked:
        found.setdefault(mapper.table, mapper)
    for mapper in ranked:
        for table in mapper.tables:
            found.setdefault(table, mapper)
    return found


def _tightened(schema: Schema) -> set[tuple[str, str]]:
    """Return columns that are NOT NULL in the database the migrations make, though not in the models."""
    alembic = schema.alembic
    return set() if alembic is None else set(alembic.not_null)


def _copied(schema: Schema) -> set[tuple[str, str]]:
    """Return columns that may be NULL, and are copied into foreign keys that may not."""
    tables = {table.key: table for table in schema.tables}
    found: set[tuple[str, str]] = set()
    for table in schema.tables:
        needed = {column.name for column in table.columns if not column.nullable or column.primary_key}
        for key in table.foreign_keys:
            if key.target in tables and set(key.columns) <= needed:
                # one that is a foreign key itself would ask for a row more, and that perhaps for this one
                further = {name for other in tables[key.target].foreign_keys for name in other.columns}
                found |= {(key.target, name) for name in key.target_columns if name not in further}
    return found


def is_whole(fact: TypeFact) -> bool:
    """Tell whether a type holds whole numbers only."""
    return bool(WHOLE & set(fact.bases)) or bool(fact.impl and is_whole(fact.impl))
