"""Short ways to write a ``Schema`` down, and to evaluate the code a plan holds."""

from __future__ import annotations

from functools import partial
from itertools import count, cycle
from typing import Any

from faker import Faker
from polyfactory import PostGenerated, Use

from tcgen.ir.plan import FactoryPlan
from tcgen.ir.project import Project
from tcgen.ir.schema import (
    AttributeFact,
    CheckFact,
    ColumnFact,
    ConstructorFact,
    EnumFact,
    Environment,
    ForeignKeyFact,
    ImportRef,
    MapperFact,
    MetadataFact,
    RelationshipFact,
    Schema,
    TableFact,
    TypeFact,
    UniqueFact,
)
from tcgen.plan.constraints.attribute import Attribute
from tcgen.plan.constraints.limits import Limits
from tcgen.plan.constraints.regex import spelled
from tcgen.plan.factories.build import plan_factories
from tcgen.plan.source.code import Code

MODULE = "app.models"

INTEGER = TypeFact(name="Integer", module="sqlalchemy", bases=("Integer",), ddl="INTEGER", python_type="int")
BOOLEAN = TypeFact(name="Boolean", module="sqlalchemy", bases=("Boolean",), ddl="BOOLEAN")
TEXT = TypeFact(name="Text", module="sqlalchemy", bases=("Text", "String"), ddl="TEXT", python_type="str")
UUID = TypeFact(name="Uuid", module="sqlalchemy", bases=("Uuid",), ddl="UUID", as_uuid=True)


def of_type(*bases: str, ddl: str | None = None, **fields: Any) -> TypeFact:
    """A type of SQLAlchemy's own."""
    name = bases[0] if bases else "Unknown"
    return TypeFact(name=name, module="sqlalchemy", bases=bases, ddl=ddl, **fields)


def string(length: int | None = None) -> TypeFact:
    """``String(length)``."""
    return of_type(
        "String", ddl="VARCHAR" if length is None else f"VARCHAR({length})", length=length, python_type="str"
    )


def enumeration(*values: str, cls: str | None = None) -> TypeFact:
    """``Enum``, of a Python class with upper-case members or of plain strings."""
    reference = ImportRef(module="app.kinds", qualname=cls) if cls else None
    members = tuple(value.upper() for value in values) if cls else ()
    return of_type("Enum", "String", enum=EnumFact(values=values, cls=reference, members=members))


def column(name: str, type_: TypeFact = INTEGER, **fields: Any) -> ColumnFact:
    """A NOT NULL column."""
    return ColumnFact(name=name, type=type_, nullable=fields.pop("nullable", False), **fields)


def key(name: str = "id", type_: TypeFact = INTEGER, **fields: Any) -> ColumnFact:
    """A primary key the database numbers."""
    return column(name, type_, primary_key=True, autoincrement=fields.pop("autoincrement", True), **fields)


def foreign(columns: str, target: str, target_columns: str = "id") -> ForeignKeyFact:
    """A foreign key; names separated by spaces."""
    return ForeignKeyFact(
        columns=tuple(columns.split()), target=target, target_columns=tuple(target_columns.split())
    )


def table(name: str, *columns: ColumnFact, schema: str | None = None, **fields: Any) -> TableFact:
    """A table; ``uniques`` and ``checks`` may be given as plain strings."""
    uniques = tuple(
        UniqueFact(columns=tuple(one.split())) if isinstance(one, str) else one
        for one in fields.pop("uniques", ())
    )
    checks = tuple(CheckFact(name=None, sql=one) for one in fields.pop("checks", ()))
    return TableFact(
        key=f"{schema}.{name}" if schema else name,
        name=name,
        schema_name=schema,
        columns=columns,
        primary_key=tuple(one.name for one in columns if one.primary_key),
        uniques=uniques,
        checks=checks,
        **fields,
    )


def ref(qualname: str, module: str = MODULE) -> ImportRef:
    """A class of the project's."""
    return ImportRef(module=module, qualname=qualname)


def mapper(qualname: str, *tables: TableFact, module: str = MODULE, **fields: Any) -> MapperFact:
    """A class mapped to a table, or by joined inheritance to several, the root's first.

    ``names``: column → attribute, where they differ.
    """
    names = fields.pop("names", {})
    attributes: dict[str, list[tuple[str, str]]] = {}
    for one in reversed(tables):  # as SQLAlchemy lists them: the most derived first
        for each in one.columns:
            attributes.setdefault(names.get(each.name, each.name), []).append((one.key, each.name))
    return MapperFact(
        cls=ref(qualname, module),
        table=tables[-1].key,
        tables=tuple(one.key for one in tables),
        attributes=tuple(AttributeFact(key=name, columns=tuple(of)) for name, of in attributes.items()),
        constructor=fields.pop("constructor", ConstructorFact(kind="declarative", accepts_any=True)),
        **fields,
    )


def many_to_one(name: str, target: str, pairs: dict[str, str], **fields: Any) -> RelationshipFact:
    """A relationship along a foreign key."""
    return RelationshipFact(
        key=name,
        target=ref(target),
        direction="MANYTOONE",
        uselist=False,
        pairs=tuple(pairs.items()),
        **fields,
    )


def schema(tables: list[TableFact], mappers: list[MapperFact], **fields: Any) -> Schema:
    """What the probe would answer."""
    return Schema(
        environment=fields.pop("environment", Environment(python="3.11.4", sqlalchemy="2.0.36")),
        metadatas=fields.pop(
            "metadatas",
            (MetadataFact(ref=ref("Base.metadata"), tables=tuple(one.key for one in tables)),),
        ),
        tables=tuple(tables),
        mappers=tuple(mappers),
        **fields,
    )


def project(**fields: Any) -> Project:
    """What discover would answer."""
    return Project(**{"root": "/srv/app", "name": "app", "python": "/usr/bin/python3", **fields})


def factories(
    tables: list[TableFact], mappers: list[MapperFact], providers: dict[str, str] | None = None
) -> dict[str, FactoryPlan]:
    """Class name → factory."""
    planned, _ = plan_factories(schema(tables, mappers), ("app",), providers or {})
    return {one.model: one for one in planned}


def remarks(tables: list[TableFact], mappers: list[MapperFact]) -> list[str]:
    """Codes of what the planner had to say."""
    return [one.code for one in plan_factories(schema(tables, mappers), ("app",), {})[1]]


def fields_of(factory: FactoryPlan) -> dict[str, str]:
    """Attribute → code, in one line."""
    return {one.name: " ".join(one.code.split()) for one in factory.fields}


def attribute(
    type_: TypeFact,
    name: str = "value",
    *,
    limits: Limits | None = None,
    distinct: bool = False,
    **fields: Any,
) -> Attribute:
    """An attribute of a column of the same name."""
    cycled = fields.pop("cycled", False)
    return Attribute(
        name, "things", column(name, type_, **fields), limits or Limits(), distinct=distinct, cycled=cycled
    )


def short_text(number: int, length: int) -> str:
    """As the generated suite has it."""
    digits, text = "abcdefghijklmnopqrstuvwxyz0123456789", ""
    while number and len(text) < length:
        number, rest = divmod(number, len(digits))
        text = digits[rest] + text
    return text


def values_of(code: Code | str, times: int = 30, **names: Any) -> list[Any]:
    """Evaluate a provider as a factory would, several times."""
    scope: dict[str, Any] = {
        "Use": Use,
        "PostGenerated": PostGenerated,
        "fake": Faker(),
        "serial": count(1001),
        "short_text": short_text,
        "spelled": spelled,
        "in_turn": lambda values: partial(next, cycle(values)),
        **names,
    }
    text = code
    if isinstance(code, Code):
        for line in code.imports:
            exec(line, scope)
        text = code.text
    made = eval(str(text), scope)
    return [made.to_value() if isinstance(made, Use) else made for _ in range(times)]
