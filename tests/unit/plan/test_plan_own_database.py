"""What a project shows of its database; it is told where that is none that suites are written for."""

from __future__ import annotations

from typing import Any

import pytest
from plan_builders import column, key, of_type, project, schema, table

from tcgen.errors import TcgenError
from tcgen.ir.schema import TITLES, Dialect, Schema, TypeFact
from tcgen.plan.database.own_database import OwnDatabase, check_name, names, own_database


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
    ("found", "models", "said"),
    [
        ({"dependencies": ("pymysql", "sqlalchemy")}, PLAIN, "MySQL (its driver pymysql is a dependency)"),
        ({"database_backends": ("mysql", "sqlite")}, PLAIN, "MySQL (a URL begins with mysql)"),
        ({"compose_images": ("registry.test/mariadb:11",)}, PLAIN, "MariaDB (a Compose file runs"),
        ({}, TINY, "MySQL (box.size is its TINYINT)"),
        ({"database_backends": ("mssql", "sqlite")}, TINY, "MySQL (box.size"),
        ({"dependencies": ("oracledb",)}, PLAIN, "Oracle (its driver oracledb is a dependency)"),
        ({"database_backends": ("cockroachdb",)}, PLAIN, "CockroachDB (a URL begins with cockroachdb)"),
        ({}, COLLATED, "MySQL (box.size has its collation latin1_general_cs)"),
    ],
)
def test_another_database_is_named_with_what_shows_it(
    found: dict[str, Any], models: Schema, said: str
) -> None:
    with pytest.raises(TcgenError, match="suites for PostgreSQL and SQLite: nothing") as raised:
        own_database(project(**found), models, chosen="", before=None)
    assert said in raised.value.message
    status = 2 if "Oracle" in said or "Cockroach" in said else 1
    assert (raised.value.code, raised.value.status) == ("other-database", status)
    # who says what is meant, or has a suite, is not told again
    for name, dialect in (("postgres", "postgresql"), ("sqlite", "sqlite")):
        meant = own_database(project(**found), models, chosen=name, before=None)
        assert meant == OwnDatabase(dialect, "as --database says")
    for dialect in TITLES:
        kept = own_database(project(**found), models, chosen="", before=dialect)
        assert kept == OwnDatabase(dialect, "there is a suite for it")


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
        (
            {"dependencies": ("aiosqlite", "asyncmy")},
            PLAIN,
            "its driver aiosqlite is a dependency",
            "MySQL (its driver asyncmy is a dependency)",
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
    assert names() == ("postgres", "postgresql", "sqlite")
    for name in names():
        assert check_name(name) == name
    for name, code in (("mariadb", "other-database"), ("postgre", "bad-database")):
        with pytest.raises(TcgenError) as raised:
            check_name(name)
        assert (raised.value.code, raised.value.status) == (code, 2)
