"""Tells a project whose own database is none that a suite could run on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tcgen.errors import TcgenError
from tcgen.ir.project import Project
from tcgen.ir.schema import Schema
from tcgen.plan.constraints.type_parts import parts_of

POSTGRESQL = "PostgreSQL"
NAMES = {
    "cockroachdb": POSTGRESQL,
    "mariadb": "MariaDB",
    "mssql": "SQL Server",
    "mysql": "MySQL",
    "oracle": "Oracle",
    "postgres": POSTGRESQL,
    "postgresql": POSTGRESQL,
    "sqlite": "SQLite",
}
"""What the databases are called, by the first part of a URL and by SQLAlchemy's folder of a dialect."""

DRIVERS = {
    "aiomysql": "MySQL",
    "aioodbc": "SQL Server",
    "aiosqlite": "SQLite",
    "asyncmy": "MySQL",
    "asyncpg": POSTGRESQL,
    "cx-oracle": "Oracle",
    "mariadb": "MariaDB",
    "mysql-connector-python": "MySQL",
    "mysqlclient": "MySQL",
    "oracledb": "Oracle",
    "pg8000": POSTGRESQL,
    "psycopg": POSTGRESQL,
    "psycopg-binary": POSTGRESQL,
    "psycopg2": POSTGRESQL,
    "psycopg2-binary": POSTGRESQL,
    "pymssql": "SQL Server",
    "pymysql": "MySQL",
    "pyodbc": "SQL Server",
    "sqlalchemy-cockroachdb": POSTGRESQL,
}
_DIALECTS = "sqlalchemy.dialects."
_COLLATION = re.compile(
    r"COLLATE \"?((?:ascii|big5|binary|cp\d+|gbk|greek|latin\d|sjis|ucs2|ujis|utf8(?:mb[34])?|utf16|utf32)_\w+)",
    re.IGNORECASE,
)
"""The character set that names of MySQL's collations begin with; those of other databases do not."""


def check_database(project: Project, schema: Schema) -> None:
    """Refuse a project that shows another database and nowhere PostgreSQL.

    Raises:
        TcgenError: ``other-database``.
    """
    found = list(_evidence(project, schema))
    if not found or any(name == POSTGRESQL for name, _ in found):
        return
    name, where = found[0]
    raise TcgenError(
        "other-database",
        f"{project.name} runs on {name} ({where}), and tcgen writes suites for PostgreSQL alone: nothing was written",
        hint="Where it runs on PostgreSQL too, declare a driver such as psycopg among its dependencies.",
        status=1,
    )


def _evidence(project: Project, schema: Schema) -> Iterator[tuple[str, str]]:
    """Name databases, and where each is seen, the surest first."""
    for table in schema.tables:
        for column in table.columns:
            for fact in parts_of(column.type):
                dialect = fact.module.removeprefix(_DIALECTS).partition(".")[0]
                if fact.module.startswith(_DIALECTS) and dialect in NAMES:
                    yield NAMES[dialect], f"{table.name}.{column.name} is its {fact.name}"
                if (collated := _COLLATION.search(fact.ddl or "")) is not None:
                    yield "MySQL", f"{table.name}.{column.name} has its collation {collated[1]}"
    for name in project.dependencies:
        if name in DRIVERS:
            yield DRIVERS[name], f"its driver {name} is a dependency"
    for backend in project.database_backends:
        # what a library falls back to says nothing of where it runs
        if backend != "sqlite":
            yield NAMES[backend], f"a URL begins with {backend}"
    for image in project.compose_images:
        if (named := image.rpartition("/")[2].partition(":")[0]) in NAMES:
            yield NAMES[named], f"a Compose file runs {image}"
