"""Each rule gives values its column takes: they are made here, as a factory would make them."""

from __future__ import annotations

import datetime
import decimal
import enum
import ipaddress
import re
import sys
import types
import uuid
from decimal import Decimal

import pytest
from plan_builders import (
    BOOLEAN,
    INTEGER,
    TEXT,
    UUID,
    attribute,
    enumeration,
    of_type,
    string,
    values_of,
)

from tcgen.ir.schema import TypeFact
from tcgen.plan.constraints.checks import limits_of
from tcgen.plan.constraints.limits import Limits
from tcgen.plan.constraints.regex import example, spelled, texts_of
from tcgen.plan.constraints.type_parts import length_of
from tcgen.plan.constraints.value_kinds import kind_of
from tcgen.plan.values import value_for


class Colour(enum.Enum):
    """What ``app.kinds.Colour`` would be."""

    RED = "red"
    GREEN = "green"


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = types.ModuleType("app.kinds")
    kinds.Colour = Colour  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "app", types.ModuleType("app"))
    monkeypatch.setitem(sys.modules, "app.kinds", kinds)


PLAIN = [
    (INTEGER, int),
    (of_type("SmallInteger", "Integer", ddl="SMALLINT"), int),
    (BOOLEAN, bool),
    (of_type("Float", "Numeric", ddl="FLOAT"), float),
    (of_type("Numeric", ddl="NUMERIC(8, 2)", precision=8, scale=2), Decimal),
    (of_type("DateTime", ddl="TIMESTAMP"), datetime.datetime),
    (of_type("Date", ddl="DATE"), datetime.date),
    (of_type("Time", ddl="TIME"), datetime.time),
    (of_type("Interval", ddl="INTERVAL"), datetime.timedelta),
    (UUID, uuid.UUID),
    (of_type("Uuid", ddl="UUID", as_uuid=False), str),
    (of_type("JSONB", "JSON", ddl="JSONB"), dict),
    (of_type("JSON", ddl="JSON", python_type="list"), list),
    (of_type("HSTORE", ddl="HSTORE"), dict),
    (of_type("ARRAY", ddl="INTEGER[]", item=INTEGER), list),
    (of_type("LargeBinary", ddl="BYTEA"), bytes),
    (of_type("INET", ddl="INET"), str),
    (of_type("CIDR", ddl="CIDR"), str),
    (of_type("MACADDR", ddl="MACADDR"), str),
    (of_type("MACADDR8", ddl="MACADDR8"), str),
    (of_type("MONEY", ddl="MONEY"), str),
    (of_type("BIT", ddl="BIT(4)"), str),
    (of_type("REGCLASS", ddl="REGCLASS"), str),
    (of_type("OID", ddl="OID"), int),
    (TEXT, str),
    (string(20), str),
    (of_type("CITEXT", ddl="CITEXT"), str),
]


@pytest.mark.parametrize(("type_", "expected"), PLAIN, ids=[type_.name for type_, _ in PLAIN])
def test_value_has_the_type_the_driver_takes(type_: TypeFact, expected: type) -> None:
    assert {type(value) for value in values_of(value_for(attribute(type_)))} == {expected}


def test_time_zones_follow_the_column() -> None:
    for distinct in (False, True):
        aware = attribute(
            of_type("DateTime", ddl="TIMESTAMP WITH TIME ZONE", timezone=True), distinct=distinct
        )
        naive = attribute(of_type("DateTime", ddl="TIMESTAMP"), distinct=distinct)
        assert all(value.tzinfo is datetime.timezone.utc for value in values_of(value_for(aware)))
        assert all(value.tzinfo is None for value in values_of(value_for(naive)))
    time = values_of(value_for(attribute(of_type("Time", ddl="TIME WITH TIME ZONE", timezone=True))))
    assert time[0].tzinfo is datetime.timezone.utc


UNIQUE = [
    (INTEGER, {}),
    (string(60), {}),
    (string(9), {}),
    (string(6), {}),
    (string(3), {}),
    (TEXT, {}),
    (string(100), {"name": "email"}),
    (string(20), {"name": "email"}),
    (UUID, {}),
    (of_type("Numeric", ddl="NUMERIC(8, 2)", precision=8, scale=2), {}),
    (of_type("Float", ddl="FLOAT"), {}),
    (of_type("DateTime", ddl="TIMESTAMP"), {}),
    (of_type("Date", ddl="DATE"), {}),
    (of_type("Interval", ddl="INTERVAL"), {}),
    (of_type("INET", ddl="INET"), {}),
    (of_type("LargeBinary", ddl="BYTEA"), {}),
    (of_type("ARRAY", ddl="TEXT[]", item=TEXT), {}),
    (of_type("ARRAY", ddl="INTEGER[]", item=INTEGER), {}),
]


@pytest.mark.parametrize(
    ("type_", "options"),
    UNIQUE,
    ids=[f"{type_.ddl}-{options.get('name', 'value')}" for type_, options in UNIQUE],
)
def test_unique_values_differ_and_fit(type_: TypeFact, options: dict[str, str]) -> None:
    values = values_of(value_for(attribute(type_, distinct=True, **options)), 200)
    assert len({str(value) for value in values}) == 200
    if length_of(type_) is not None:
        assert max(len(value) for value in values) <= (length_of(type_) or 0)


@pytest.mark.parametrize("length", [1, 2, 3, 5, 10, 40, 300])
@pytest.mark.parametrize(
    "name", ["name", "email", "country", "country_code", "description", "title", "phone_number", "x", "_"]
)
def test_text_fits_its_column_whatever_it_is_called(name: str, length: int) -> None:
    values = values_of(value_for(attribute(string(length), name)), 50)
    assert all(0 < len(value) <= length for value in values)


def test_names_choose_what_a_person_likes_to_read() -> None:
    assert all("@" in value for value in values_of(value_for(attribute(string(200), "contact_email"))))
    assert all(value.startswith("http") for value in values_of(value_for(attribute(TEXT, "home_url"))))
    assert all(len(value) == 3 for value in values_of(value_for(attribute(string(3), "currency"))))
    assert all(len(value) == 2 for value in values_of(value_for(attribute(string(2), "country"))))


def test_names_do_not_matter_where_the_column_is_no_text() -> None:
    assert {type(value) for value in values_of(value_for(attribute(INTEGER, "email")))} == {int}


@pytest.mark.parametrize(
    ("shortest", "longest", "distinct"),
    [(5, None, False), (5, 5, False), (8, 10, True), (40, None, False), (40, 60, True), (1, 3, False)],
)
def test_lengths_a_check_asks_for(shortest: int, longest: int | None, distinct: bool) -> None:
    limits = Limits(min_length=shortest, max_length=longest)
    for type_, name in ((string(60), "code"), (TEXT, "title"), (string(60), "email")):
        values = values_of(value_for(attribute(type_, name, limits=limits, distinct=distinct)))
        assert all(shortest <= len(value) <= (longest or 60) for value in values), (name, values[0])


@pytest.mark.parametrize(
    ("low", "high"), [(0, None), (None, 5), (-10, -5), (1000, None), (3, 3), (None, -7), (0, 1)]
)
@pytest.mark.parametrize(
    "type_",
    [
        INTEGER,
        of_type("Float", ddl="FLOAT"),
        of_type("Numeric", ddl="NUMERIC(8, 2)", precision=8, scale=2),
        of_type("Numeric", ddl="NUMERIC(8)", precision=8, scale=0),
        of_type("Numeric", ddl="NUMERIC"),
    ],
    ids=["integer", "float", "numeric-8-2", "numeric-8", "numeric"],
)
def test_numbers_stay_within_bounds(type_: TypeFact, low: int | None, high: int | None) -> None:
    limits = Limits(low=None if low is None else Decimal(low), high=None if high is None else Decimal(high))
    for value in values_of(value_for(attribute(type_, limits=limits)), 100):
        assert low is None or value >= low
        assert high is None or value <= high


@pytest.mark.parametrize(("precision", "scale"), [(1, 0), (2, 2), (3, 1), (5, 5), (10, 2), (20, 10)])
def test_numerics_fit_their_precision(precision: int, scale: int) -> None:
    type_ = of_type("Numeric", ddl=f"NUMERIC({precision}, {scale})", precision=precision, scale=scale)
    for distinct in (False, True):
        for value in values_of(value_for(attribute(type_, distinct=distinct)), 100):
            assert abs(value) < Decimal(10) ** (precision - scale)
            assert value == value.quantize(Decimal(1).scaleb(-scale), context=decimal.Context(prec=40))


def test_listed_values() -> None:
    strings = attribute(string(9), limits=Limits(one_of=("new", "old")))
    assert set(values_of(value_for(strings))) == {"new", "old"}
    numbers = attribute(INTEGER, limits=Limits(one_of=(Decimal(3), Decimal(5))))
    assert {(type(value), value) for value in values_of(value_for(numbers))} == {(int, 3), (int, 5)}
    assert values_of(value_for(attribute(string(9), limits=Limits(one_of=("only",)))), 1) == ["only"]
    assert values_of(value_for(attribute(BOOLEAN, limits=Limits(one_of=(True,)))), 1) == [True]
    assert values_of(value_for(attribute(BOOLEAN, limits=Limits(one_of=("f",)))), 1) == [False]


def test_few_values_are_taken_in_turn_where_each_may_be_there_once() -> None:
    listed = attribute(string(9), limits=Limits(one_of=("a", "b", "c")), cycled=True)
    assert values_of(value_for(listed), 6) == ["a", "b", "c", "a", "b", "c"]
    assert values_of(value_for(attribute(BOOLEAN, cycled=True)), 2) == [True, False]
    bounded = attribute(INTEGER, limits=Limits(low=Decimal(1), high=Decimal(3)), cycled=True)
    assert values_of(value_for(bounded), 3) == [1, 2, 3]
    members = attribute(enumeration("red", "green", cls="Colour"), cycled=True)
    assert values_of(value_for(members), 2) == [Colour.RED, Colour.GREEN]
    single = attribute(string(9), limits=Limits(one_of=("only",)), cycled=True)
    assert values_of(value_for(single), 2) == ["only", "only"]


def test_enums_are_members_or_strings() -> None:
    assert set(values_of(value_for(attribute(enumeration("red", "green", cls="Colour"))))) == set(Colour)
    assert set(values_of(value_for(attribute(enumeration("a", "b"))))) == {"a", "b"}
    limited = attribute(enumeration("red", "green", cls="Colour"), limits=Limits(one_of=("green",)))
    assert values_of(value_for(limited), 1) == [Colour.GREEN]


def test_hostile_enum_values_stay_text() -> None:
    hostile = ('"; import os', "it's\n", "\\", "{x}", "é")
    assert set(values_of(value_for(attribute(enumeration(*hostile))), 200)) == set(hostile)


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("str", str),
        ("int", int),
        ("decimal", Decimal),
        ("datetime_aware", datetime.datetime),
        ("uuid", uuid.UUID),
        ("uuid_str", str),
        ("dict", dict),
        ("list_str", list),
        ("set", set),
        ("tuple", tuple),
        ("json_str", str),
        ("bytes", bytes),
    ],
)
def test_types_of_the_project_get_what_went_through_them(sample: str, expected: type) -> None:
    own = TypeFact(name="Own", module="app.types", bases=("Own",), impl=TEXT, accepts=("unheard", sample))
    assert {type(value) for value in values_of(value_for(attribute(own)))} == {expected}


def test_a_document_is_used_where_nothing_else_went_through() -> None:
    own = TypeFact(
        name="Doc", module="app.types", impl=of_type("JSON", ddl="JSON"), example="{'a': [1, 'it\\'s']}"
    )
    assert values_of(value_for(attribute(own)), 1) == [{"a": [1, "it's"]}]


@pytest.mark.parametrize(
    ("ddl", "kind"),
    [
        ("geometry(POINT,4326)", "geometry"),
        ("VECTOR(3)", "vector"),
        ("LTREE", "ltree"),
        ("XML", "xml"),
        ("DATERANGE", "range"),
        ("INT4MULTIRANGE", "multirange"),
        ("NUMERIC(8, 2)", "numeric"),
        ("TIMESTAMP WITH TIME ZONE", "datetime"),
        ("INTERVAL", "interval"),
        ("INTEGER", "integer"),
        ("CHAR(3)", "string"),
        (None, "unknown"),
        ("MADE_UP", "unknown"),
    ],
)
def test_unknown_classes_are_known_by_their_ddl(ddl: str | None, kind: str) -> None:
    assert kind_of(TypeFact(name="Odd", module="odd", bases=("Odd", "UserDefinedType"), ddl=ddl)) == kind


@pytest.mark.parametrize("name", ["INT4", "NUM", "DATE", "TSTZ", "TS"])
def test_ranges(name: str) -> None:
    (made,) = values_of(value_for(attribute(of_type("AbstractRange", ddl=f"{name}RANGE"))), 1)
    assert made.lower < made.upper
    (several,) = values_of(value_for(attribute(of_type("AbstractMultiRange", ddl=f"{name}MULTIRANGE"))), 1)
    assert several == [made]


def test_vectors_have_their_size_and_shapes_their_srid() -> None:
    (vector,) = values_of(value_for(attribute(of_type("VECTOR", ddl="VECTOR(5)"))), 1)
    assert len(vector) == 5
    (shape,) = values_of(value_for(attribute(of_type("Geometry", ddl="geometry(POLYGON,3857)"))), 1)
    assert shape.startswith("SRID=3857;POLYGON((")
    assert values_of(value_for(attribute(of_type("BIT", ddl="BIT(4)"))), 1) == ["1111"]


def test_unique_addresses_are_addresses() -> None:
    for value in values_of(value_for(attribute(of_type("INET", ddl="INET"), distinct=True))):
        assert str(ipaddress.ip_address(value)) == value


def test_nobody_knows_the_type() -> None:
    odd = TypeFact(name="Odd", module="odd", ddl="MADE_UP")
    assert isinstance(values_of(value_for(attribute(odd)), 1)[0], str)
    counting = TypeFact(name="Odd", module="odd", ddl="MADE_UP", python_type="int")
    assert isinstance(values_of(value_for(attribute(counting)), 1)[0], int)


@pytest.mark.parametrize(
    "pattern",
    [
        r"^[a-z]+$",
        r"^\d{4}-\d{2}$",
        r"^(red|green)$",
        r"^[^@]+@[^@]+\.[a-z]{2,}$",
        r"[A-Z]{3}",
        r"^#[0-9a-fA-F]{6}$",
        r"^\w+(-\w+)*$",
        r"",
    ],
)
def test_pattern_example_matches(pattern: str) -> None:
    text = example(pattern)
    assert text is not None
    assert re.search(pattern, text)
    limits = Limits(patterns=(pattern,) if pattern else ())
    assert re.search(pattern, values_of(value_for(attribute(string(60), limits=limits)), 1)[0])


@pytest.mark.parametrize("pattern", ["(", "(?=b)a", r"^(?!x)y\b\B$"])
def test_pattern_nobody_can_follow_gives_none(pattern: str) -> None:
    assert example(pattern) is None


def test_a_key_is_a_value_its_column_does_not_round() -> None:
    stamp = of_type("TIMESTAMP", "DateTime", ddl="TIMESTAMP(0) WITHOUT TIME ZONE", precision=0)
    for moment in values_of(value_for(attribute(stamp, primary_key=True))):
        assert moment.microsecond == 0
    for number in values_of(value_for(attribute(of_type("REAL", "Float", ddl="REAL"), primary_key=True))):
        assert number == int(number)


def test_short_unique_texts_are_as_long_as_they_have_to_be() -> None:
    exactly = attribute(string(4), limits=Limits(min_length=4, max_length=4), distinct=True)
    key = attribute(of_type("CHAR", "String", ddl="CHAR(3)", length=3), distinct=True, primary_key=True)
    for one, length in ((exactly, 4), (key, 3)):
        made = values_of(value_for(one), spelled=spelled)
        assert {len(text) for text in made} == {length}
        assert len(set(made)) == len(made)


def test_times_and_addresses_of_their_own() -> None:
    for type_ in (
        of_type("Time", ddl="TIME WITH TIME ZONE", timezone=True),
        of_type("Time", ddl="TIME WITHOUT TIME ZONE"),
        of_type("MACADDR", ddl="MACADDR"),
        of_type("CIDR", ddl="CIDR"),
    ):
        made = values_of(value_for(attribute(type_, distinct=True)), spelled=spelled)
        assert len(set(made)) == len(made)


@pytest.mark.parametrize("name", ['na"me', "{boom()}", "a\\", "it's", "a\nb", "%", "größe", "_"])
@pytest.mark.parametrize("limits", [Limits(), Limits(min_length=20)], ids=["any", "long"])
def test_a_hostile_name_stays_out_of_the_code_of_a_unique_text(name: str, limits: Limits) -> None:
    made = values_of(value_for(attribute(string(30), name, limits=limits, distinct=True)))
    assert len(set(made)) == len(made)


@pytest.mark.parametrize(
    "check",
    [
        "value ~* '^[A-Z]+$'",
        "value ~* '^[A-Z]{1,8}$'",
        "value ~ '^[A-Z]{3}$'",
        "value ~ '^a'",
        "value ~ '@'",
        "value ~ '^https?://'",
        "value ILIKE 'x-%'",
        "value SIMILAR TO '[a-z]+'",
        "value ~ '^#[0-9a-f]{6}$'",
        "value ~ '^[01]+$'",
        "value ~ '^(foo|bar)$'",
        "value !~ ' '",
        "value <> 'none'",
        "value ~ '^[a-z]+$' AND value <> 'none'",
        "upper(value) = value",
    ],
)
@pytest.mark.parametrize("longest", [60, 12])
def test_a_pattern_gives_values_that_vary(check: str, longest: int) -> None:
    limits = limits_of([check], required={"value"}, whole=set())["value"]
    made = values_of(value_for(attribute(string(longest), limits=limits)))
    assert len(set(made)) > 1
    assert all(len(one) <= longest for one in made)
    for one in made:
        assert all(re.search(pattern, one) for pattern in limits.patterns)
        assert limits.one_of is None or one in limits.one_of
        assert one != "none" and not any(re.search(pattern, one) for pattern in limits.unlike)


def test_what_a_pattern_lists_is_all_there_is() -> None:
    assert texts_of("^(foo|ba[rz])$") == ("foo", "bar", "baz")
    assert texts_of("^[A-C]$") == ("A", "B", "C")
    assert texts_of("^[A-Z]$") is texts_of("(foo|bar)$") is texts_of("^a+$") is texts_of("^[^a]$") is None
