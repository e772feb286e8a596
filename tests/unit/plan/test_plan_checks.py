"""CHECK constraints become limits, and values within the limits satisfy them."""

from __future__ import annotations

import re
import sqlite3
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from plan_builders import (
    INTEGER,
    attribute,
    column,
    factories,
    fields_of,
    key,
    mapper,
    of_type,
    table,
    values_of,
)
from plan_builders import string as string_type

from tcgen.plan.constraints.checks import limits_of
from tcgen.plan.constraints.limits import Limits
from tcgen.plan.constraints.regex import spelled
from tcgen.plan.values import value_for


def read(*checks: str, required: str = "a b c", whole: str = "a b c") -> dict[str, Limits]:
    return limits_of(checks, required=set(required.split()), whole=set(whole.split()))


NUMBER = [
    ("a > 0", {"a": Limits(low=Decimal(1))}),
    ("a >= 0", {"a": Limits(low=Decimal(0))}),
    ("0 < a", {"a": Limits(low=Decimal(1))}),
    ("a < 10", {"a": Limits(high=Decimal(9))}),
    ("a <= 10", {"a": Limits(high=Decimal(10))}),
    ("a = 3", {"a": Limits(one_of=(Decimal(3),))}),
    ("a <> 3", {"a": Limits(none_of=(Decimal(3),))}),
    ("NOT (a > 3)", {"a": Limits(high=Decimal(3))}),
    ("a > -5", {"a": Limits(low=Decimal(-4))}),
    ("(a)::integer > (0)::integer", {"a": Limits(low=Decimal(1))}),
    ("a BETWEEN 1 AND 5", {"a": Limits(low=Decimal(1), high=Decimal(5))}),
    ("a >= 1 AND a <= 5", {"a": Limits(low=Decimal(1), high=Decimal(5))}),
    ("a IN (1, 2)", {"a": Limits(one_of=(Decimal(1), Decimal(2)))}),
    ("a NOT IN (1, 2)", {"a": Limits(none_of=(Decimal(1), Decimal(2)))}),
    ("a IN (1, 5) AND a > 3", {"a": Limits(one_of=(Decimal(5),), low=Decimal(4))}),
    ("a = ANY (ARRAY[1, 2])", {"a": Limits(one_of=(Decimal(1), Decimal(2)))}),
]


@pytest.mark.parametrize(("sql", "expected"), NUMBER, ids=[sql for sql, _ in NUMBER])
def test_numbers(sql: str, expected: dict[str, Limits]) -> None:
    assert read(sql) == expected


def test_an_open_bound_of_a_fraction_is_not_a_whole_step() -> None:
    limit = read("a > 0", whole="")["a"]
    assert limit.low is not None
    assert 0 < limit.low < 1


TEXTS = [
    ("s IN ('new', 'old')", Limits(one_of=("new", "old"))),
    ("s::text = ANY (ARRAY['new'::character varying, 'old'::character varying]::text[])", Limits(one_of=("new", "old"))),
    ("s = 'only'", Limits(one_of=("only",))),
    ("s <> ''", Limits(min_length=1)),
    ("length(s) > 3", Limits(min_length=4)),
    ("char_length(s) = 8", Limits(min_length=8, max_length=8)),
    ("length(s) BETWEEN 2 AND 6", Limits(min_length=2, max_length=6)),
    ("length(s) <= 6", Limits(max_length=6)),
    ("length(trim(s)) > 0", Limits(min_length=1)),
    ("s ~ '^[a-z]+$'", Limits(patterns=("^[a-z]+$",))),
    ("s !~ '^x'", Limits(unlike=("^x",))),
    ("s NOT LIKE '% %'", Limits(unlike=(r"^.*\ .*$",))),
    ("s SIMILAR TO '[a-z]+%'", Limits(patterns=("^([a-z]+.*)$",))),
    ("s ~* '^[[:alpha:]]+$'", Limits(patterns=("(?i)^[a-zA-Z]+$",))),
    ("s = lower(s)", Limits(patterns=("^[^A-Z]+$",))),
    ("s = upper(s)", Limits(patterns=("^[^a-z]+$",))),
    ("s IS NULL", Limits(null=True)),
    ("s IS NOT NULL", Limits(null=False)),
    ("NOT s IS NULL", Limits(null=False)),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "expected"), TEXTS, ids=[sql for sql, _ in TEXTS])
def test_texts_and_nulls(sql: str, expected: Limits) -> None:
    assert read(sql) == {"s": expected}


def test_like_gives_a_text_that_is_like_it() -> None:
    for sql, like in (("s LIKE 'INV-%'", "INV-"), ("s LIKE 'a_c%'", "aac"), ("s ILIKE '%.Org'", ".Org")):
        limits = read(sql)["s"]
        assert like in values_of(value_for(attribute(string_type(20), limits=limits)))[0]
        made = values_of(value_for(attribute(string_type(20), limits=limits, distinct=True)), spelled=spelled)
        assert len(set(made)) == 30
        assert all(re.search(limits.patterns[0], text) for text in made)


def test_a_whole_array_in_one_kind_of_letters() -> None:
    tags = of_type("ARRAY", ddl="TEXT[]", item=string_type())
    for sql, form in (("s::text = LOWER(s::text)", str.lower), ("UPPER(s::text) = s::text", str.upper)):
        for distinct in (False, True):
            wanted = attribute(tags, limits=read(sql)["s"], distinct=distinct)
            # Faker has few words with capitals
            values = values_of(value_for(wanted), 500, spelled=spelled)
            assert values == [[form(text) for text in texts] for texts in values]
            assert not distinct or len({*map(tuple, values)}) == 500


def test_a_boolean_column_is_a_condition() -> None:
    assert read("a")["a"].one_of == (True,)
    assert read("NOT a")["a"].one_of == (False,)
    assert read("a IS TRUE")["a"].one_of == (True,)
    assert read("a IS NOT TRUE")["a"].one_of == (False,)


def test_columns_compared_with_each_other() -> None:
    assert read("a < b") == {"b": Limits(more_than="a")}
    assert read("a > b") == {"a": Limits(more_than="b")}
    assert read("a <= b") == {"b": Limits(at_least="a")}
    assert read("a >= b") == {"a": Limits(at_least="b")}


def test_sums_of_columns() -> None:
    assert read("a > b + 1")["a"] == Limits(same_as=("b",), apart=Decimal(2))
    assert read("b + 1 <= a")["a"] == Limits(same_as=("b",), apart=Decimal(1))
    assert read("a = b + c")["a"] == Limits(same_as=("b", "c"))
    assert read("a - b = c")["a"].same_as == ("b", "c")
    assert read("a = b")["a"] == Limits(same_as=("b",))
    assert read("a + b > 3") == {"a": Limits(low=Decimal(4)), "b": Limits(low=Decimal(0))}
    assert read("a + 2 * b <= 9") == {"a": Limits(high=Decimal(3)), "b": Limits(high=Decimal(3))}


def test_exactly_one_of_several_columns() -> None:
    limits = read("num_nonnulls(a, b) = 1", required="a")
    assert limits == {"a": Limits(null=False), "b": Limits(null=True)}
    assert read("(a IS NULL) <> (b IS NULL)", required="b") == {
        "a": Limits(null=True),
        "b": Limits(null=False),
    }
    assert read("(a IS NULL) = (b IS NULL)", required="")["a"].null == read("(a IS NULL) = (b IS NULL)", required="")["b"].null  # fmt: skip


def test_the_alternative_that_wants_fewest_extra_columns_wins() -> None:
    assert read("a IS NULL OR b IS NOT NULL", required="") == {"a": Limits(null=True)}
    assert read("a IS NULL OR b IS NOT NULL", required="a b") == {"b": Limits(null=False)}


def test_an_alternative_leaves_an_enum_one_of_its_values() -> None:
    sql = "s <> 'only' OR a IS NOT NULL"
    limits = limits_of([sql], required={"s"}, whole=set(), values={"s": ("only",)})
    assert limits == {"a": Limits(null=False)}
    assert read(sql, required="s") == {"s": Limits(none_of=("only",))}


@pytest.mark.parametrize("sql", ["(((", "my_function(a) > 3", "a @> b", "", "a * b > 3", "a % 2 = 0"])
def test_what_cannot_be_read_asks_nothing(sql: str) -> None:
    assert read(sql) == {}


def test_one_unreadable_part_does_not_hide_the_others() -> None:
    assert read("a > 0 AND my_function(a)", "b = 1", "(((") == {
        "a": Limits(low=Decimal(1)),
        "b": Limits(one_of=(Decimal(1),)),
    }


def test_contradictions_are_none() -> None:
    assert Limits(low=Decimal(3)).merged(Limits(high=Decimal(2))) is None
    assert Limits(one_of=("a",)).merged(Limits(one_of=("b",))) is None
    assert Limits(one_of=("a",)).merged(Limits(none_of=("a",))) is None
    assert Limits(one_of=("abc",)).merged(Limits(max_length=2)) is None
    assert Limits(one_of=(Decimal(1),)).merged(Limits(low=Decimal(2))) is None
    assert Limits(null=True).merged(Limits(null=False)) is None
    assert Limits(min_length=3).merged(Limits(max_length=2)) is None
    assert Limits(low=Decimal(1), high=Decimal(2)).merged(Limits(none_of=(Decimal(1), Decimal(2)))) is None


def test_limits_together() -> None:
    both = Limits(low=Decimal(1), patterns=("a",), at_least="x").merged(
        Limits(low=Decimal(2), high=Decimal(9))
    )
    assert both == Limits(low=Decimal(2), high=Decimal(9), patterns=("a",), at_least="x")


def test_a_compared_column_is_made_from_the_other() -> None:
    things = table("things", key(), column("opens"), column("closes"), checks=["opens < closes"])
    fields = fields_of(factories([things], [mapper("Thing", things)])["Thing"])
    assert fields["closes"] == 'PostGenerated(lambda _, values: values["opens"] + 1)'


def test_a_defaulted_column_keeps_its_default_under_an_alternative_with_null() -> None:
    status = column("status", string_type(9), server_default="'new'")
    things = table(
        "things", key(), status, column("done", nullable=True), checks=["status = 'new' OR done IS NOT NULL"]
    )
    assert "done" not in fields_of(factories([things], [mapper("Thing", things)])["Thing"])


COLUMNS = st.sampled_from("abc")
NUMBERS = st.integers(0, 6)
COMPARISON = st.builds(
    "{} {} {}".format, COLUMNS, st.sampled_from(["<", "<=", ">", ">=", "=", "<>"]), NUMBERS
)
BETWEEN = st.builds("{} {}BETWEEN {} AND {}".format, COLUMNS, st.sampled_from(["", "NOT "]), NUMBERS, NUMBERS)
IN = st.builds(
    lambda name, no, values: f"{name} {no}IN ({', '.join(map(str, values))})",
    COLUMNS,
    st.sampled_from(["", "NOT "]),
    st.lists(NUMBERS, min_size=1, max_size=3),
)
CONDITION = st.recursive(
    COMPARISON | BETWEEN | IN,
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from(["AND", "OR"]), inner)
        | st.builds("NOT ({})".format, inner)
    ),
    max_leaves=5,
)
POSSIBLE = """
    WITH RECURSIVE n(v) AS (SELECT -2 UNION ALL SELECT v + 1 FROM n WHERE v < 9)
    SELECT 1 FROM (SELECT x.v AS a, y.v AS b, z.v AS c FROM n x, n y, n z) WHERE {} LIMIT 1
"""


@given(st.lists(CONDITION, min_size=1, max_size=2))
@settings(max_examples=300, derandomize=True, suppress_health_check=[HealthCheck.filter_too_much])
def test_values_within_the_limits_satisfy_the_conditions(conditions: list[str]) -> None:
    database = sqlite3.connect(":memory:")
    together = " AND ".join(f"({one})" for one in conditions)
    assume(database.execute(POSSIBLE.format(together)).fetchone())
    limits = read(*conditions)
    made = [
        values_of(value_for(attribute(INTEGER, name, limits=limits.get(name, Limits()))), 8) for name in "abc"
    ]
    for row in zip(*made, strict=True):
        answer = database.execute(f"SELECT {together} FROM (SELECT ? AS a, ? AS b, ? AS c)", row).fetchone()
        assert answer == (1,), (together, limits, row)
    database.close()


ONE_OF_THREE = [
    "num_nonnulls(a, b, c) = 1",
    "1 = num_nonnulls(a, b, c)",
    "num_nulls(a, b, c) = 2",
    "(a IS NOT NULL)::int + (b IS NOT NULL)::int + (c IS NOT NULL)::int = 1",
    "(((a IS NOT NULL))::integer + ((b IS NOT NULL))::integer) + CAST((c IS NOT NULL) AS integer) = 1",
    "CASE WHEN a IS NULL THEN 0 ELSE 1 END + CASE WHEN b IS NULL THEN 0 ELSE 1 END"
    " + CASE WHEN c IS NOT NULL THEN 1 ELSE 0 END = 1",
    "CASE WHEN a IS NOT NULL THEN b IS NULL AND c IS NULL WHEN b IS NOT NULL THEN c IS NULL"
    " ELSE c IS NOT NULL END",
    "(a IS NOT NULL AND b IS NULL AND c IS NULL) OR (a IS NULL AND b IS NOT NULL AND c IS NULL)"
    " OR (a IS NULL AND b IS NULL AND c IS NOT NULL)",
]


@pytest.mark.parametrize("sql", ONE_OF_THREE)
@pytest.mark.parametrize("required", ["", "b"])
def test_exactly_one_of_three_is_set(sql: str, required: str) -> None:
    limits = read(sql, required=required)
    assert sorted(str(limits[name].null) for name in "abc") == ["False", "True", "True"]
    assert not required or limits[required].null is False


def test_counts_of_many_columns_and_of_at_least_some() -> None:
    names = [f"c{n}" for n in range(14)]
    limits = read(f"num_nonnulls({', '.join(names)}) = 1", required="c9")
    assert [name for name in names if limits[name].null is False] == ["c9"]
    assert next(one.null for one in read("num_nonnulls(a, b) >= 1", required="a").values()) is False
    assert read("coalesce(a, b) IS NOT NULL", required="")["a"].null is False
    assert {one.null for one in read("coalesce(a, b) IS NULL", required="").values()} == {True}


def test_which_one_is_set_may_depend_on_another_column() -> None:
    chain = (
        "CASE kind WHEN 'user' THEN a IS NOT NULL AND b IS NULL WHEN 'team' THEN b IS NOT NULL ELSE false END"
    )
    limits = limits_of([chain, "kind IN ('team', 'user')"], required={"kind", "b"}, whole=set())
    assert limits["kind"].one_of == ("team",) and limits["b"].null is False
    other = limits_of([chain], required={"kind"}, whole=set(), known={"kind": Limits(one_of=("user",))})
    assert other["a"].null is False and other["b"].null is True
