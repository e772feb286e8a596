"""Sees to it that no database is touched, and learns which one would have been."""

from __future__ import annotations

import asyncio
import logging.config
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from unittest.mock import MagicMock, patch

import sqlalchemy
from sqlalchemy import MetaData, pool
from sqlalchemy.dialects.mysql.mysqldb import MySQLDialect_mysqldb
from sqlalchemy.dialects.mysql.pymysql import MySQLDialect_pymysql
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.postgresql.pg8000 import PGDialect_pg8000
from sqlalchemy.dialects.postgresql.psycopg2 import PGDialect_psycopg2
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.exc import OperationalError

from .common import Live


class Seen:
    """What the project tried: where env.py connected to, whether tables were to be created while it was imported."""

    def __init__(self) -> None:
        self.pretend = False
        self.urls: list[Live] = []
        self.is_async = False
        self.creates_tables = False


SEEN = Seen()
ORIGINALS: list[tuple[Live, str, Live]] = []


def stand_in(dialect: Live) -> Live:
    """A connection that answers everything and does nothing; ``isinstance`` takes it for a real one."""
    connection = MagicMock(spec=Connection)
    connection.dialect = dialect
    connection.engine = MagicMock(spec=Engine)
    connection.engine.dialect = dialect
    connection.__enter__.return_value = connection
    connection.execution_options.return_value = connection
    connection.in_transaction.return_value = False
    return connection


NEVER = "tcgen never connects while it inspects a project"


def _refuse(*_: Live, **__: Live) -> Live:
    raise OperationalError("connect", {}, ConnectionError(NEVER))


def _connect(engine: Live, *_: Live, **__: Live) -> Live:
    SEEN.urls.append(engine.url)
    SEEN.is_async = SEEN.is_async or bool(getattr(engine.dialect, "is_async", False))
    if not SEEN.pretend:
        return _refuse()
    connection = stand_in(engine.dialect)
    connection.engine = engine
    return connection


def _create_all(metadata: Live, bind: Live = None, *_: Live, **__: Live) -> None:
    # what an env.py does on its own connection is no import's doing
    SEEN.creates_tables = SEEN.creates_tables or not isinstance(bind, MagicMock)


def _nothing(*_: Live, **__: Live) -> None:
    return None


def install() -> None:
    """Patch SQLAlchemy for the rest of this process; ``fileConfig`` too, which would silence loggers."""
    for owner, name, replacement in _patches():
        ORIGINALS.append((owner, name, getattr(owner, name)))
        setattr(owner, name, replacement)


@contextmanager
def lifted() -> Generator[None, None, None]:
    """Let the project connect as it likes, for the length of an import the user asked for by name."""
    for owner, name, original in ORIGINALS:
        setattr(owner, name, original)
    try:
        yield
    finally:
        for owner, name, replacement in _patches() if ORIGINALS else ():
            setattr(owner, name, replacement)


def _patches() -> list[tuple[Live, str, Live]]:
    return [
        (Engine, "connect", _connect),
        (Engine, "raw_connection", _refuse),
        (DefaultDialect, "connect", _refuse),
        (pool.Pool, "connect", _refuse),
        (pool.SingletonThreadPool, "connect", _refuse),
        (MetaData, "create_all", _create_all),
        (MetaData, "drop_all", _nothing),
        (logging.config, "fileConfig", _nothing),
        *_driver_patches(),
    ]


def _driver_patches() -> list[tuple[Live, str, Live]]:
    """Let engines be made without their driver: the suite brings it, where only an extra of the project does."""
    name = "import_dbapi" if version() >= (2, 0) else "dbapi"
    drivers: dict[str, Live] = {
        "asyncpg": PGDialect_asyncpg,
        "pg8000": PGDialect_pg8000,
        "psycopg2": PGDialect_psycopg2,
        "pymysql": MySQLDialect_pymysql,
        "MySQLdb": MySQLDialect_mysqldb,
    }
    return [
        *((cls, name, _or_a_stand_in(module, getattr(cls, name))) for module, cls in drivers.items()),
        *((cls, "on_connect", _if_it_is_there(cls.on_connect)) for cls in drivers.values()),
    ]


def _or_a_stand_in(module: str, load: Callable[[], Live]) -> Callable[[], Live]:
    def loaded() -> Live:
        try:
            return load()
        except ImportError:
            with patch.dict(sys.modules, {module: MagicMock(paramstyle="pyformat")}):
                return load()

    return loaded


def _if_it_is_there(on_connect: Callable[[Live], Live]) -> Callable[[Live], Live]:
    def prepared(dialect: Live) -> Live:
        try:
            return on_connect(dialect)
        except ImportError:
            return None

    return prepared


@contextmanager
def pretending() -> Generator[Seen, None, None]:
    """Let connections succeed on stand-ins for the length of one run of env.py."""
    run = asyncio.run

    def noted_run(*args: Live, **kwargs: Live) -> Live:
        SEEN.is_async = True
        return run(*args, **kwargs)

    SEEN.pretend, SEEN.urls, SEEN.is_async = True, [], False
    asyncio.run = noted_run
    try:
        yield SEEN
    finally:
        SEEN.pretend = False
        asyncio.run = run


def version() -> tuple[int, int]:
    """Major and minor of the project's SQLAlchemy."""
    numbers = sqlalchemy.__version__.split(".")
    return int(numbers[0]), int(numbers[1])
