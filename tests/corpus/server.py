"""A PostgreSQL with the extensions the projects want: the system's own, or what the suites find by themselves."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DATABASE = "corpus_test"


@contextmanager
def server(chosen: str) -> Iterator[str]:
    """Yield the value of $TEST_DATABASE for all runs.

    Args:
        chosen: ``system`` for the newest PostgreSQL of the operating system (with its contrib modules, and
            PostGIS where it is installed), else what $TEST_DATABASE takes.
    """
    if chosen != "system":
        yield chosen
        return
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="corpus-pg-"))
    prefix = _as_postgres(folder)
    data = folder / "data"
    _run([*prefix, str(programs / "initdb"), "-A", "trust", "-U", "postgres", "-E", "UTF8", "-D", str(data)])
    options = f"-c listen_addresses= -c fsync=off -c max_connections=200 -k {folder}"
    control = [*prefix, str(programs / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log")]
    _run([*control, "-o", options, "start"])
    try:
        _run(
            [*prefix, str(programs / "psql"), "-h", str(folder), "-c", f"CREATE DATABASE {DATABASE}", "postgres"]
        )
        yield f"postgresql://postgres@/{DATABASE}?host={folder}"
    finally:
        _run([*control, "-m", "immediate", "stop"])
        shutil.rmtree(folder, ignore_errors=True)


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
        raise SystemExit("no PostgreSQL server on this system: install postgresql, or choose --server container")
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
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, cwd="/", text=True
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.stderr.strip()}")
