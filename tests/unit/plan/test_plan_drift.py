"""What the database demands beyond the models, and plans that follow it."""

from __future__ import annotations

from typing import Any

from plan_builders import (
    INTEGER,
    TEXT,
    column,
    enumeration,
    factories,
    fields_of,
    foreign,
    key,
    mapper,
    schema,
    string,
    table,
)

from tcgen.ir.drift import DatabaseCatalog, TableDrift
from tcgen.ir.schema import CheckFact, Schema, TableFact, UniqueFact
from tcgen.plan.database.drift import drift_of, not_made, with_drift

TEAMS = table("teams", key(), column("name", string(80)))
USERS = table(
    "users",
    key(),
    column("name", TEXT, nullable=True),
    column("team_id", INTEGER, nullable=True),
    column("kind", string(20)),
)


def found(*tables: TableFact, **rows: Any) -> tuple[TableDrift, ...]:
    return drift_of(schema(tables, []), catalogue(**rows))


def catalogue(**rows: Any) -> DatabaseCatalog:
    empty: dict[str, Any] = {"relations": (), "columns": (), "foreign_keys": (), "checks": (), "uniques": ()}
    return DatabaseCatalog.model_validate(empty | rows)


def row(table: str = "users", schema_name: str | None = None, **values: Any) -> dict[str, Any]:
    return {"table": table, "schema_name": schema_name, **values}


def columns(*not_null: str, **lengths: int) -> list[dict[str, Any]]:
    names = [one.name for one in USERS.columns]
    return [row(name=one, not_null=one in not_null, length=lengths.get(one)) for one in names]


def reference(**values: Any) -> dict[str, Any]:
    asked = {"columns": ["team_id"], "target_schema": None, "target": "teams", "target_columns": ["id"]}
    return row(**(asked | values))


def test_a_database_that_is_as_the_models_say() -> None:
    users = USERS.model_copy(update={"foreign_keys": (foreign("team_id", "teams"),)})
    assert found(users, TEAMS, columns=columns("id", "kind", kind=20), foreign_keys=[reference()]) == ()


def test_not_null() -> None:
    assert found(USERS, columns=columns("id", "kind", "name")) == (
        TableDrift(table="users", not_null=("name",)),
    )


def test_foreign_keys_to_tables_that_are_known() -> None:
    (one,) = found(USERS, TEAMS, foreign_keys=[reference(), reference(target="nowhere", columns=["id"])])
    assert one.foreign_keys == (foreign("team_id", "teams"),)


def test_tables_of_other_schemas_are_others() -> None:
    audit = table("users", key(), column("name", TEXT, nullable=True), schema="audit")
    rows = [row(schema_name="audit", name="name", not_null=True, length=None)]
    assert [one.table for one in found(USERS, audit, columns=rows)] == ["audit.users"]


def test_unique_columns_in_any_order() -> None:
    users = USERS.model_copy(update={"uniques": (UniqueFact(columns=("name", "kind")),)})
    rows = [row(columns=["kind", "name"], where=None), row(columns=["team_id"], where="(kind = 'x')")]
    (one,) = found(users, uniques=rows)
    assert one.uniques == (UniqueFact(columns=("team_id",), where="(kind = 'x')"),)


def test_a_unique_column_that_is_computed_is_none_to_give_a_value() -> None:
    made = USERS.columns[1].model_copy(update={"computed": True})
    users = USERS.model_copy(update={"columns": (USERS.columns[0], made, *USERS.columns[2:])})
    assert found(users, columns=columns("id", "kind"), uniques=[row(columns=["name"], where=None)]) == ()


def test_checks_are_told_apart_by_name() -> None:
    users = USERS.model_copy(update={"checks": (CheckFact(name="short", sql="kind <> ''"),)})
    rows = [row(name="ck_users_short", sql="(kind <> '')"), row(name="other", sql="(team_id > 9)")]
    (one,) = found(users, checks=rows)
    assert [check.name for check in one.checks] == ["other"]
    unnamed = USERS.model_copy(update={"checks": (CheckFact(name=None, sql="kind <> ''"),)})
    assert found(unnamed, checks=rows) == ()
    of_type = table("users", key(), column("kind", enumeration("a", "b")))
    assert found(of_type, checks=rows) == ()


def test_shorter_texts() -> None:
    (one,) = found(USERS, columns=columns("id", "kind", name=9, kind=20))
    assert [check.sql for check in one.checks] == ['char_length("name") <= 9']


def test_the_schema_says_what_the_database_demands() -> None:
    before = schema([USERS, TEAMS], [])
    rows = {
        "columns": columns("id", "kind", "name", kind=5),
        "foreign_keys": [reference()],
        "uniques": [row(columns=["name"], where=None)],
    }
    drift = drift_of(before, catalogue(**rows))
    users = with_drift(before, drift).tables[0]
    assert [one.name for one in users.columns if one.nullable] == ["team_id"]
    assert users.foreign_keys == (foreign("team_id", "teams"),)
    assert users.uniques == (UniqueFact(columns=("name",)),)
    assert [check.sql for check in users.checks] == ['char_length("kind") <= 5']
    assert drift_of(with_drift(before, drift), catalogue(**rows))[0].foreign_keys == ()


def test_a_model_that_has_caught_up_or_lost_the_column() -> None:
    drift = (
        TableDrift(table="users", foreign_keys=(foreign("team_id", "teams"), foreign("gone_id", "teams"))),
    )
    users = USERS.model_copy(update={"foreign_keys": (foreign("team_id", "teams"),)})
    after: Schema = with_drift(schema([users, TEAMS], []), drift)
    assert after.tables[0].foreign_keys == (foreign("team_id", "teams"),)


def test_labels_that_the_database_lacks() -> None:
    kinds = enumeration("sad", "glad", "new", cls="Kind")
    moods = table("moods", key(), column("mood", kinds), column("other", kinds))
    rows = [row("moods", name="mood", not_null=True, length=None, labels=["sad", "glad", "gone"])]
    rows.append(row("moods", name="other", not_null=True, length=3))
    written = "((other)::text = ANY ((ARRAY['new'::character varying, 'sad'::character varying])::text[]))"
    before = schema([moods], [mapper("Mood", moods)])
    drift = drift_of(before, catalogue(columns=rows, checks=[row("moods", name="any", sql=written)]))
    after = with_drift(before, drift)
    fields = fields_of(factories(list(after.tables), list(after.mappers))["Mood"])
    assert fields["mood"] == "Use(fake.random_element, [Kind.SAD, Kind.GLAD])"
    assert fields["other"] == "Use(fake.random_element, [Kind.SAD, Kind.NEW])"


def test_columns_that_the_database_computes() -> None:
    rows = [row(name="name", not_null=False, length=None, generated=True)]
    before = schema([USERS], [])
    drift = drift_of(before, catalogue(columns=rows))
    assert [one.name for one in with_drift(before, drift).tables[0].columns if one.computed] == ["name"]


def test_truth_values_that_the_model_has_numbers_for() -> None:
    flags = table("flags", key(), column("on", INTEGER, default="scalar"), column("at", INTEGER))
    rows = [
        row("flags", name=name, not_null=True, length=None, boolean=name == "on") for name in ("on", "at")
    ]
    before = schema([flags], [mapper("Flag", flags)])
    after = with_drift(before, drift_of(before, catalogue(columns=rows)))
    fields = fields_of(factories(list(after.tables), list(after.mappers))["Flag"])
    assert fields["on"] == "Use(fake.pybool)" and "bool" not in fields["at"]


def test_domains_of_columns_that_the_model_has_another_type_for() -> None:
    rows = [row(name="name", checks=["((VALUE ~ '^V'::text))"])]
    (one,) = found(USERS, columns=columns("id", "kind", "name"), domains=rows)
    assert one.not_null == ("name",)
    assert one.checks == (CheckFact(name=None, sql="((\"name\" ~ '^V'::text))"),)


def test_what_the_first_partition_takes() -> None:
    sql = "((team_id IS NOT NULL) AND (team_id >= 10) AND (team_id < 20))"
    (one,) = found(USERS, columns=columns("id", "kind"), partitions=[row(sql=sql), row("teams", sql=None)])
    assert one.checks == (CheckFact(name=None, sql=sql),)
    (users,) = with_drift(schema([USERS], []), (one,)).tables
    assert "10" in fields_of(factories([users], [mapper("User", users)])["User"])["team_id"]


def test_exclusions_and_what_acts_on_rows() -> None:
    exclusion = "EXCLUDE USING gist (team_id WITH =)"
    rules = [row(rule="trigger stamp"), row(rule="row-level security")]
    (one,) = found(USERS, columns=columns("id", "kind"), exclusions=[row(sql=exclusion)], rules=rules)
    assert (one.excludes, one.rules) == ((exclusion,), ("trigger stamp", "row-level security"))
    assert one.demands and not one.model_copy(update={"excludes": ()}).demands
    assert with_drift(schema([USERS], []), (one,)).tables[0].excludes == (exclusion,)
    models = USERS.model_copy(update={"excludes": (exclusion,)})
    assert found(models, columns=columns("id", "kind"), exclusions=[row(sql=exclusion)]) == ()


def test_views_take_no_rows() -> None:
    before = schema([USERS, TEAMS], [mapper("User", USERS), mapper("Team", TEAMS)])
    drift = drift_of(before, catalogue(relations=[row(insertable=False), row("teams", insertable=True)]))
    assert drift == (TableDrift(table="users", takes_no_rows=True),)
    assert [one.abstract for one in with_drift(before, drift).mappers] == [True, False]


def test_tables_that_nobody_makes() -> None:
    audit = table("audit", key(), schema="public")
    before = schema([USERS, TEAMS, audit], [])
    rows = [row("teams", insertable=True), row("audit", insertable=True)]
    assert not_made(before, catalogue(relations=rows)) == ("users",)
