"""What the database that the migrations make demands, and the models do not say."""

from __future__ import annotations

from tcgen.ir.base import Frozen
from tcgen.ir.schema import CheckFact, ForeignKeyFact, UniqueFact


class TableDrift(Frozen):
    """What one table demands beyond its model.

    Attributes:
        table: Its key, as ``TableFact.key``.
        not_null: Columns that must have a value.
    """

    table: str
    not_null: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKeyFact, ...] = ()
    uniques: tuple[UniqueFact, ...] = ()
    checks: tuple[CheckFact, ...] = ()


class _Row(Frozen):
    schema_name: str | None
    table: str

    @property
    def key(self) -> str:
        """The table's key, as ``TableFact.key``."""
        return _key(self.schema_name, self.table)


class ColumnRow(_Row):
    """A column; ``length`` is the most characters it takes, where there is a limit."""

    name: str
    not_null: bool
    length: int | None


class ForeignKeyRow(_Row):
    """A foreign key."""

    columns: tuple[str, ...]
    target_schema: str | None
    target: str
    target_columns: tuple[str, ...]

    @property
    def fact(self) -> ForeignKeyFact:
        """The same as the probe would say it of a model."""
        target = _key(self.target_schema, self.target)
        return ForeignKeyFact(columns=self.columns, target=target, target_columns=self.target_columns)


class CheckRow(_Row):
    """A CHECK constraint, as PostgreSQL writes it."""

    name: str
    sql: str


class UniqueRow(_Row):
    """A unique constraint or index whose keys are plain columns."""

    columns: tuple[str, ...]
    where: str | None


class DatabaseCatalog(Frozen):
    """What PostgreSQL's catalogue says, as ``verify/plugins/make_schema.py`` writes it."""

    columns: tuple[ColumnRow, ...]
    foreign_keys: tuple[ForeignKeyRow, ...]
    checks: tuple[CheckRow, ...]
    uniques: tuple[UniqueRow, ...]


def _key(schema: str | None, table: str) -> str:
    return f"{schema}.{table}" if schema else table
