"""A project whose own database is not PostgreSQL is told so; one that shows PostgreSQL anywhere is not."""

from __future__ import annotations

from typing import Any

import pytest
from plan_builders import column, key, of_type, project, schema, table

from tcgen.errors import TcgenError
from tcgen.ir.schema import Schema, TypeFact
from tcgen.plan.database.other_databases import check_database


def of_dialect(dialect: str, name: str) -> TypeFact:
    return of_type(name).model_copy(update={"module": f"sqlalchemy.dialects.{dialect}.types", "name": name})


def with_column(type_: TypeFact | None = None) -> Schema:
    columns = [key()] if type_ is None else [key(), column("size", type_)]
    return schema([table("box", *columns)], [])


PLAIN = with_column()
COLLATED = with_column(of_type("String", ddl="VARCHAR(20) COLLATE latin1_general_cs"))
TINY = with_column(of_dialect("mysql", "TINYINT"))


@pytest.mark.parametrize(
    ("found", "models", "said"),
    [
        ({"dependencies": ("pymysql", "sqlalchemy")}, PLAIN, "MySQL (its driver pymysql is a dependency)"),
        ({"dependencies": ("aiosqlite",)}, PLAIN, "SQLite (its driver aiosqlite"),
        ({"database_backends": ("mysql", "sqlite")}, PLAIN, "MySQL (a URL begins with mysql)"),
        ({"compose_images": ("registry.test/mariadb:11",)}, PLAIN, "MariaDB (a Compose file runs"),
        ({}, TINY, "MySQL (box.size is its TINYINT)"),
        ({"database_backends": ("mssql", "sqlite")}, TINY, "MySQL (box.size"),
        ({}, COLLATED, "MySQL (box.size has its collation latin1_general_cs)"),
    ],
)
def test_another_database_is_named_with_what_shows_it(
    found: dict[str, Any], models: Schema, said: str
) -> None:
    with pytest.raises(TcgenError, match="PostgreSQL alone") as raised:
        check_database(project(**found), models)
    assert said in raised.value.message
    assert (raised.value.code, raised.value.status) == ("other-database", 1)


@pytest.mark.parametrize(
    ("found", "models"),
    [
        ({}, PLAIN),
        ({"dependencies": ("asyncpg", "aiosqlite"), "database_backends": ("sqlite",)}, PLAIN),
        ({"database_backends": ("sqlite",)}, PLAIN),
        ({"dependencies": ("pymysql",), "database_backends": ("mysql", "postgresql")}, PLAIN),
        ({"dependencies": ("pymysql",), "compose_images": ("postgres:18", "mysql:9")}, PLAIN),
        ({"database_backends": ("cockroachdb",)}, TINY),
        ({"dependencies": ("psycopg",)}, COLLATED),
        ({}, with_column(of_type("String", ddl='VARCHAR(20) COLLATE "de-DE-x-icu"'))),
        ({"dependencies": ("aiosqlite",)}, with_column(of_dialect("postgresql", "INET"))),
    ],
)
def test_postgresql_beside_it_is_enough(found: dict[str, Any], models: Schema) -> None:
    check_database(project(**found), models)
