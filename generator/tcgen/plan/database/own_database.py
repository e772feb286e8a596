"""Which database a project runs on, by what it shows; told where that is none that suites are written for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from tcgen.errors import TcgenError
from tcgen.ir.diagnostics import Diagnostic
from tcgen.ir.project import Project
from tcgen.ir.schema import TITLES, Dialect, Schema
from tcgen.plan.constraints.type_parts import parts_of

POSTGRESQL = "PostgreSQL"
MARIADB = "MariaDB"
MYSQL = "MySQL"
NAMES = {
    "cockroachdb": "CockroachDB",
    "mariadb": MARIADB,
    "mssql": "SQL Server",
    "mysql": MYSQL,
    "oracle": "Oracle",
    "postgres": POSTGRESQL,
    "postgresql": POSTGRESQL,
    "sqlite": "SQLite",
}
"""What the databases are called, by the first part of a URL and by SQLAlchemy's folder of a dialect."""

DRIVERS = {
    "aiomysql": MYSQL,
    "aioodbc": "SQL Server",
    "aiosqlite": "SQLite",
    "asyncmy": MYSQL,
    "asyncpg": POSTGRESQL,
    "cx-oracle": "Oracle",
    "mariadb": MARIADB,
    "mysql-connector-python": MYSQL,
    "mysqlclient": MYSQL,
    "oracledb": "Oracle",
    "pg8000": POSTGRESQL,
    "psycopg": POSTGRESQL,
    "psycopg-binary": POSTGRESQL,
    "psycopg2": POSTGRESQL,
    "psycopg2-binary": POSTGRESQL,
    "pymssql": "SQL Server",
    "pymysql": MYSQL,
    "pyodbc": "SQL Server",
    "sqlalchemy-cockroachdb": "CockroachDB",
}
_DIALECTS = "sqlalchemy.dialects."
_NOT_IN_POSTGRESQL = frozenset({"BINARY", "BLOB", "CLOB", "DATETIME", "NCHAR", "NVARCHAR", "VARBINARY"})
"""SQLAlchemy's own types of databases in general that PostgreSQL is none of."""

_COLLATION = re.compile(
    r"COLLATE \"?((?:ascii|big5|binary|cp\d+|gbk|greek|latin\d|sjis|ucs2|ujis|utf8(?:mb[34])?|utf16|utf32)_\w+)",
    re.IGNORECASE,
)
"""The character set that names of MySQL's collations begin with; those of other databases do not."""


SUITES: dict[str, Dialect] = {title: dialect for dialect, title in TITLES.items()}
"""Databases that suites are written for."""


class Sign(NamedTuple):
    """Something in a project that shows a database.

    Attributes:
        title: What the database is called.
        where: What shows it, in a few words.
        of: A type of the models; a server that is run beside the project; or no more than a driver or a URL.
    """

    title: str
    where: str
    of: Literal["type", "server", "mention"] = "mention"


@dataclass(frozen=True)
class OwnDatabase:
    """The database of a project, which the suite is written for.

    Attributes:
        dialect: SQLAlchemy's name of it.
        reason: What shows it, in a few words.
        remarks: What shows another one.
    """

    dialect: Dialect
    reason: str
    remarks: tuple[Diagnostic, ...] = ()


def check_name(name: str) -> str:
    """Return what somebody wants the suite to run on.

    Raises:
        TcgenError: ``bad-database`` where there is none of that name, ``other-database`` where no suite is written for it.
    """
    if name not in NAMES:
        raise TcgenError(
            "bad-database", f"--database: there is no {name!r}", hint=f"one of {', '.join(names())}"
        )
    if NAMES[name] not in SUITES:
        raise TcgenError(
            "other-database",
            f"tcgen writes suites for {_every()}, none for {NAMES[name]}: nothing was written",
            hint=f"{_flags()}, where the project runs on it too",
        )
    return name


def names() -> tuple[str, ...]:
    """Return what ``--database`` takes."""
    return tuple(name for name, title in NAMES.items() if title in SUITES)


def _every() -> str:
    *others, last = SUITES
    return f"{', '.join(others)} and {last}"


def _flags() -> str:
    return " or ".join(f"--database {dialect}" for dialect in SUITES.values())


def own_database(project: Project, schema: Schema | None, chosen: str, before: Dialect | None) -> OwnDatabase:
    """Tell what the project runs on, as its types, drivers, URLs and Compose files show it.

    Args:
        project: Its files.
        schema: Its models, where they were read already.
        chosen: What somebody said that it is; "" for nothing.
        before: That of the suite there is.

    Raises:
        TcgenError: ``other-database``: it shows another one and none that suites are written for, and nobody chose.
    """
    if chosen:
        return OwnDatabase(SUITES[NAMES[chosen]], "as --database says")
    signs = list(_evidence(project, schema))
    if any(one.title == MARIADB for one in signs):
        # it is reached by MySQL's drivers and URLs, and has its types
        signs = [one._replace(title=MARIADB) if one.title == MYSQL else one for one in signs]
    title = TITLES[before] if before else _most_likely(signs)
    if not title:
        raise _none_is_written(project, signs[0])
    own = next((one.where for one in signs if one.title == title), "")
    others = [one for one in signs if one.title != title]
    if not own:
        reason = "there is a suite for it" if others else "nothing names another"
        return OwnDatabase(SUITES[title], reason)
    remarks = (_disagreement(title, own, others[0]),) if others else ()
    return OwnDatabase(SUITES[title], own, remarks)


def _most_likely(signs: list[Sign]) -> str:
    """Return the database that is shown, the first there are suites for; "" where there are none for any that is."""
    shown = [title for title in SUITES if any(one.title == title for one in signs)]
    run = {one.title for one in signs if one.of == "server" and one.title in SUITES}
    # a driver may be there for some users, or for the tests: what is run beside the project is what it runs on
    if len(run) == 1 and not any(one.of == "type" for one in signs):
        return run.pop()
    return next(iter(shown), "" if signs else POSTGRESQL)


def _none_is_written(project: Project, sign: Sign) -> TcgenError:
    return TcgenError(
        "other-database",
        f"{project.name} runs on {sign.title} ({sign.where}), and tcgen writes suites for {_every()}: nothing was written",
        hint=f"Where it runs on one of them too: tcgen init {_flags()}",
    )


def _disagreement(title: str, own: str, other: Sign) -> Diagnostic:
    return Diagnostic(
        level="note",
        code="databases-disagree",
        message=f"the project shows {title} ({own}) and {other.title} ({other.where}): the suite runs on {title} alone",
        hint=f"--database {SUITES[title]} says that it is meant",
    )


def _evidence(project: Project, schema: Schema | None) -> Iterator[Sign]:
    """Name databases, and where each is seen, the surest first."""
    for table in schema.tables if schema else ():
        for column in table.columns:
            for fact in parts_of(column.type):
                dialect = fact.module.removeprefix(_DIALECTS).partition(".")[0]
                if fact.module.startswith(_DIALECTS) and dialect in NAMES:
                    yield Sign(NAMES[dialect], f"{table.name}.{column.name} is its {fact.name}", "type")
                elif fact.name in _NOT_IN_POSTGRESQL and "sqlite" in project.database_backends:
                    where = f"{table.name}.{column.name} is {fact.name}, and a URL begins with sqlite"
                    yield Sign("SQLite", where, "type")
                if (collated := _COLLATION.search(fact.ddl or "")) is not None:
                    yield Sign(MYSQL, f"{table.name}.{column.name} has its collation {collated[1]}", "type")
    for name in project.dependencies:
        if name in DRIVERS:
            yield Sign(DRIVERS[name], f"its driver {name} is a dependency")
    for backend in project.database_backends:
        # what a library falls back to says nothing of where it runs
        if backend != "sqlite":
            yield Sign(NAMES[backend], f"a URL begins with {backend}")
    for image in project.compose_images:
        if (named := image.rpartition("/")[2].partition(":")[0]) in NAMES:
            yield Sign(NAMES[named], f"a Compose file runs {image}", "server")
