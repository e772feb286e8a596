"""What a run of a suite may leave on a machine."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import docker
import psutil
from docker.errors import DockerException

MARK = "TCGEN_SOAK"
"""The variable that all processes of the runs have, with the folder for their temporary files."""


def counts(folder: Path) -> dict[str, set[str]]:
    """Return what there is, by kind; of an engine only where one answers.

    Containers, networks and volumes are everybody's: an engine does not tell who made them.

    Args:
        folder: For the temporary files of the runs, and of nobody else.
    """
    started = _processes(folder)
    return {
        "processes": {f"{one.pid} {one.name()}" for one in started},
        "listening ports": _ports(started),
        "temporary files": {path.name for path in folder.iterdir()},
        **_of_engine(),
    }


def _processes(folder: Path) -> list[psutil.Process]:
    found = []
    for one in psutil.process_iter():
        with suppress(psutil.Error):
            if one.environ().get(MARK) == str(folder):
                found.append(one)
    return found


def _ports(started: list[psutil.Process]) -> set[str]:
    found: set[str] = set()
    for one in started:
        with suppress(psutil.Error):
            listening = [each for each in one.net_connections() if each.status == psutil.CONN_LISTEN]
            found |= {f"{each.laddr.ip}:{each.laddr.port}" for each in listening if each.laddr}
    return found


def _of_engine() -> dict[str, set[str]]:
    try:
        client = docker.from_env()
        lists: dict[str, Callable[[], list[object]]] = {
            "containers": lambda: client.containers.list(all=True),
            "networks": client.networks.list,
            "volumes": client.volumes.list,
        }
        return {kind: {str(one.id) for one in every()} for kind, every in lists.items()}
    except DockerException:
        return {}
