"""The drivers that a suite reaches its database with, and what brings them."""

from __future__ import annotations

from tcgen.ir.application import EngineFact, SessionsFact
from tcgen.ir.driver import DRIVERS, Driver
from tcgen.ir.plan import DatabasePlan
from tcgen.ir.project import Project
from tcgen.ir.schema import BACKENDS, Schema


def choose_sync(project: Project, schema: Schema) -> str:
    """Return the driver of the suite's own engine, as URLs have it."""
    known = [one for one in DRIVERS[BACKENDS[schema.dialect]] if not one.asynchronous]
    names = [one.name for one in known]
    if opened := [one for one in _opened(schema, is_async=False) if one in names]:
        return opened[0]
    if schema.own_driver in names:
        return schema.own_driver
    declared = [one.name for one in known if one.is_among(project.dependencies)]
    installed = [one.name for one in known if one.is_among(_installed(schema))]
    # of those that came along, psycopg2 runs more of what was written before psycopg 3
    found = [
        *declared,
        *_named(project, schema),
        *sorted(installed, key=lambda driver: driver != "psycopg2"),
        *names,
    ]
    return next(one for one in found if one in names and (one != "psycopg" or _is_modern(schema)))


def choose_async(project: Project, schema: Schema) -> str:
    """Return the driver of the suite's asynchronous engines."""
    known = [one for one in DRIVERS[BACKENDS[schema.dialect]] if one.asynchronous]
    if opened := _opened(schema, is_async=True):
        return opened[0]
    here = {*project.dependencies, *_installed(schema)}
    found = next((one.name for one in known if one.is_among(here)), "")
    if found:
        return found
    return "psycopg" if schema.dialect == "postgresql" and _is_modern(schema) else known[0].name


def _opened(schema: Schema, *, is_async: bool) -> list[str]:
    """Return the drivers of the application's engines: a connection cannot be shared with any other."""
    around = schema.application
    opened: list[EngineFact | SessionsFact] = [*around.engines, *around.sessions]
    backend = BACKENDS[schema.dialect]
    known = {one.name for one in DRIVERS[backend]}
    return [
        one.driver
        for one in opened
        if one.is_async == is_async and _backend(one.backend) == backend and one.driver in known
    ]


def requirements(project: Project, schema: Schema, database: DatabasePlan) -> list[str]:
    """Return what to install for the suite's drivers and for those of the project's own URLs."""
    known = {one.name: one for one in DRIVERS[database.backend]}
    wanted = [one for one in _sync(project, schema, database, known) if not one.is_among(project.runtime)]
    if database.async_driver and database.async_driver not in project.runtime:
        wanted.append(known[database.async_driver])
    found = [one.requirement for one in wanted if one.requirement]
    encrypts = {database.sync_driver, database.async_driver} & {*_PURE}
    if database.dialect == "mysql" and encrypts and "cryptography" not in project.runtime:
        found.append("cryptography>=42")
    return found


_PURE = ("pymysql", "aiomysql", "asyncmy")
"""Those that encrypt MySQL's passwords (caching_sha2_password) by a library that does not come along."""


def _sync(project: Project, schema: Schema, database: DatabasePlan, known: dict[str, Driver]) -> list[Driver]:
    named = [known[one] for one in _named(project, schema) if one in known and not known[one].asynchronous]
    explicit = {name.partition("+")[2] for name in project.drivernames}
    # a URL that names none goes by whatever the project brings, or has the name put in where it is opened
    brought = any(
        one.is_among(project.runtime) or one.name in explicit
        for one in known.values()
        if not one.asynchronous
    )
    return [known[database.sync_driver], *(one for one in named if one.name in explicit or not brought)]


def _named(project: Project, schema: Schema) -> tuple[str, ...]:
    """Return the drivers that the project's own URLs are opened with, first those that are named."""
    backend = BACKENDS[schema.dialect]
    bare = {"postgresql": "psycopg" if _version(schema) >= (2, 1) else "psycopg2", "mysql": "mysqldb"}
    own = [name for name in project.drivernames if _backend(name) == backend]
    own.sort(key=lambda name: "+" not in name)
    return tuple(name.partition("+")[2] or bare[backend] for name in own)


def _backend(drivername: str) -> str:
    return drivername.partition("+")[0].replace("mariadb", "mysql")


def _installed(schema: Schema) -> list[str]:
    return [name for name, version in schema.environment.distributions.items() if version is not None]


def _version(schema: Schema) -> tuple[int, ...]:
    return tuple(int(part) for part in schema.environment.sqlalchemy.split(".")[:2])


def _is_modern(schema: Schema) -> bool:
    """Tell whether SQLAlchemy is 2.0 or later: 1.4 has no dialect for psycopg 3."""
    return not schema.environment.sqlalchemy.startswith("1.")
