"""Names in a factory's module do not hide each other."""

from __future__ import annotations

import ast

import pytest
from plan_builders import TEXT, column, enumeration, factories, key, mapper, of_type, table

from tcgen.ir.base import ImportRef
from tcgen.ir.plan import FactoryPlan
from tcgen.ir.schema import EnumFact
from tcgen.plan.source.code import Code
from tcgen.plan.source.imports import apart, names_in

DATE = of_type("Date", ddl="DATE", python_type="date")
MONEY = of_type("Numeric", ddl="NUMERIC(10, 2)", precision=10, scale=2)


def bound(factory: FactoryPlan) -> list[str]:
    """Return every name the imports of a factory's module bind, as often as they do."""
    source = "\n".join(factory.imports)
    statements = [one for one in ast.walk(ast.parse(source)) if isinstance(one, ast.ImportFrom)]
    return [alias.asname or alias.name for one in statements for alias in one.names]


@pytest.mark.parametrize(
    "name", ["date", "Decimal", "fake", "serial", "Use", "ModelFactory", "timedelta", "list", "UUID"]
)
def test_a_model_called_like_something_of_the_factory(name: str) -> None:
    things = table(
        "things", key(), column("day", DATE), column("price", MONEY), column("s", TEXT), uniques=["day"]
    )
    (made,) = factories([things], [mapper(name, things)]).values()
    assert len(bound(made)) == len(set(bound(made)))
    assert made.model == f"{name}Model"


def test_a_model_and_an_enum_of_the_same_name() -> None:
    things = table("things", key(), column("status", enumeration("new", "old", cls="Status")))
    (made,) = factories([things], [mapper("Status", things)]).values()
    assert len(bound(made)) == len(set(bound(made)))
    assert made.model in bound(made)


def test_two_enums_of_the_same_name() -> None:
    other = of_type(
        "Enum",
        "String",
        enum=EnumFact(
            values=("x", "y"), cls=ImportRef(module="app.other", qualname="Kind"), members=("X", "Y")
        ),
    )
    first = enumeration("new", "old", cls="Kind")
    things = table("things", key(), column("a", first), column("b", other))
    (made,) = factories([things], [mapper("Thing", things)]).values()
    assert len(bound(made)) == len(set(bound(made)))
    used = {name for field in made.fields for name in names_in(field.code)}
    assert used - {"Use", "fake", "list"} <= set(bound(made))


def test_an_enum_called_like_something_of_the_factory() -> None:
    code = Code("Use(fake.random_element, list(date))", frozenset({"from app.kinds import date"}))
    renamed = apart({"day": code}, {})["day"]
    assert renamed.text == "Use(fake.random_element, list(dateType))"
    assert renamed.imports == {"from app.kinds import date as dateType"}


def test_a_field_called_like_a_helper_imports_nothing() -> None:
    things = table("things", key(), column("fake"), column("b"), checks=["fake < b", "fake BETWEEN 1 AND 1"])
    (made,) = factories([things], [mapper("Thing", things)]).values()
    assert "fake" not in bound(made)
