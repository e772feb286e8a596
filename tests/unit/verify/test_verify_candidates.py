"""Values worth trying: expressions a factory can evaluate, the likeliest first, none too many."""

from __future__ import annotations

import itertools

import pytest
from faker import Faker
from polyfactory import PostGenerated, Use

from tcgen.ir.schema import ColumnFact, TypeFact
from tcgen.verify.candidates import candidates

KINDS = {
    "VARCHAR(30)": ("String",),
    "INTEGER": ("Integer",),
    "NUMERIC(8, 2)": ("Numeric",),
    "FLOAT": ("Float",),
    "TIMESTAMP": ("DateTime",),
    "DATE": ("Date",),
    "TIME": ("Time",),
    "INTERVAL": ("Interval",),
    "BOOLEAN": ("Boolean",),
    "UUID": ("Uuid",),
    "JSONB": ("JSONB", "JSON"),
    "TEXT[]": ("ARRAY",),
    "BYTEA": ("LargeBinary",),
    "POINT": ("Point",),
}


def column(ddl: str, **fields: object) -> ColumnFact:
    type_ = TypeFact(name="T", module="m", bases=KINDS[ddl], ddl=ddl)
    return ColumnFact.model_validate({"name": "c", "type": type_, "nullable": False} | fields)


@pytest.mark.parametrize("ddl", KINDS)
def test_every_candidate_can_be_evaluated(ddl: str) -> None:
    found = candidates(column(ddl), ["c IN ('it''s {a}', \"b\") AND c > 41 OR c < -0.5"])
    names = {"Use": Use, "PostGenerated": PostGenerated, "fake": Faker(), "serial": itertools.count(1001)}
    assert 1 <= len(found) <= 300
    assert len(set(found)) == len(found)
    for code in found:
        value = eval(code, dict(names))
        if isinstance(value, Use):
            value.to_value()


def test_what_the_hints_mention_comes_first() -> None:
    assert candidates(column("VARCHAR(30)"), ["left(c, 3) = 'DE-'"])[:2] == (
        '"DE-"',
        'Use(lambda: f"DE-{next(serial)}")',
    )
    assert candidates(column("INTEGER"), ["c % 37 = 4711"])[:6] == ("37", "38", "36", "4711", "4712", "4710")


def test_nothing_longer_than_the_column() -> None:
    short = ColumnFact(
        name="c", type=TypeFact(name="S", module="m", bases=("String",), length=5), nullable=False
    )
    assert 'Use(lambda: f"{next(serial):05}")' in candidates(short, [])
    assert 'Use(lambda: f"{next(serial):06}")' not in candidates(short, [])


def test_null_is_the_last_resort() -> None:
    assert candidates(column("BOOLEAN", nullable=True), []) == ("True", "False", "None")
    unbound = column("BOOLEAN", nullable=True)
    unbound = unbound.model_copy(update={"type": unbound.type.model_copy(update={"not_null": True})})
    assert candidates(unbound, []) == ("True", "False")
