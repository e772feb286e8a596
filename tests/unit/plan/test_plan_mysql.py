"""What MySQL and MariaDB ask of the plan: values that fit their types, drivers, and no schema of another name."""

from __future__ import annotations

from typing import Any

import pytest
from plan_builders import (
    BOOLEAN,
    INTEGER,
    TEXT,
    column,
    enumeration,
    factories,
    fields_of,
    foreign,
    key,
    mapper,
    of_type,
    project,
    schema,
    string,
    table,
    values_of,
)

from tcgen.catalog.load import catalog
from tcgen.errors import TcgenError
from tcgen.ir.diagnostics import in_one_line, without_databases
from tcgen.ir.plan import FactoryPlan
from tcgen.ir.schema import ColumnFact, Dialect, Schema
from tcgen.ir.service import ServiceChoice
from tcgen.plan.build import Options, build_plan
from tcgen.plan.database.kept_by_mysql import as_kept


def on_mysql(*columns: ColumnFact, **fields: Any) -> Schema:
    box = table("box", key(), *columns, **fields)
    return schema([box], [mapper("Box", box)], dialect="mysql")


def planned(*columns: ColumnFact, **fields: Any) -> FactoryPlan:
    found = as_kept(on_mysql(*columns, **fields))
    return factories(list(found.tables), list(found.mappers))["Box"]


@pytest.mark.parametrize(
    ("bases", "ddl", "least", "most"),
    [
        (("TINYINT", "Integer"), "TINYINT(4)", 0, 127),
        (("TINYINT", "Integer"), "TINYINT UNSIGNED", 0, 255),
        (("MEDIUMINT", "Integer"), "MEDIUMINT UNSIGNED ZEROFILL", 0, 2**24 - 1),
        (("YEAR",), "YEAR(4)", 1901, 2155),
        (("BIT",), "BIT(3)", 0, 7),
        (("BIT",), "BIT", 0, 1),
    ],
)
def test_numbers_fit_their_types(bases: tuple[str, ...], ddl: str, least: int, most: int) -> None:
    box = planned(column("size", of_type(*bases, ddl=ddl)))
    found = values_of(fields_of(box)["size"], 300)
    assert all(isinstance(one, int) for one in found)
    assert least <= min(found) <= max(found) <= most


def test_a_narrow_number_that_is_unique_bounds_the_rows() -> None:
    tiny = of_type("TINYINT", "Integer", ddl="TINYINT UNSIGNED")
    box = planned(column("size", tiny), uniques=("size",))
    found = values_of(fields_of(box)["size"], 256)
    assert len({*found}) == 256
    assert max(found) <= 255


def test_a_set_and_bytes_of_a_fixed_length() -> None:
    members = enumeration("a", "b").enum
    of_set = of_type("SET", "String", ddl="SET('a','b')").model_copy(update={"enum": members})
    digest = of_type("BINARY", "_Binary", ddl="BINARY(16)", length=16)
    box = planned(column("flags", of_set), column("digest", digest), uniques=("digest",))
    assert all(isinstance(one, set) and one <= {"a", "b"} for one in values_of(fields_of(box)["flags"]))
    found = values_of(fields_of(box)["digest"])
    assert {len(one) for one in found} == {16}
    assert len({*found}) == len(found)


@pytest.mark.parametrize(
    ("sql", "kept"),
    [
        ("`size` > 0 AND `a``b` <> 'x'", '"size" > 0 AND "a`b" <> \'x\''),
        ("kind IN (\"a\", 'b')", "kind IN ('a', 'b')"),
        ("(`kind` in (_utf8mb4'a',_utf8mb4'b'))", "(\"kind\" IN ('a', 'b'))"),
        ("this ( is none", "this ( is none"),
    ],
)
def test_conditions_are_read_as_mysql_writes_them(sql: str, kept: str) -> None:
    [box] = as_kept(on_mysql(column("size"), checks=(sql,))).tables
    assert box.checks[0].sql == kept


def test_what_is_kept_of_moments_and_decimals() -> None:
    moment = of_type("DateTime", ddl="DATETIME", timezone=True)
    precise = of_type("DATETIME", "DateTime", ddl="DATETIME(6)")
    [box] = as_kept(
        on_mysql(
            column("at", moment),
            column("seen", precise),
            column("short", of_type("TINYTEXT", "String", ddl="TINYTEXT")),
            column("price", of_type("Numeric", ddl="NUMERIC")),
            column("plain", INTEGER),
        )
    ).tables
    types = {one.name: one.type for one in box.columns}
    assert (types["at"].precision, types["at"].timezone) == (0, False)
    assert types["seen"].precision == 6
    assert types["short"].length == 255
    assert (types["price"].precision, types["price"].scale) == (10, 0)
    assert types["plain"] is INTEGER


def test_no_key_can_be_checked_late() -> None:
    late = foreign("other_id", "other").model_copy(update={"deferrable": True})
    [box] = as_kept(on_mysql(column("other_id"), foreign_keys=(late,))).tables
    assert not box.foreign_keys[0].deferrable


@pytest.mark.parametrize("dialect", ["postgresql", "sqlite"])
def test_what_is_not_for_mysql_is_left_as_it_is(dialect: Dialect) -> None:
    box = table("box", key(), column("on", BOOLEAN), column("note", TEXT))
    other = schema([box], [mapper("Box", box)], dialect=dialect)
    assert as_kept(other) is other


@pytest.mark.parametrize(
    ("dependencies", "drivernames", "sync", "asynchronous", "added"),
    [
        (("pymysql",), (), "pymysql", None, {"cryptography>=42"}),
        (("mysqlclient",), (), "mysqldb", None, set()),
        (("mysql-connector-python",), (), "mysqlconnector", None, set()),
        (("mariadb", "asyncmy"), (), "mariadbconnector", "asyncmy", set()),
        (("aiomysql",), (), "pymysql", "aiomysql", {"pymysql>=1.1", "cryptography>=42"}),
        ((), ("mysql+mysqlconnector",), "mysqlconnector", None, {"mysql-connector-python>=9"}),
        # what a URL without a driver is opened with
        ((), ("mysql",), "mysqldb", None, {"mysqlclient>=2.2"}),
        # which has one put in where it is opened
        ((), ("mysql", "mysql+pymysql"), "pymysql", None, {"pymysql>=1.1", "cryptography>=42"}),
        ((), ("postgresql+asyncpg",), "pymysql", None, {"pymysql>=1.1", "cryptography>=42"}),
    ],
)
def test_drivers(
    dependencies: tuple[str, ...],
    drivernames: tuple[str, ...],
    sync: str,
    asynchronous: str | None,
    added: set[str],
) -> None:
    shop = project(
        dependencies=dependencies,
        runtime=dependencies,
        drivernames=drivernames,
        async_engine=asynchronous is not None,
        database_backends=("mysql",),
    )
    box = on_mysql(column("label", string(5)))
    dialect: Dialect = "mariadb" if "mariadb" in dependencies else "mysql"
    plan = build_plan(shop, box.model_copy(update={"dialect": dialect}), catalog())
    assert (plan.database.sync_driver, plan.database.async_driver) == (sync, asynchronous)
    assert (plan.database.backend, plan.database.module) == ("mysql", dialect)
    names = ("sql", "mariadb", "asyncmy", "cryptography", "psycopg")
    assert {one for one in plan.requirements if any(name in one for name in names)} == added


def test_the_image_is_that_of_the_compose_file() -> None:
    shop = project(dependencies=("pymysql",), compose_images=("mariadb:10.11", "mysql:8.0"))
    box = on_mysql(column("label", string(5)))
    for dialect, image in (("mariadb", "mariadb:10.11"), ("mysql", "mysql:8.0")):
        shown = box.model_copy(update={"dialect": dialect})
        plan = build_plan(shop, shown, catalog())
        assert plan.database.image == image
        assert plan.services == ()


def test_a_table_in_another_schema_is_refused() -> None:
    box = table("box", key(), schema="core")
    with pytest.raises(
        TcgenError, match="tables are in core: each is a database of its own on MySQL"
    ) as raised:
        build_plan(
            project(dependencies=("pymysql",)),
            schema([box], [mapper("Box", box)], dialect="mysql"),
            catalog(),
        )
    assert raised.value.code == "schemas-are-databases"


def test_names_of_the_suites_databases_are_not_recorded() -> None:
    refusal = "fails (`app_test_d7e870d581fe_main`.`ports`, CONSTRAINT `fk`)"
    assert in_one_line(refusal) == "fails (`ports`, CONSTRAINT `fk`)"
    assert without_databases("Table 'shop_0f1e2d_template.box' exists") == "Table 'box' exists"
    assert without_databases("`test_0f1e2d_gw1_committed`.`box`") == "`box`"
    assert without_databases("pg_catalog.box and latest_main.box") == "pg_catalog.box and latest_main.box"


def test_another_server_of_the_same_kind_needs_a_name_of_its_own() -> None:
    shop, box = project(dependencies=("pymysql",)), on_mysql(column("label", string(5)))
    beside = ServiceChoice(kind="mysql", name="mysql")
    with pytest.raises(TcgenError, match="mysql is the suite's own database") as raised:
        build_plan(shop, box, catalog(), Options(services=(beside,)))
    assert "--name another_mysql" in raised.value.hint
    named = beside.model_copy(update={"name": "archive"})
    plan = build_plan(shop, box, catalog(), Options(services=(named,)))
    assert [one.name for one in plan.services] == ["archive"]


def test_the_driver_is_not_asked_for_where_the_project_brings_it() -> None:
    brought = ("pymysql", "cryptography")
    plan = build_plan(
        project(dependencies=brought, runtime=brought), on_mysql(column("label", string(5))), catalog()
    )
    assert not {"pymysql>=1.1", "cryptography>=42"} & {*plan.requirements}
