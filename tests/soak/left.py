"""What there is on a machine that a run of a suite might leave."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

import docker
import psutil
from docker.errors import DockerException

SERVERS = ("postgres", "python", "pg_ctl", "initdb")


def counts() -> dict[str, set[str]]:
    """Return what there is, by kind; of an engine only where one answers."""
    return {
        "processes": _processes(),
        "listening ports": _ports(),
        "temporary files": {path.name for path in Path(tempfile.gettempdir()).iterdir()},
        **_of_engine(),
    }


def _processes() -> set[str]:
    own = {os.getpid(), *(one.pid for one in psutil.Process().parents())}
    return {
        f"{one.pid} {one.info['name']}"
        for one in psutil.process_iter(["name"])
        if one.pid not in own and str(one.info["name"]).startswith(SERVERS)
    }


def _ports() -> set[str]:
    return {
        f"{one.laddr.ip}:{one.laddr.port}"
        for one in psutil.net_connections("inet")
        if one.status == psutil.CONN_LISTEN and one.type == socket.SOCK_STREAM
    }


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
