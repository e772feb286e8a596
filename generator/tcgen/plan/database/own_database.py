"""Which database a project runs on, by what it shows; told where that is none that a suite could run on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tcgen.errors import TcgenError
from tcgen.ir.diagnostics import Diagnostic
from tcgen.ir.project import Project
from tcgen.ir.schema import Schema
from tcgen.plan.constraints.type_parts import parts_of

POSTGRESQL = "PostgreSQL"
NAMES = {
    "cockroachdb": "CockroachDB",
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
    "sqlalchemy-cockroachdb": "CockroachDB",
}
_DIALECTS = "sqlalchemy.dialects."
_COLLATION = re.compile(
    r"COLLATE \"?((?:ascii|big5|binary|cp\d+|gbk|greek|latin\d|sjis|ucs2|ujis|utf8(?:mb[34])?|utf16|utf32)_\w+)",
    re.IGNORECASE,
)
"""The character set that names of MySQL's collations begin with; those of other databases do not."""


@dataclass(frozen=True)
class OwnDatabase:
    """The database of a project that the suite is written for, which is PostgreSQL.

    Attributes:
        reason: What shows it, in a few words.
        remarks: What shows another one.
    """

    reason: str
    remarks: tuple[Diagnostic, ...] = ()


def check_name(name: str) -> str:
    """Return what somebody wants the suite to run on.

    Raises:
        TcgenError: ``bad-database`` where there is none of that name, ``other-database`` where no suite is written for it.
    """
    if name not in NAMES:
        raise TcgenError(
            "bad-database", f"--database: there is no {name!r}", hint=f"one of {', '.join(NAMES)}"
        )
    if NAMES[name] != POSTGRESQL:
        raise TcgenError(
            "other-database",
            f"tcgen writes suites for PostgreSQL alone, none for {NAMES[name]}: nothing was written",
            hint="--database postgresql, where the project runs on it too",
        )
    return name


def own_database(project: Project, schema: Schema, chosen: bool, wanted: bool) -> OwnDatabase:
    """Tell what the project runs on, as its types, drivers, URLs and Compose files show it.

    Args:
        project: Its files.
        schema: Its models.
        chosen: Somebody said that it is PostgreSQL.
        wanted: There is a suite already.

    Raises:
        TcgenError: ``other-database``: it shows another one and nowhere PostgreSQL, and nobody chose.
    """
    signs = list(_evidence(project, schema))
    own = [where for name, where in signs if name == POSTGRESQL]
    others = [(name, where) for name, where in signs if name != POSTGRESQL]
    if chosen:
        return OwnDatabase("as --database says")
    if not others:
        return OwnDatabase(own[0] if own else "nothing names another")
    name, where = others[0]
    if own:
        return OwnDatabase(own[0], (_disagreement(own[0], name, where),))
    if wanted:
        return OwnDatabase("there is a suite for it")
    raise TcgenError(
        "other-database",
        f"{project.name} runs on {name} ({where}), and tcgen writes suites for PostgreSQL alone: nothing was written",
        hint="Where it runs on PostgreSQL too: tcgen init --database postgresql",
        # of these there will be suites: a limit of tcgen's, no fault of who called it
        status=1 if name in ("MySQL", "MariaDB", "SQLite") else 2,
    )


def _disagreement(own: str, name: str, where: str) -> Diagnostic:
    return Diagnostic(
        level="note",
        code="databases-disagree",
        message=f"the project shows {POSTGRESQL} ({own}) and {name} ({where}): the suite runs on {POSTGRESQL} alone",
        hint="--database postgresql says that it is meant",
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
