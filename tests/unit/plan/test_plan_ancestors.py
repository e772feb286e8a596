"""Which rows are shared by all that are made for one row."""

from __future__ import annotations

from typing import Any

import pytest
from plan_builders import column, factories, foreign, key, mapper, ref, table

from tcgen.ir.schema import MapperFact, RelationshipFact, TableFact


def child(name: str, *parents: str, **fields: object) -> TableFact:
    """A table with a required key to each parent; ``by:user`` is a key to ``user`` called ``by_id``."""
    pairs = [one.rpartition(":")[::2] if ":" in one else (one, one) for one in parents]
    return table(
        name,
        key(),
        *(column(f"{role}_id") for role, _ in pairs),
        foreign_keys=tuple(foreign(f"{role}_id", target) for role, target in pairs),
        **fields,
    )


def common(*tables: TableFact) -> dict[str, str]:
    mappers: list[MapperFact] = [mapper(one.name.title(), one) for one in tables]
    return {
        name: one.common_code for name, one in factories(list(tables), mappers).items() if one.common_code
    }


def test_the_tenant_of_a_row_and_of_its_host() -> None:
    tenant, host, server = child("tenant"), child("host", "tenant"), child("server", "host", "tenant")
    backup = child("backup", "server", "host")
    assert common(tenant, host, server, backup) == {
        "Server": "(TenantFactory,)",
        "Backup": "(HostFactory, TenantFactory)",
    }


def test_no_way_leads_twice_to_one_that_is_shared_already() -> None:
    tenant, team = child("tenant"), child("team", "tenant")
    one, two = child("one", "team"), child("two", "team")
    assert common(tenant, team, one, two, child("both", "one", "two")) == {"Both": "(TeamFactory,)"}


def test_two_keys_of_one_row_stay_apart() -> None:
    team = child("team", "league")
    match = child("match", "home:team", "guest:team")
    # neither team is the other, and both are in one league
    assert common(child("league"), team, match) == {"Match": "(LeagueFactory,)"}


def test_two_rows_that_only_their_parents_tell_apart_share_none() -> None:
    team = child("team", "league", uniques=["league_id"])
    assert common(child("league"), team, child("match", "home:team", "guest:team")) == {}
    member = child("member", "league", uniques=["league_id"])
    assert common(child("league"), member, child("fee", "member", "league")) == {"Fee": "(LeagueFactory,)"}


def test_rows_that_a_condition_compares_share_none() -> None:
    # a ground is numbered as its league is
    ground = table("ground", column("id", primary_key=True), foreign_keys=(foreign("id", "league"),))
    match = child("match", "ground", "league", checks=["ground_id <> league_id"])
    plain = child("plain", "ground", "league", checks=["ground_id > 0"])
    assert common(child("league"), ground, match, plain) == {"Plain": "(LeagueFactory,)"}


@pytest.mark.parametrize(
    ("held", "shared"),
    [
        ({"uselist": False}, {}),
        ({"uselist": True}, {"Edge": "(ValueFactory,)"}),
        ({"uselist": False, "viewonly": True}, {"Edge": "(ValueFactory,)"}),
    ],
)
def test_a_parent_whose_attribute_holds_one_row_is_not_for_two(
    held: dict[str, Any], shared: dict[str, str]
) -> None:
    value, handle = child("value"), child("handle", "value")
    edge = child("edge", "parent:handle", "child:handle")
    one = RelationshipFact(
        key="handle",
        target=ref("Handle"),
        direction="ONETOMANY",
        pairs=(("id", "value_id"),),
        local_table="value",
        remote_table="handle",
        **held,
    )
    tables = [value, handle, edge]
    mappers = [
        mapper("Value", value, relationships=(one,)),
        *(mapper(one.name.title(), one) for one in tables[1:]),
    ]
    made = factories(tables, mappers).items()
    assert {name: one.common_code for name, one in made if one.common_code} == shared
