"""What the database that the migrations make demands, and the models do not say."""

from __future__ import annotations

from tcgen.ir.base import Frozen
from tcgen.ir.schema import CheckFact, ForeignKeyFact, UniqueFact


class TableDrift(Frozen):
    """What one table demands beyond its model.

    Attributes:
        table: Its key, as ``TableFact.key``.
        not_null: Columns that must have a value.
        generated: Columns that must have none.
        booleans: Columns of truth values that the model has numbers for.
        takes_no_rows: It is a view that nothing can be inserted into.
        excludes: Exclusion constraints, as PostgreSQL writes them.
        rules: Triggers and row-level security, by name: they may change rows, or refuse them.
    """

    table: str
    not_null: tuple[str, ...] = ()
    generated: tuple[str, ...] = ()
    booleans: tuple[str, ...] = ()
    takes_no_rows: bool = False
    foreign_keys: tuple[ForeignKeyFact, ...] = ()
    uniques: tuple[UniqueFact, ...] = ()
    checks: tuple[CheckFact, ...] = ()
    excludes: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()

    @property
    def demands(self) -> bool:
        """Whether it says anything that a row has to heed."""
        return self.model_copy(update={"rules": ()}) != TableDrift(table=self.table)


class DatabaseFindings(Frozen):
    """What was found out by running the migrations.

    Attributes:
        migrations_error: Revisions and reason of a failure for which the tables come from the models; else "".
        drift: What the tables demand beyond the models.
        not_made: Keys of tables of the models that the migrations do not make.
        differences: What autogenerate found, as the suite's own test says it.
        refused_migrations: Name of a test of the migrations that failed → the reason.
    """

    migrations_error: str = ""
    drift: tuple[TableDrift, ...] = ()
    not_made: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()
    refused_migrations: dict[str, str] = {}


class _Row(Frozen):
    schema_name: str | None
    table: str

    @property
    def key(self) -> str:
        """The table's key, as ``TableFact.key``."""
        return _key(self.schema_name, self.table)


class RelationRow(_Row):
    """A table or view; ``insertable``: rows can be put into it."""

    insertable: bool


class ColumnRow(_Row):
    """A column.

    Attributes:
        length: Most characters it takes, where there is a limit.
        generated: The database computes it.
        boolean: It holds truth values.
        labels: Of an enum type.
    """

    name: str
    not_null: bool
    length: int | None
    generated: bool = False
    boolean: bool = False
    labels: tuple[str, ...] = ()


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


class DomainRow(_Row):
    """A column of a domain; its ``checks`` are conditions on ``VALUE``."""

    name: str
    checks: tuple[str, ...]


class PartitionRow(_Row):
    """What the rows of one partition are like; None where that is not said."""

    sql: str | None


class ExclusionRow(_Row):
    """An exclusion constraint, as PostgreSQL writes it."""

    sql: str


class RuleRow(_Row):
    """A trigger, by name, or row-level security."""

    rule: str


class UniqueRow(_Row):
    """A unique constraint or index whose keys are plain columns."""

    columns: tuple[str, ...]
    where: str | None


class DatabaseCatalog(Frozen):
    """What the database's catalogue says, as ``verify/plugins/make_schema.py`` writes it."""

    relations: tuple[RelationRow, ...]
    columns: tuple[ColumnRow, ...]
    foreign_keys: tuple[ForeignKeyRow, ...]
    checks: tuple[CheckRow, ...]
    uniques: tuple[UniqueRow, ...]
    domains: tuple[DomainRow, ...] = ()
    partitions: tuple[PartitionRow, ...] = ()
    exclusions: tuple[ExclusionRow, ...] = ()
    rules: tuple[RuleRow, ...] = ()


def _key(schema: str | None, table: str) -> str:
    return f"{schema}.{table}" if schema else table
