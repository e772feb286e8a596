"""A module of models as plain data, and the small writer that makes Python source of it."""

from __future__ import annotations

import keyword
from dataclasses import dataclass, field
from typing import Literal

Style = Literal["column", "mapped", "table", "imperative", "dataclass"]

HEADER = """\
import datetime as _dt
import decimal as _decimal
import enum as _enum
import typing as _t
import uuid as _uuid

import sqlalchemy as _sa
from sqlalchemy import orm as _orm
from sqlalchemy.dialects import postgresql as _pg
"""
BASES = """

class Upper(_sa.TypeDecorator):
    impl = _sa.String(20)
    cache_ok = True

    def process_bind_param(self, value, dialect):
        return None if value is None else value.upper()


class Cents(_sa.TypeDecorator):
    impl = _sa.Integer
    cache_ok = True

    def process_bind_param(self, value, dialect):
        return None if value is None else int(value * 100)

    def process_result_value(self, value, dialect):
        return None if value is None else _decimal.Decimal(value) / 100


class Base(_orm.DeclarativeBase):
    pass


class DataBase(_orm.MappedAsDataclass, _orm.DeclarativeBase, kw_only=True):
    metadata = Base.metadata
    registry = _orm.registry(metadata=Base.metadata)


_plain = _orm.registry(metadata=Base.metadata)
"""


@dataclass
class Column:
    """A column: `type`, `args` (`Identity()`, a foreign key, …) and `options` are source."""

    attr: str
    name: str
    type: str
    nullable: bool = False
    primary_key: bool = False
    args: list[str] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)

    @property
    def filled(self) -> bool:
        """Whether an INSERT may leave it out although it is NOT NULL."""
        return bool({"default", "server_default"} & set(self.options)) or any(
            one.startswith(("_sa.Identity", "_sa.Computed")) for one in self.args
        )

    def call(self, function: str) -> str:
        """Return the column as a call of `Column` or `mapped_column`."""
        options = {"nullable": str(self.nullable), **self.options}
        if self.primary_key:
            options = {"primary_key": "True", **self.options}
        if function.endswith("mapped_column") and "default" in options:
            options["insert_default"] = options.pop("default")
        given = [repr(self.name), self.type, *self.args, *(f"{k}={v}" for k, v in options.items())]
        return f"{function}({', '.join(given)})"


@dataclass
class Relationship:
    """A relationship along the key of these attributes."""

    name: str
    target: str
    attrs: list[str]
    secondary: str | None = None

    def call(self, owner: str, dataclass_: bool) -> str:
        """Return it as a call of `relationship`."""
        if self.secondary is not None:
            given = f"secondary=lambda: {self.secondary}"
        else:
            keys = ", ".join(f"getattr({owner}, {attr!r})" for attr in self.attrs)
            given = f"foreign_keys=lambda: [{keys}]"
        if dataclass_:
            given += ", init=False"
        elif self.secondary is None:
            given += ", overlaps='*'"
        return f"_orm.relationship(lambda: {self.target}, {given})"


@dataclass
class Model:
    """A mapped class.

    Attributes:
        inherits: Name of the mapped class it extends.
        single: It has no table of its own.
        args: Constraints and indexes, as source.
        mapper_args: Source by name.
        body: More lines of the class.
        most_rows: As many rows as its constraints allow, where fewer than 25.
        abstract: It cannot have rows of its own.
    """

    name: str
    table: str
    style: Style = "column"
    schema: str | None = None
    inherits: str | None = None
    single: bool = False
    columns: list[Column] = field(default_factory=list)
    args: list[str] = field(default_factory=list)
    relationships: list[Relationship] = field(default_factory=list)
    mapper_args: dict[str, str] = field(default_factory=dict)
    body: list[str] = field(default_factory=list)
    most_rows: int | None = None
    abstract: bool = False

    @property
    def key(self) -> str:
        """The table's name as foreign keys write it."""
        return f"{self.schema}.{self.table}" if self.schema else self.table


@dataclass
class Association:
    """A table without a class between two others."""

    name: str
    columns: list[Column]


@dataclass
class Module:
    """All of it."""

    models: list[Model]
    enums: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    associations: list[Association] = field(default_factory=list)

    def most_rows(self) -> dict[str, int]:
        """Return class → how many of 25 rows there must be room for, of those that can have rows."""
        return {one.name: min(one.most_rows or 25, 25) for one in self.models if not one.abstract}


def is_attribute(name: str) -> bool:
    """Tell whether a name can stand left of `=` in a declarative class."""
    return (
        name.isidentifier()
        and not keyword.iskeyword(name)
        and name not in ("metadata", "registry")
        and not name.startswith("__")
    )


def write(module: Module) -> str:
    """Return the module as Python source."""
    parts = [HEADER, BASES]
    for name, members in module.enums.items():
        lines = "\n".join(f"    {member} = {value!r}" for member, value in members)
        parts.append(f"\n\nclass {name}(_enum.Enum):\n{lines}\n")
    for association in module.associations:
        columns = "".join(f"    {one.call('_sa.Column')},\n" for one in association.columns)
        parts.append(f"\n{_variable(association)} = _sa.Table(\n    {association.name!r},\n")
        parts.append(f"    Base.metadata,\n{columns})\n")
    for model in module.models:
        parts.append("\n\n" + (_imperative if model.style == "imperative" else _declarative)(model))
    return "".join(parts)


def _variable(association: Association) -> str:
    return f"_{association.name}_table"


def _table(model: Model) -> str:
    given = [one.call("_sa.Column") for one in model.columns] + model.args
    lines = "".join(f"        {one},\n" for one in given)
    schema = f"        schema={model.schema!r},\n" if model.schema else ""
    return f"_sa.Table(\n        {model.table!r},\n        Base.metadata,\n{lines}{schema}    )"


def _declarative(model: Model) -> str:
    dataclass_ = model.style == "dataclass"
    base = model.inherits or ("DataBase" if dataclass_ else "Base")
    lines = [f"class {model.name}({base}):"]
    if model.style == "table":
        lines.append(f"    __table__ = {_table(model)}")
    else:
        if not model.single:
            lines.append(f"    __tablename__ = {model.table!r}")
        options = f"{{'schema': {model.schema!r}}}" if model.schema else "{}"
        if model.args or model.schema:
            lines.append(f"    __table_args__ = ({''.join(f'{one}, ' for one in model.args)}{options})")
        lines += [f"    {_attribute(one, model.style)}" for one in model.columns]
    if model.mapper_args:
        given = ", ".join(f"{name!r}: {value}" for name, value in model.mapper_args.items())
        lines.append(f"    __mapper_args__ = {{{given}}}")
    for one in model.relationships:
        of = f"_t.List[{one.target!r}]" if one.secondary else f"{one.target!r}"
        annotation = f": _orm.Mapped[{of}]" if dataclass_ else ""
        lines.append(f"    {one.name}{annotation} = {one.call(model.name, dataclass_)}")
    lines += [f"    {line}" for line in model.body]
    return "\n".join(lines) + "\n"


def _attribute(column: Column, style: Style) -> str:
    if style == "column":
        return f"{column.attr} = {column.call('_sa.Column')}"
    call = column.call("_orm.mapped_column")
    if style == "dataclass":
        left_out = column.filled or "autoincrement" in column.options
        call = call[:-1] + (", init=False)" if left_out else ", default=None)" if column.nullable else ")")
    return f"{column.attr}: _orm.Mapped[_t.Any] = {call}"


def _imperative(model: Model) -> str:
    body = "".join(f"    {line}\n" for line in model.body) or "    pass\n"
    properties = ", ".join(f"{one.name!r}: {one.call(model.name, False)}" for one in model.relationships)
    given = f", properties={{{properties}}}" if properties else ""
    table = _table(model).replace("\n    ", "\n")
    return f"class {model.name}:\n{body}\n\n_plain.map_imperatively({model.name}, {table}{given})\n"
