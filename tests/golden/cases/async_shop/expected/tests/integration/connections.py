"""Leads the application's engines to the databases of the tests, and to no other."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Generator
from contextlib import contextmanager, suppress
from functools import cache
from itertools import count
from os.path import realpath
from pathlib import Path
from tempfile import gettempdir
from threading import RLock
from typing import Any
from weakref import WeakSet

import pytest
from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Connection, Dialect, Engine, ExceptionContext
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool, PoolProxiedConnection

_READS = re.compile(r"\s*(SELECT|SHOW|PRAGMA)\b", re.IGNORECASE)
_ENDS = re.compile(r"\s*(COMMIT|END|ABORT|ROLLBACK(?!\s+TO))\b", re.IGNORECASE)
_NAMES = ("dbname", "database", "db")
_QUESTIONS = {
    "postgresql": "SELECT current_database()",
    "sqlite": "PRAGMA database_list",
}
"""What tells where one is connected to, at the end of the first row."""
_FOR_TESTS = re.compile(r"(^|[^a-z])tests?([^a-z]|$)")
_SETTINGS = ("DATABASE_URL",)
"""Variables that tell the application where its database is."""
_allowed: set[URL] = set()
_joined: dict[bool, Shared] = {}
"""By whether its engines are asynchronous."""
_committed: list[URL] = []
_known: WeakSet[Dialect] = WeakSet()
_of_tests: WeakSet[Engine] = WeakSet()
_known_places: WeakSet[Dialect] = WeakSet()
_refused: list[str] = []


class NotForTests(Exception):
    """The application was about to connect to a database that is not one for tests."""


class Shared:
    """A test's connection, and the application's that share it."""

    def __init__(self, connection: Connection) -> None:
        """Take a connection inside a transaction."""
        self.connection = connection
        self.begun: list[Joined] = []
        self.names = (f"application_{number}" for number in count(1))
        self.sessions: WeakSet[Session] = WeakSet()
        self.lock = RLock()
        self.is_over = False
        self.loop = _running_loop()

    @property
    def real(self) -> Any:
        """The driver's connection."""
        if self.is_over:
            raise RuntimeError("this connection was opened in a test that is over")
        return self.connection.connection.dbapi_connection

    def execute(self, statement: str) -> None:
        """Execute a statement beneath SQLAlchemy."""
        cursor = self.real.cursor()
        cursor.execute(statement)
        cursor.close()


class Joined:
    """The driver's connection as one of the application's sees it.

    A savepoint is its transaction. Those of others may begin and end meanwhile.
    """

    def __init__(self, shared: Shared) -> None:
        """Share the connection of a test."""
        self.shared = shared
        self.commits_itself = False
        self.writes = 0
        """Statements of this transaction that may have written something, or failed."""
        self._savepoint = ""
        self._nested: dict[str, tuple[str, list[Joined]]] = {}

    def __getattr__(self, name: str) -> Any:
        """Be like the driver's connection in all else."""
        return getattr(self.shared.real, name)

    def begin(self) -> None:
        """Begin a transaction where there is none."""
        begun = self.shared.begun
        with self.shared.lock:
            if self in begun:
                return
            self._savepoint, self.writes = next(self.shared.names), 0
            begun.append(self)
            try:
                self.shared.execute(f"SAVEPOINT {self._savepoint}")
            except BaseException:
                begun.remove(self)
                raise

    def cursor(self, *args: Any, **options: Any) -> Any:
        """Begin a transaction, as drivers do."""
        self.begin()
        self.writes += 1
        return self.shared.real.cursor(*args, **options)

    def commit(self) -> None:
        """Keep what was done; the end of the test takes it back."""
        self._end(keep=True)

    def rollback(self) -> None:
        """Take back what was done.

        Where that is nothing, what others committed meanwhile has to stay.
        """
        self._end(keep=self.commits_itself or not self.writes)

    def close(self) -> None:
        """Leave the connection to the others."""
        self.rollback()

    terminate = close

    def begin_nested(self, name: str) -> str:
        """Return a name for a savepoint of this transaction that no other has."""
        self.begin()
        own = next(self.shared.names)
        self._nested[name] = own, list(self.shared.begun)
        return own

    def nested(self, name: str) -> str:
        """Return what a savepoint is called; nothing where another took it back."""
        return self._nested[name][0] if self in self.shared.begun else ""

    def forget_since(self, name: str) -> None:
        """Forget the transactions that began after a savepoint."""
        before = self._nested[name][1]
        self.shared.begun[:] = [one for one in self.shared.begun if one in before]

    def _end(self, *, keep: bool) -> None:
        begun = self.shared.begun
        with self.shared.lock:
            if self.shared.is_over or self not in begun:
                return
            place, is_last = begun.index(self), begun[-1] is self
            # before the statement: another task may begin while it runs
            del begun[place : place + 1 if keep else None]
            if not keep:
                self.shared.execute(f"ROLLBACK TO SAVEPOINT {self._savepoint}")
            elif is_last:  # to release another would end the later ones, too
                self.shared.execute(f"RELEASE SAVEPOINT {self._savepoint}")


@contextmanager
def joined(connection: Connection) -> Generator[None]:
    """Have the application's engines share a connection with the test."""
    key = connection.dialect.is_async
    shared = _joined[key] = Shared(connection)
    yield
    del _joined[key]
    shared.is_over = True
    # one that is kept for longer must not go on with rows of this test
    for session in list(shared.sessions):
        session.close()


@contextmanager
def committing(url: URL) -> Generator[None]:
    """Have the application's engines connect to a database where commits are real."""
    _committed.append(url)
    with pytest.MonkeyPatch.context() as patch:
        for name in _SETTINGS:
            patch.setenv(name, _written_like(url, os.environ.get(name, "")))
        yield
    _committed.remove(url)


@contextmanager
def only_test_databases() -> Generator[None]:
    """Keep the application's engines from databases that hold more than tests."""
    original = Engine.raw_connection

    def connect(engine: Engine, *args: Any) -> PoolProxiedConnection:
        is_own = _is_own(engine.url) or _is_scratch(engine.url)
        if not is_own and (led := _lead(engine)):
            return led
        if is_own or is_called_for_tests(engine.url):
            return _asked(engine, original(engine, *args))
        session = "async_db_session" if engine.dialect.is_async else "db_session"
        raise _refusal(
            engine,
            ", which is no database of this suite: a test with"
            f" `{session}` or `committed_db` has it use theirs",
        )

    event.listen(Session, "after_begin", _remember)
    event.listen(Engine, "before_cursor_execute", _look_at, named=True)
    event.listen(Engine, "handle_error", _count_failures)
    with pytest.MonkeyPatch.context() as patch:
        # what all ways to a connection have in common
        patch.setattr(Engine, "raw_connection", connect)
        for name in _SETTINGS:
            if "://" in os.environ.get(name, ""):
                patch.setenv(name, _leading_nowhere(os.environ[name]))
        yield
    event.remove(Session, "after_begin", _remember)
    event.remove(Engine, "before_cursor_execute", _look_at)
    event.remove(Engine, "handle_error", _count_failures)


def _asked(engine: Engine, connection: PoolProxiedConnection) -> PoolProxiedConnection:
    """Ask where an engine led: `connect_args` or `creator` need not heed its URL."""
    question = _QUESTIONS.get(engine.dialect.name)
    if question is None or engine.dialect in _known_places:
        return connection
    cursor = connection.cursor()
    cursor.execute(question)
    row: Any = cursor.fetchone()
    cursor.close()
    connection.rollback()
    place = engine.url.difference_update_query(_NAMES).set(database=row[-1])
    kinds = _is_own(place), _is_scratch(place), is_called_for_tests(place)
    if any(kinds):
        _known_places.add(engine.dialect)
        return connection
    connection.invalidate()
    raise _refusal(engine, f", which led to {row[-1]}, no database of this suite")


def _leading_nowhere(url: str) -> str:
    """Keep what goes past SQLAlchemy from a database that the application is set to."""
    scheme = url.partition("://")[0]
    is_file = scheme.startswith("sqlite")
    return f"{scheme}://" if is_file else f"{scheme}://nobody@localhost:1/nothing"


def _written_like(url: URL, example: str) -> str:
    scheme, separator, _ = example.partition("://")
    url = url.set(drivername=scheme) if separator else url
    return url.render_as_string(hide_password=False)


def _refusal(engine: Engine, what: str) -> NotForTests:
    message = f"the application was about to use {engine.url!r}{what}"
    _refused.append(message)
    return NotForTests(message)


def refused() -> str:
    """Return what was refused since the last call: a handler may have swallowed it."""
    said = "\n".join(_refused)
    _refused.clear()
    return said


def sharing(connection: Connection) -> Engine:
    """Return an engine for a test's own sessions, which is never led elsewhere."""
    return _sharing(connection.engine.url)


@cache
def _sharing(url: URL) -> Engine:
    engine = create_engine(url.set(database="application"))
    _of_tests.add(engine)
    return engine


def sharing_async(connection: AsyncConnection) -> AsyncEngine:
    """Return an engine for a test's own sessions, which is never led elsewhere."""
    return _sharing_async(connection.engine.url)


@cache
def _sharing_async(url: URL) -> AsyncEngine:
    engine = create_async_engine(url.set(database="application"))
    _of_tests.add(engine.sync_engine)
    return engine


def _lead(engine: Engine) -> PoolProxiedConnection | None:
    url = _committed[-1] if _committed else None
    shared = _joined.get(engine.dialect.is_async)
    if url and engine not in _of_tests and _is_alike(engine, url):
        return _connect_to(url, engine)
    if shared and _is_alike(engine, shared.connection.engine.url):
        return _join(shared, engine)
    return None


def _is_alike(engine: Engine, url: URL) -> bool:
    return engine.dialect.name == url.get_backend_name()


def _join(shared: Shared, engine: Engine) -> PoolProxiedConnection:
    if shared.loop is not _running_loop() and engine.dialect.is_async:
        raise _refusal(
            engine,
            " on another event loop than the test's, which `async_db_session` lives on:"
            " with `committed_db` it may run on any",
        )
    if engine.driver != shared.connection.dialect.driver:
        raise _refusal(
            engine,
            f" by {engine.driver}, which cannot share the test's connection: with"
            " `committed_db` it has its own",
        )
    if engine.dialect not in _known:
        # what it asks a server at first must not mix with what is going on here
        _connect_to(shared.connection.engine.url, engine).close()

    def lend() -> Any:
        return Joined(shared)

    return NullPool(lend, dialect=engine.dialect).connect()


def _connect_to(url: URL, engine: Engine) -> PoolProxiedConnection:
    dialect = engine.dialect
    url = url.set(drivername=engine.url.drivername)
    args, options = dialect.create_connect_args(url)
    # without a pool: connections cannot move between threads and event loops
    pool = NullPool(lambda: dialect.connect(*args, **options), dialect=dialect)
    if on_connect := dialect.on_connect():

        def prepare(connection: Any, _: object) -> None:
            on_connect(connection)

        event.listen(pool, "connect", prepare)
    connection = pool.connect()
    _prepare(engine, connection)
    return connection


def _prepare(engine: Engine, connection: PoolProxiedConnection) -> None:
    """Let a dialect learn what it does from the first connection of an engine."""
    dialect = engine.dialect
    if dialect in _known:
        return
    _known.add(dialect)
    dialect.initialize(Connection(engine, connection))
    do_begin, set_level = dialect.do_begin, dialect.set_isolation_level

    def begin(one: Any) -> None:
        do_begin(one)
        if isinstance(one.dbapi_connection, Joined):
            one.dbapi_connection.begin()

    def set_isolation_level(one: Any, level: Any) -> None:
        if isinstance(one, Joined):
            # some drivers would commit for it
            one.commits_itself = level == "AUTOCOMMIT"
        else:
            set_level(one, level)

    vars(dialect).update(do_begin=begin, set_isolation_level=set_isolation_level)
    _prepare_savepoints(dialect)


def _prepare_savepoints(dialect: Dialect) -> None:
    make = dialect.do_savepoint
    roll_back = dialect.do_rollback_to_savepoint
    release = dialect.do_release_savepoint

    def do_savepoint(connection: Connection, name: str) -> None:
        one = _joined_of(connection)
        make(connection, one.begin_nested(name) if one else name)

    def do_rollback_to_savepoint(connection: Connection, name: str) -> None:
        one = _joined_of(connection)
        if one is None:
            roll_back(connection, name)
        elif own := one.nested(name):
            roll_back(connection, own)
            one.forget_since(name)

    def do_release_savepoint(connection: Connection, name: str) -> None:
        one = _joined_of(connection)
        if one is None:
            release(connection, name)
        elif own := one.nested(name):
            release(connection, own)

    vars(dialect).update(
        do_savepoint=do_savepoint,
        do_rollback_to_savepoint=do_rollback_to_savepoint,
        do_release_savepoint=do_release_savepoint,
    )


def _joined_of(connection: Connection) -> Joined | None:
    one = connection.connection.dbapi_connection
    return one if isinstance(one, Joined) else None


def _look_at(conn: Connection, statement: str, **_: object) -> None:
    one = _joined_of(conn)
    if one and _READS.match(statement):
        one.writes -= 1
    elif one and (ended := _ENDS.match(statement)):
        raise _refusal(
            conn.engine,
            f" for {ended[1]}, which would end the test's transaction: with"
            " `committed_db` it has its own",
        )


def _count_failures(context: ExceptionContext) -> None:
    # after one, a transaction goes on nowhere but from its savepoint
    if context.connection is None or context.connection.invalidated:
        return
    if one := _joined_of(context.connection):
        one.writes += 1
        if context.is_disconnect:
            # the next test must not get it
            one.shared.connection.invalidate()


def _remember(session: Session, _: object, connection: Connection) -> None:
    if one := _joined_of(connection):
        one.shared.sessions.add(session)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    with suppress(RuntimeError):
        return asyncio.get_running_loop()
    return None


def allow(database: URL) -> None:
    """Let engines use a database of the suite's, and those that are named after it."""
    _allowed.add(database)


def is_called_for_tests(url: URL) -> bool:
    """Tell whether the name of a database says that it is one for tests."""
    return all(_FOR_TESTS.search(Path(one).name.lower()) for one in databases(url))


def databases(url: URL) -> list[str]:
    """Return what a URL calls its database; drivers prefer a name in the query."""
    in_query = [str(url.query[one]) for one in _NAMES if one in url.query]
    return in_query or [url.database or ""]


def _is_own(url: URL) -> bool:
    names = [f"{name}_" for name in databases(url)]
    return any(
        _place(url) == _place(own)
        and all(name.startswith(f"{own.database}_") for name in names)
        for own in _allowed
    )


def _place(url: URL) -> tuple[object, object]:
    # a socket's folder is part of the query, where drivers look first
    return url.query.get("host") or url.host, url.query.get("port") or url.port


def _is_scratch(url: URL) -> bool:
    if url.get_backend_name() != "sqlite":
        return False
    name = url.database or ":memory:"
    # on macOS it is a link
    folders = (gettempdir(), realpath(gettempdir()))
    in_temporary = any(Path(name).is_relative_to(one) for one in folders)
    return ":memory:" in name or "mode=memory" in name or in_temporary
