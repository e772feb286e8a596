"""What a project shows of its database; it is told where that is none that suites are written for."""

from __future__ import annotations

from typing import Any

import pytest
from plan_builders import column, key, of_type, project, schema, table

from tcgen.errors import TcgenError
from tcgen.ir.schema import TITLES, Dialect, Schema, TypeFact
from tcgen.plan.database.own_database import NAMES, OwnDatabase, check_name, names, own_database


def of_dialect(dialect: str, name: str) -> TypeFact:
    return of_type(name).model_copy(update={"module": f"sqlalchemy.dialects.{dialect}.types", "name": name})


def with_column(type_: TypeFact | None = None) -> Schema:
    columns = [key()] if type_ is None else [key(), column("size", type_)]
    return schema([table("box", *columns)], [])


def check_shown(own: OwnDatabase, dialect: Dialect, reason: str, other: str) -> None:
    title = TITLES[dialect]
    assert (own.dialect, own.reason) == (dialect, reason)
    said = [f"the project shows {title} ({reason}) and {other}: the suite runs on {title} alone"]
    assert [one.message for one in own.remarks] == (said if other else [])


PLAIN = with_column()
COLLATED = with_column(of_type("String", ddl="VARCHAR(20) COLLATE latin1_general_cs"))
TINY = with_column(of_dialect("mysql", "TINYINT"))


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"dependencies": ("oracledb",)}, "Oracle (its driver oracledb is a dependency)"),
        ({"database_backends": ("cockroachdb",)}, "CockroachDB (a URL begins with cockroachdb)"),
        ({"database_backends": ("mssql", "sqlite")}, "SQL Server (a URL begins with mssql)"),
    ],
)
def test_a_database_without_suites_is_named_with_what_shows_it(found: dict[str, Any], said: str) -> None:
    every = "PostgreSQL, MySQL, MariaDB and SQLite"
    with pytest.raises(TcgenError, match=f"suites for {every}: nothing") as raised:
        own_database(project(**found), PLAIN, chosen="", before=None)
    assert said in raised.value.message
    assert raised.value.code == "other-database"
    # who says what is meant, or has a suite, is not told again
    for name in names():
        meant = own_database(project(**found), PLAIN, chosen=name, before=None)
        assert (NAMES[name], meant) == (
            TITLES[meant.dialect],
            OwnDatabase(meant.dialect, "as --database says"),
        )
    for dialect in TITLES:
        kept = own_database(project(**found), PLAIN, chosen="", before=dialect)
        assert kept == OwnDatabase(dialect, "there is a suite for it")


@pytest.mark.parametrize(
    ("found", "models", "dialect", "reason", "other"),
    [
        (
            {"dependencies": ("pymysql", "sqlalchemy")},
            PLAIN,
            "mysql",
            "its driver pymysql is a dependency",
            "",
        ),
        ({"database_backends": ("mysql", "sqlite")}, PLAIN, "mysql", "a URL begins with mysql", ""),
        ({}, TINY, "mysql", "box.size is its TINYINT", ""),
        ({}, COLLATED, "mysql", "box.size has its collation latin1_general_cs", ""),
        (
            {"database_backends": ("mssql",)},
            TINY,
            "mysql",
            "box.size is its TINYINT",
            "SQL Server (a URL begins with mssql)",
        ),
        (
            {"dependencies": ("aiosqlite", "asyncmy")},
            PLAIN,
            "mysql",
            "its driver asyncmy is a dependency",
            "SQLite (its driver aiosqlite is a dependency)",
        ),
        # MySQL's drivers and types are MariaDB's too
        (
            {"dependencies": ("pymysql",), "compose_images": ("registry.test/mariadb:11",)},
            TINY,
            "mariadb",
            "box.size is its TINYINT",
            "",
        ),
        ({"dependencies": ("mariadb",)}, PLAIN, "mariadb", "its driver mariadb is a dependency", ""),
        # what is run beside a project says more than a driver that some of its users need
        (
            {"dependencies": ("psycopg2", "pymysql"), "compose_images": ("mariadb:10.11",)},
            PLAIN,
            "mariadb",
            "its driver pymysql is a dependency",
            "PostgreSQL (its driver psycopg2 is a dependency)",
        ),
        (
            {"dependencies": ("psycopg2",), "compose_images": ("mysql:9",)},
            with_column(of_dialect("postgresql", "INET")),
            "postgresql",
            "box.size is its INET",
            "MySQL (a Compose file runs mysql:9)",
        ),
    ],
)
def test_mysql_and_mariadb_are_told_apart(
    found: dict[str, Any], models: Schema, dialect: Dialect, reason: str, other: str
) -> None:
    check_shown(own_database(project(**found), models, chosen="", before=None), dialect, reason, other)


@pytest.mark.parametrize(
    ("found", "models", "reason", "other"),
    [
        ({}, PLAIN, "nothing names another", ""),
        (
            {"dependencies": ("asyncpg", "aiosqlite"), "database_backends": ("sqlite",)},
            PLAIN,
            "its driver asyncpg is a dependency",
            "SQLite (its driver aiosqlite is a dependency)",
        ),
        ({"database_backends": ("sqlite",)}, PLAIN, "nothing names another", ""),
        (
            {"dependencies": ("pymysql",), "database_backends": ("mysql", "postgresql")},
            PLAIN,
            "a URL begins with postgresql",
            "MySQL (its driver pymysql is a dependency)",
        ),
        (
            {"dependencies": ("pymysql",), "compose_images": ("postgres:18", "mysql:9")},
            PLAIN,
            "a Compose file runs postgres:18",
            "MySQL (its driver pymysql is a dependency)",
        ),
        (
            {"dependencies": ("psycopg", "sqlalchemy-cockroachdb")},
            PLAIN,
            "its driver psycopg is a dependency",
            "CockroachDB (its driver sqlalchemy-cockroachdb is a dependency)",
        ),
        (
            {"dependencies": ("psycopg",)},
            COLLATED,
            "its driver psycopg is a dependency",
            "MySQL (box.size has its collation latin1_general_cs)",
        ),
        (
            {},
            with_column(of_type("String", ddl='VARCHAR(20) COLLATE "de-DE-x-icu"')),
            "nothing names another",
            "",
        ),
        (
            {"dependencies": ("aiosqlite",)},
            with_column(of_dialect("postgresql", "INET")),
            "box.size is its INET",
            "SQLite (its driver aiosqlite is a dependency)",
        ),
    ],
)
def test_postgresql_beside_it_is_enough_and_the_other_is_named(
    found: dict[str, Any], models: Schema, reason: str, other: str
) -> None:
    check_shown(own_database(project(**found), models, chosen="", before=None), "postgresql", reason, other)


@pytest.mark.parametrize(
    ("found", "models", "reason", "other"),
    [
        ({"dependencies": ("aiosqlite",)}, PLAIN, "its driver aiosqlite is a dependency", ""),
        ({}, with_column(of_dialect("sqlite", "DATETIME")), "box.size is its DATETIME", ""),
        (
            {"database_backends": ("sqlite",)},
            with_column(of_type("BLOB")),
            "box.size is BLOB, and a URL begins with sqlite",
            "",
        ),
    ],
)
def test_sqlite_is_taken_where_nothing_shows_postgresql(
    found: dict[str, Any], models: Schema, reason: str, other: str
) -> None:
    check_shown(own_database(project(**found), models, chosen="", before=None), "sqlite", reason, other)


def test_a_suite_stays_on_its_database() -> None:
    shown = project(dependencies=("psycopg", "aiosqlite"))
    own = own_database(shown, PLAIN, chosen="", before="sqlite")
    assert (own.dialect, own.reason) == ("sqlite", "its driver aiosqlite is a dependency")
    [remark] = own.remarks
    assert "PostgreSQL (its driver psycopg is a dependency): the suite runs on SQLite alone" in remark.message


def test_what_a_suite_is_asked_for() -> None:
    assert names() == ("mariadb", "mysql", "postgres", "postgresql", "sqlite")
    for name in names():
        assert check_name(name) == name
    for name, code in (("oracle", "other-database"), ("postgre", "bad-database")):
        with pytest.raises(TcgenError) as raised:
            check_name(name)
        assert raised.value.code == code
