"""Columns that a CHECK compares, and rows that need rows of a table with room for few."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from plan_builders import (
    INTEGER,
    column,
    enumeration,
    factories,
    fields_of,
    foreign,
    key,
    mapper,
    of_type,
    table,
    values_of,
)
from polyfactory import PostGenerated

from tcgen.ir.schema import ColumnFact, TableFact
from tcgen.plan.factories.capacity import capacities

NUMERIC = of_type("Numeric", ddl="NUMERIC(10, 2)", precision=10, scale=2, python_type="Decimal")
SMALL = of_type("Numeric", ddl="NUMERIC(3, 2)", precision=3, scale=2, python_type="Decimal")
DATE = of_type("Date", ddl="DATE", python_type="date")


def rows(things: TableFact, times: int = 40) -> list[dict[str, Any]]:
    """Make rows as the generated factory would."""
    made = fields_of(factories([things], [mapper("Thing", things)])["Thing"])
    from datetime import date, timedelta

    names = {"Decimal": Decimal, "date": date, "timedelta": timedelta, "SimpleNamespace": SimpleNamespace}
    found: list[dict[str, Any]] = [{} for _ in range(times)]
    for name, code in made.items():
        for row, value in zip(found, values_of(code, times, **names), strict=True):
            row[name] = value
    for row in found:
        for name, value in row.items():
            if isinstance(value, PostGenerated):
                row[name] = value.to_value(name, row)
    return found


def pair(type_: Any, check: str, **fields: Any) -> TableFact:
    return table("things", key(), column("a", type_), column("b", type_), checks=[check], **fields)


CHECKS = ["a < b", "a <= b", "a > b", "a >= b", "a <> b", "a = b", "a > b + 1", "a + b > 3", "b - a >= 2"]


def assert_true_for(check: str, things: TableFact) -> None:
    condition = check.replace("<>", "!=").replace("a = b", "a == b")
    for row in rows(things):
        assert eval(condition, {}, {"a": row["a"], "b": row["b"]}), (check, row)


@pytest.mark.parametrize("type_", [INTEGER, NUMERIC], ids=["integer", "numeric"])
@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("unique", [(), ("a",), ("b",), ("a", "b")], ids=["none", "a", "b", "both"])
def test_numbers_compared(type_: Any, check: str, unique: tuple[str, ...]) -> None:
    assert_true_for(check, pair(type_, check, uniques=unique))


@pytest.mark.parametrize("check", CHECKS)
def test_numbers_with_little_room_compared(check: str) -> None:
    assert_true_for(check, pair(SMALL, check))


def test_a_sum() -> None:
    things = table(
        "things",
        key(),
        *(column(name, NUMERIC) for name in ("net", "tax", "total")),
        checks=["total = net + tax", "net > 10"],
    )
    for row in rows(things):
        assert row["total"] == row["net"] + row["tax"]
        assert row["net"] > 10


def test_dates_and_chains() -> None:
    names = ("third", "second", "first")
    things = table(
        "things", key(), *(column(name, DATE) for name in names), checks=["first < second", "second < third"]
    )
    for row in rows(things):
        assert row["first"] < row["second"] < row["third"]


def test_the_greater_stays_within_its_own_bounds() -> None:
    for row in rows(pair(INTEGER, "a < b AND b <= 5 AND a >= 1")):
        assert 1 <= row["a"] < row["b"] <= 5


def child(name: str, *links: str) -> TableFact:
    columns: list[ColumnFact] = [column(f"{link}_{number}") for number, link in enumerate(links)]
    keys = tuple(foreign(f"{link}_{number}", link) for number, link in enumerate(links))
    return table(name, key(), *columns, foreign_keys=keys)


def test_rows_that_need_one_of_few() -> None:
    kinds = table("kinds", key(), column("name", enumeration("x", "y", "z", "u")), uniques=["name"])
    tables = [
        kinds,
        child("once", "kinds"),
        child("twice", "kinds", "kinds"),
        child("through", "twice", "once"),
    ]
    made = factories(tables, [mapper(one.name.capitalize(), one) for one in tables])
    assert {name: one.most_rows for name, one in made.items()} == {
        "Kinds": 4,
        "Once": 4,
        "Twice": 2,
        "Through": 1,
    }


def test_rooms_without_bounds() -> None:
    assert capacities({"a": None, "b": None}, {"b": ["a"]}) == {"a": None, "b": None}
    assert capacities({"a": 1, "b": None}, {"b": ["a", "a"]})["b"] == 1
