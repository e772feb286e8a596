"""Which columns keep the rows of a table apart."""

from __future__ import annotations

import pytest
from plan_builders import (
    BOOLEAN,
    INTEGER,
    TEXT,
    UUID,
    column,
    enumeration,
    factories,
    fields_of,
    foreign,
    key,
    many_to_one,
    mapper,
    of_type,
    ref,
    string,
    table,
)

from tcgen.ir.plan import FactoryPlan
from tcgen.ir.schema import ColumnFact, TableFact, UniqueFact
from tcgen.plan.constraints.attribute import Attribute
from tcgen.plan.factories.uniqueness import Distinct, keep_apart


def apart(things: TableFact, *parents: str) -> Distinct:
    return keep_apart(
        things,
        {one.name: Attribute(one.name, things.key, one) for one in things.columns},
        [frozenset(one.split()) for one in parents],
    )


def planned(*columns: ColumnFact, **options: object) -> FactoryPlan:
    things = table("things", *columns, **options)
    return factories([things], [mapper("Thing", things)])["Thing"]


def test_nothing_is_asked_without_a_constraint() -> None:
    assert apart(table("things", key(), column("name", TEXT))) == Distinct(frozenset(), frozenset(), None)


def test_the_primary_key_counts() -> None:
    assert apart(table("things", key(autoincrement=False))).counted == {"id"}
    assert apart(table("things", key())).counted == frozenset()


def test_one_column_of_a_composite_constraint_is_enough() -> None:
    pair = table("things", key(), column("a", INTEGER), column("b", string(9)), uniques=["a b"])
    assert apart(pair).counted == {"b"}


def test_a_column_serves_several_constraints() -> None:
    things = table("things", key(), column("a", TEXT), column("b", TEXT), uniques=["a b", "a"])
    assert apart(things).counted == {"a"}


@pytest.mark.parametrize(
    "fresh",
    [
        column("a", nullable=True),
        column("a", UUID, default="callable"),
        column("a", UUID, server_default="gen_random_uuid()"),
        column("a", server_default="nextval('a_seq')"),
        column("a", default="sequence"),
        column("a", identity="always"),
    ],
    ids=lambda one: one.default or one.server_default or one.identity or "nullable",
)
def test_what_differs_by_itself_is_left_alone(fresh: ColumnFact) -> None:
    assert apart(table("things", key(), fresh, column("b", TEXT), uniques=["a b"])).counted == frozenset()


def test_a_default_that_is_the_same_each_time_is_no_help() -> None:
    things = table("things", key(), column("a", TEXT, default="callable"), uniques=["a"])
    assert apart(things).counted == {"a"}
    things = table("things", key(), column("a", server_default="0"), uniques=["a"])
    assert apart(things).counted == {"a"}


def test_a_key_copied_from_a_new_parent_differs() -> None:
    things = table("things", key(), column("a"), column("b", BOOLEAN), uniques=["a b"])
    assert apart(things, "a") == Distinct(frozenset(), frozenset(), None)


def test_rows_of_one_parent_differ_too_where_they_can() -> None:
    lines = table("lines", column("order_id", primary_key=True), column("number", primary_key=True))
    assert apart(lines, "order_id").counted == {"number"}
    optional = table("things", key(), column("a"), column("b", TEXT, nullable=True), uniques=["a b"])
    assert apart(optional, "a").counted == frozenset()


def test_rows_of_one_parent_go_round_what_is_enough_for_a_batch() -> None:
    team = table("team", key())
    for most, made in ((99, "Use(in_turn(range(1, 100)))"), (9, "Use(fake.random_int, 1, 9)")):
        player = table(
            "player",
            key(),
            column("team_id"),
            column("number"),
            foreign_keys=(foreign("team_id", "team"),),
            uniques=["team_id number"],
            checks=[f"number BETWEEN 1 AND {most}"],
        )
        planned = factories([team, player], [mapper("Team", team), mapper("Player", player)])["Player"]
        assert fields_of(planned)["number"] == made and planned.most_rows is None


def test_a_part_of_a_copied_key_differs_where_the_parent_differs_in_it() -> None:
    capacities = table(
        "capacities",
        column("house", string(9), primary_key=True),
        column("number", string(9), primary_key=True),
    )
    guests = table(
        "guests",
        key(),
        column("house", string(9)),
        column("number", string(9)),
        uniques=["number"],
        foreign_keys=(foreign("house number", "capacities", "house number"),),
    )
    made = factories([capacities, guests], [mapper("Room", capacities), mapper("Guest", guests)])
    assert "next(serial)" in fields_of(made["Room"])["number"]


def test_an_index_over_an_expression_given_as_text() -> None:
    functional = UniqueFact(columns=(), expressions=("lower(a)",))
    assert apart(table("things", key(), column("a", TEXT), uniques=[functional])).counted == {"a"}


def test_nulls_that_collide() -> None:
    strict = UniqueFact(columns=("a",), nulls_not_distinct=True)
    assert apart(table("things", key(), column("a", TEXT, nullable=True), uniques=[strict])).counted == {"a"}


def test_a_column_whose_nulls_collide_is_the_one_that_is_set() -> None:
    strict = UniqueFact(columns=("b",), nulls_not_distinct=True)
    made = planned(
        key(),
        column("a", TEXT, nullable=True),
        column("b", TEXT, nullable=True),
        uniques=[strict],
        checks=["(a IS NULL) <> (b IS NULL)"],
    )
    assert fields_of(made).keys() == {"b"}


def test_a_partial_or_functional_index_counts_as_if_it_were_whole() -> None:
    partial = UniqueFact(columns=("a",), where="active")
    functional = UniqueFact(columns=("a",), expressions=("lower(a)",))
    for unique in (partial, functional):
        assert apart(table("things", key(), column("a", TEXT), uniques=[unique])).counted == {"a"}


def test_few_values_bound_the_rows() -> None:
    assert planned(key(), column("a", enumeration("x", "y", "z")), uniques=["a"]).most_rows == 3
    assert planned(key(), column("a", BOOLEAN), uniques=["a"]).most_rows == 2
    listed = planned(key(), column("a", string(9)), uniques=["a"], checks=["a IN ('x', 'y')"])
    assert listed.most_rows == 2
    between = planned(key(), column("a"), uniques=["a"], checks=["a BETWEEN 1 AND 5"])
    assert (between.most_rows, fields_of(between)["a"]) == (5, "Use(in_turn(range(1, 6)))")


def test_a_single_allowed_value_allows_a_single_row() -> None:
    only = planned(key("id", autoincrement=False), checks=["id = 1"])
    assert (only.most_rows, fields_of(only)["id"]) == (1, "1")


def test_many_values_are_no_bound() -> None:
    many = planned(key(), column("a"), uniques=["a"], checks=["a > 0"])
    assert many.most_rows is None
    assert "next(serial)" in fields_of(many)["a"] or "next, serial" in fields_of(many)["a"]


def test_another_column_is_taken_before_few_values() -> None:
    pair = planned(key(), column("a", enumeration("x", "y")), column("b", TEXT), uniques=["a b"])
    assert pair.most_rows is None
    assert "serial" in fields_of(pair)["b"]


def test_a_unique_foreign_key_gets_a_new_parent() -> None:
    users = table("users", key())
    profiles = table(
        "profiles", key(), column("user_id"), uniques=["user_id"], foreign_keys=(foreign("user_id", "users"),)
    )
    made = factories(
        [users, profiles],
        [
            mapper("User", users),
            mapper("Profile", profiles, relationships=(many_to_one("user", "User", {"user_id": "id"}),)),
        ],
    )["Profile"]
    assert fields_of(made) == {"user": "UserFactory"}
    assert made.most_rows is None


def test_short_unique_texts_stay_short() -> None:
    made = planned(key(), column("code", string(3)), uniques=["code"])
    assert fields_of(made)["code"] == "Use(lambda: short_text(next(serial), 3))"
    assert made.uses_short_text


def test_a_type_that_cannot_count_leaves_the_choice_to_others() -> None:
    pair = table("things", key(), column("a", of_type("JSONB", "JSON")), column("b", TEXT), uniques=["a b"])
    assert apart(pair).counted == {"b"}


@pytest.mark.parametrize("kind", ["INT4RANGE", "NUMRANGE", "DATERANGE", "TSRANGE", "TSTZRANGE"])
def test_ranges_that_must_not_overlap(kind: str) -> None:
    during = of_type(kind, "AbstractSingleRange", ddl=kind)
    capacities = table(
        "capacities",
        key(),
        column("time of day", during),
        excludes=['EXCLUDE USING gist ("time of day" WITH &&)'],
    )
    code = next(iter(factories([capacities], [mapper("Room", capacities)])["Room"].fields)).code
    assert apart(capacities).counted == {"time of day"}
    assert "next(serial)" in code


def test_an_exclusion_within_a_new_parent() -> None:
    during = of_type("TSRANGE", "AbstractSingleRange", ddl="TSRANGE")
    stays = table(
        "stays",
        key(),
        column("room"),
        column("during", during, nullable=True),
        excludes=["EXCLUDE USING gist (room WITH =, during WITH &&)"],
    )
    assert apart(stays, "room").counted == frozenset()


def test_a_wide_range_far_up_is_counted() -> None:
    price = of_type("Numeric", ddl="NUMERIC(12, 8)", precision=12, scale=8)
    made = planned(key(), column("a", price), uniques=["a"], checks=["a NOT IN (1123, 1277) AND a >= 1123"])
    assert fields_of(made)["a"].count("next(serial)") == 1
    assert made.most_rows is None


@pytest.mark.parametrize(
    ("check", "counted"),
    [
        ("a <> 5", "Use(next, serial)"),
        ("a <> 1062", "Use(lambda: 1063 + next(serial))"),
        ("a <> 2000000000", "Use(next, serial)"),
    ],
)
def test_a_count_never_comes_to_a_number_its_check_refuses(check: str, counted: str) -> None:
    thing = planned(key(), column("a", INTEGER), uniques=["a"], checks=[check])
    assert fields_of(thing)["a"] == counted


def test_a_part_of_a_joined_key_that_has_to_differ_does() -> None:
    keys = [column("code", string(6), primary_key=True), column("letter", string(1), primary_key=True)]
    places = table("places", *keys)
    shops = table(
        "shops", *keys, foreign_keys=(foreign("code letter", "places", "code letter"),), uniques=["letter"]
    )
    classes = [mapper("Place", places), mapper("Shop", places, shops, inherits=ref("Place"))]
    made = factories([places, shops], classes)
    assert "in_turn(" not in fields_of(made["Place"])["letter"]
    assert "in_turn(" in fields_of(made["Shop"])["letter"]
