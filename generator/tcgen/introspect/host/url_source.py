"""Finds by experiment which environment variables env.py makes its URL of.

Every variable that could matter gets a value of its own, and so does ``sqlalchemy.url``; the URL that
env.py then tries to connect to says where each of its parts came from.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from tcgen.introspect.protocol import ProbeAnswer, ProbeRequest, UrlParts, UrlSourceAnswer
from tcgen.ir.diagnostics import Diagnostic
from tcgen.ir.driver import DRIVERS
from tcgen.ir.project import Project
from tcgen.ir.schema import AlembicFact, Backend

Ask = Callable[[ProbeRequest], ProbeAnswer]

OTHERS = re.compile(
    r"REDIS|KAFKA|AMQP|RABBIT|CELERY|BROKER|MONGO|ELASTIC|OPENSEARCH|S3|SENTRY|SMTP|MAIL|WEBHOOK|FRONTEND|"
    r"CLICKHOUSE|MYSQL|MARIADB|SQLITE|SNOWFLAKE|BIGQUERY|NEO4J|LDAP|PROXY|DEBUG|POOL|TIMEOUT|ECHO|DOCKER|VECTOR_DB"
)
DATABASE = re.compile(r"DATABASE|POSTGRES|PSQL|SQLALCHEMY|SQL|(?:^|_)(?:DB|PG|RDS|RDBMS)|DB(?:_|$)|DSN|^PG")
URL = re.compile(r"(?:URL|URI|DSN|CONN|CONNECTION|CONNECTION_STRING|CONN_STR|SQL_ALCHEMY_CONN)$")
PARTS = (
    ("port", re.compile(r"PORT$")),
    ("host", re.compile(r"(?:HOST|HOSTNAME|SERVER|ADDR|ADDRESS)$")),
    ("password", re.compile(r"(?:PASSWORD|PASS|PASSWD|PWD)$")),
    ("user", re.compile(r"(?:USER|USERNAME|LOGIN)$")),
    ("database", re.compile(r"(?:DB|DATABASE|DBNAME|DB_NAME|DATABASE_NAME|NAME)$")),
)
OPTION = "tcgen-option"
FIRST_PORT = 20001
PORTS: dict[Backend, int] = {"postgresql": 5432, "mysql": 3306, "sqlite": 5432}
"""Those that servers listen on; a file has none, and any will do."""


def is_database_url(name: str, backend: Backend) -> bool:
    """Whether a variable's name says that it holds the URL of an SQL database."""
    upper = _generic(name, backend)
    return bool(URL.search(upper) and DATABASE.search(upper) and not OTHERS.search(upper))


def _generic(name: str, backend: Backend) -> str:
    """A variable's name without that of the project's own database, which to other projects is a service's."""
    upper = name.upper()
    return re.sub("MYSQL|MARIADB", "SQL", upper) if backend == "mysql" else upper


def own_drivername(project: Project, name: str, backend: Backend) -> str:
    """The drivername of a URL of the project's database that its env files or the environment put in a variable."""
    value = os.environ.get(name) or project.env_defaults.get(name, "")
    found = re.match(rf"({'mysql|mariadb' if backend == 'mysql' else backend})(\+\w+)?://", value)
    return f"{backend}{found.group(2) or ''}" if found else ""


def own_driver(project: Project, backend: Backend) -> str:
    """The driver named in a URL of its database that the environment or the project's env files hold, or ""."""
    names = [name for name in (*os.environ, *project.env_defaults) if is_database_url(name, backend)]
    drivers = (own_drivername(project, name, backend).partition("+")[2] for name in names)
    asynchronous = {one.name for one in DRIVERS[backend] if one.asynchronous}
    return next((driver for driver in drivers if driver and driver not in asynchronous), "")


def default_drivername(project: Project, backend: Backend) -> str:
    """The drivername for a URL nothing else is known about."""
    # where both are there, the URL is more often that of the asynchronous one
    known = sorted(DRIVERS[backend], key=lambda one: not one.asynchronous)
    found = next((one.name for one in known if one.is_among(project.dependencies)), _USUAL[backend])
    return f"{backend}+{found}" if found else backend


_USUAL: dict[Backend, str] = {"postgresql": "psycopg2", "mysql": "pymysql", "sqlite": ""}


def harmless_url(drivername: str) -> str:
    """A database URL for a project that cannot be imported without one."""
    if drivername.startswith("sqlite"):
        return f"{drivername}:///:memory:"
    port = PORTS["mysql" if drivername.startswith("mysql") else "postgresql"]
    return f"{drivername}://test:test@localhost:{port}/test"


def part_of(name: str, backend: Backend) -> str | None:
    """Which part of a database's URL a variable holds by its name: ``url``, ``host``, …; None for neither."""
    upper = _generic(name, backend)
    if OTHERS.search(upper) or not DATABASE.search(upper):
        return "url" if upper in ("URL", "URI", "CONNECTION_STRING") else None
    if URL.search(upper):
        return "url"
    for part, pattern in PARTS:
        if pattern.search(upper):
            return part
    return None


def candidates(project: Project, backend: Backend) -> dict[str, str]:
    """Variable → part, of all names the project's text, its env files or the environment mention."""
    names = {*project.environment_names, *project.env_defaults, *os.environ}
    found = {name: part_of(name, backend) for name in sorted(names)}
    return {name: part for name, part in found.items() if part is not None}


_ASYNC = {"postgresql": "postgresql+asyncpg", "mysql": "mysql+aiomysql"}


class Sentinels:
    """A value of its own for every candidate.

    Args:
        names: Variable → part.
        drivername: For the variables that hold a URL.
        own: Variable → drivername the project itself writes there.
    """

    def __init__(self, names: dict[str, str], drivername: str, own: dict[str, str]) -> None:
        self.by_name = _ASYNC.get(drivername.partition("+")[0], "")
        self.values: dict[str, str] = {}
        self.origin: dict[tuple[str, str], tuple[str, str]] = {}
        self.drivernames: dict[str, str] = {}
        for number, (name, part) in enumerate(names.items()):
            self._add(name, part, number, own.get(name) or self._by_name(name) or drivername)

    def _add(self, name: str, part: str, number: int, drivername: str) -> None:
        mark, port = f"tcgen{number}", str(FIRST_PORT + number)
        if part == "url":
            server = "" if drivername.startswith("sqlite") else f"{mark}:{mark}@{mark}:{port}"
            self.values[name] = f"{drivername}://{server}/{mark}"
            self.drivernames[name] = drivername
            for piece in ("host", "user", "password", "database"):
                self.origin[piece, mark] = (name, "url")
            self.origin["port", port] = (name, "url")
        else:
            self.values[name] = port if part == "port" else mark
            self.origin[part, self.values[name]] = (name, part)

    def _by_name(self, name: str) -> str:
        """A project with a URL for each kind of engine says which is which."""
        return self.by_name if "ASYNC" in name.upper() else ""

    def read(self, parts: UrlParts) -> dict[str, str]:
        """Variable → part, of a URL that was seen."""
        found: dict[str, str] = {}
        for piece in ("host", "port", "user", "password", "database"):
            # the path of a file may have been made an absolute one
            value = str(parts.get(piece)).rpartition("/")[2]
            origin = self.origin.get((piece, value))
            if origin is None and piece == "database":
                # A name is at times given where the pattern took a variable for another part.
                origin = next((o for (_, v), o in self.origin.items() if v == value), None)
            if origin is not None:
                found[origin[0]] = "url" if origin[1] == "url" else piece
        return found


@dataclass(frozen=True)
class Settled:
    """What is known of a project's Alembic once its URL was looked for.

    Attributes:
        seconds: What running env.py took.
    """

    alembic: AlembicFact
    seconds: float = 0.0
    diagnostics: tuple[Diagnostic, ...] = ()


def settle(
    project: Project, request: ProbeRequest, alembic: AlembicFact, seen: UrlSourceAnswer, ask: Ask
) -> Settled:
    """Find out which environment variables env.py makes its URL of, where it takes no connection.

    Args:
        project: Names the variables.
        request: What the probe was asked.
        alembic: What it found.
        seen: Where env.py took its URL from by itself.
        ask: Asks the probe again.
    """
    takes_none = seen["via"] == "attribute" or (request["alembic"] and request["alembic"]["framework"])
    backend = request["dialect"]
    names = {} if takes_none else candidates(project, backend)
    if seen["via"] == "option" and all(map(os.environ.get, names)):
        names = {}  # it had them all, and took the option
    seconds = 0.0
    for drivername in _drivernames(project, backend, alembic.is_async) if names else ():
        own = {name: own_drivername(project, name, backend) for name in names}
        sentinels = Sentinels(names, drivername, own)
        with_values: ProbeRequest = {
            **request,
            "mode": "url",
            "drivername": drivername,
            "environment": sentinels.values,
        }
        found = ask(with_values).get("url")
        seconds += found["seconds"] if found else 0.0
        settled = found and _settled(alembic, found, sentinels, names)
        if settled:
            return replace(settled, seconds=seconds)
        if seen["reason"] and found and seen["reason"] == found["reason"]:
            break
    return Settled(alembic, seconds, _remarks(alembic, seen))


def own_instead(
    project: Project, alembic: AlembicFact, seen: UrlSourceAnswer, backend: Backend
) -> dict[str, str]:
    """Return variables that make a project take the suite's kind of database which, without them, takes another.

    Args:
        project: Its files name the drivers.
        alembic: As ``settle`` returned it: what its URL is made of.
        seen: The URL that env.py took with none of them set.
        backend: Of the suite's database.
    """
    drivername = seen["parts"].get("drivername", "") if seen["via"] == "other" else ""
    if alembic.url_via != "environment" or not drivername or drivername.startswith(backend):
        return {}
    url = harmless_url(_drivernames(project, backend, alembic.is_async)[0])
    values = {"url": url, "host": "localhost", "port": str(PORTS[backend])}
    return {
        name: values.get(part, "test") for name, part in alembic.environment.items() if name not in os.environ
    }


def _settled(
    alembic: AlembicFact, found: UrlSourceAnswer, sentinels: Sentinels, names: dict[str, str]
) -> Settled | None:
    variables = sentinels.read(found["parts"])
    variables |= parts_beside(variables, names)
    is_a_file = found["parts"].get("drivername", "").startswith("sqlite")
    needed = {"database"} if is_a_file else {"host", "database"}
    if "url" in variables.values() or needed <= set(variables.values()):
        return Settled(_through_environment(alembic, found, variables, sentinels))
    if OPTION in (found["parts"].get("host"), found["parts"].get("database")):
        return Settled(alembic.model_copy(update={"url_via": "option", "drivername": found["drivername"]}))
    return None


def parts_beside(variables: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    """Return the parts of a URL that settings hold beside the whole: a script may make another URL of them.

    Args:
        variables: Variable → part, of those that env.py takes its URL from.
        names: The same of all there are.
    """
    found: dict[str, str] = {}
    parts = {name: part for name, part in names.items() if part != "url"}
    starts = {_start(name, part) for name, part in parts.items()} - {""}
    for url in (name for name, part in variables.items() if part == "url"):
        common = max((one for one in starts if url.startswith(one)), key=len, default=None)
        beside = {name: part for name, part in parts.items() if common and name.startswith(common)}
        if {"host", "database"} <= set(beside.values()):
            found |= beside
    return found


def _start(name: str, part: str) -> str:
    """What a variable is called before the word for its part, ``SHOP_DB_`` of ``SHOP_DB_HOST``."""
    return re.sub(dict(PARTS)[part].pattern, "", name, flags=re.IGNORECASE)


def _drivernames(project: Project, backend: Backend, is_async: bool) -> list[str]:
    """Those to try, the three likeliest."""
    known = DRIVERS[backend]
    if backend == "sqlite":
        asynchronous = [one.name for one in known if one.is_among(project.dependencies)]
        tried = [*asynchronous, ""] if is_async else ["", *asynchronous]
        return [f"{backend}+{name}" if name else backend for name in tried]
    declared = [one for one in known if one.is_among(project.dependencies)]
    ordered = sorted(declared, key=lambda one: one.asynchronous != is_async)
    return [f"{backend}+{name}" for name in [one.name for one in ordered] or [_USUAL[backend]]][:3]


def _through_environment(
    alembic: AlembicFact, seen: UrlSourceAnswer, variables: dict[str, str], sentinels: Sentinels
) -> AlembicFact:
    captured = seen["parts"].get("drivername", "")
    given = next((sentinels.drivernames[n] for n in variables if n in sentinels.drivernames), "")
    return AlembicFact.model_validate(
        {
            **alembic.model_dump(),
            "url_via": "environment",
            "environment": variables,
            "drivername": "" if captured == given else captured,
            "is_async": alembic.is_async or seen["is_async"],
            **seen["settings"],
        }
    )


def _remarks(alembic: AlembicFact, seen: UrlSourceAnswer) -> tuple[Diagnostic, ...]:
    if alembic.url_via != "direct":
        return ()
    reason = (
        seen["reason"] or "its URL comes from neither sqlalchemy.url nor an environment variable tcgen knows"
    )
    return (
        Diagnostic(
            level="note",
            code="env-not-run",
            message=f"env.py is not run as it is, its scripts are: {reason}",
            hint="Let it take config.attributes['connection'] when that is there, and tcgen will use it.",
        ),
    )
