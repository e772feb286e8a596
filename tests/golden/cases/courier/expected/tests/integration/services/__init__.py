"""The services beside PostgreSQL: a module each, which is found by being here."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from socket import create_connection
from subprocess import CalledProcessError
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

from testcontainers.compose import DockerCompose

from ..containers import (
    LABELS,
    LOGGED,
    ROOT,
    WORKER,
    ServiceUnavailable,
    docker_error,
    remove,
    require_engine,
    running,
    shared,
)

# 0 for the first worker, or the only one
WORKER_NUMBER = int(WORKER.removeprefix("gw")) if WORKER != "main" else 0


@dataclass(frozen=True)
class Server:
    """Where a service listens, by its own port numbers, and the id of its container."""

    host: str
    ports: dict[str, int]
    container: str = ""

    @property
    def port(self) -> int:
        """The first port."""
        return next(iter(self.ports.values()))

    @property
    def address(self) -> str:
        """Host and first port."""
        return f"{self.host}:{self.port}"


@cache
def modules() -> dict[str, ModuleType]:
    """Return the services' modules by name."""
    names = [module.name for module in iter_modules(__path__)]
    return {
        name: import_module(f"{__name__}.{name}")
        for name in names
        if not name.startswith("test_")
    }


class Servers:
    """Servers that start in the background, side by side, one for all workers."""

    def __init__(self, names: list[str], folder: Path) -> None:
        """Begin to start them."""
        if names:
            docker_error()
        self._pool = ThreadPoolExecutor(max_workers=1)
        self._answers = self._pool.submit(self._start, names, folder)

    def _start(self, names: list[str], folder: Path) -> Any:
        return json.loads(shared(folder, partial(_run, names), _clear)) if names else {}

    def wait(self, name: str) -> Server:
        """Return a server when it is ready, or raise `ServiceUnavailable`."""
        answer = self._answers.result()[name]
        if isinstance(answer, str):
            raise ServiceUnavailable(answer)
        server = Server(**answer)
        LOGGED[name] = server.container
        return server

    def join(self) -> None:
        """Wait until nothing is starting any more."""
        self._pool.shutdown()


@contextmanager
def _run(names: list[str]) -> Generator[str]:
    """Yield a JSON object: for each service its server, or why there is none."""
    with ExitStack() as stack, ThreadPoolExecutor() as pool:
        answers = list(pool.map(partial(_start, stack), names))
        yield json.dumps(dict(zip(names, answers, strict=True)))


def _clear(answers: str) -> None:
    """Remove what `_run` has left, where its worker has crashed."""
    for answer in json.loads(answers).values():
        if isinstance(answer, dict) and answer["container"]:
            remove(answer["container"])


def _start(stack: ExitStack, name: str) -> dict[str, object] | str:
    module = modules()[name]
    ports: list[int] = module.PORTS
    variable = f"TEST_{name.upper()}"
    given = os.environ.get(variable, "")
    if given.startswith("compose:"):
        return _composed(stack, given.removeprefix("compose:"), ports)
    if given:
        return _given(variable, given, ports)
    try:
        require_engine()
        container = stack.enter_context(running(module.container()))
    except ServiceUnavailable as error:
        return str(error)
    return asdict(
        Server(
            container.get_container_host_ip(),
            {str(port): int(container.get_exposed_port(port)) for port in ports},
            str(container.get_wrapped_container().id),
        )
    )


def _given(variable: str, address: str, ports: list[int]) -> dict[str, object] | str:
    """Return the server at `host:port` or `host:port,port`, if it answers."""
    host, _, numbers = address.rpartition(":")
    try:
        chosen = dict(zip(map(str, ports), map(int, numbers.split(",")), strict=True))
        with create_connection((host, chosen[str(ports[0])]), timeout=5):
            return asdict(Server(host, chosen))
    except ValueError:
        wanted = ",".join(["port"] * len(ports))
        return f"${variable} is {address!r}: it has to be host:{wanted}"
    except OSError as refused:
        return f"{address} does not answer ({refused}): start it, or unset ${variable}"


def _composed(stack: ExitStack, name: str, ports: list[int]) -> dict[str, object] | str:
    """Start a service of compose.yaml beside the one a developer may run."""
    override = Path(stack.enter_context(TemporaryDirectory()), "override.yaml")
    wanted = "".join(f'\n      - "{port}"' for port in ports)
    override.write_text(
        f"name: test-{secrets.token_hex(4)}\n"
        f"services:\n  {name}:\n    ports: !override{wanted}\n"
        f"    labels: {json.dumps(LABELS)}\n"
    )
    files = ["compose.yaml", str(override)]
    try:
        compose = stack.enter_context(DockerCompose(ROOT, files, services=[name]))
    except (CalledProcessError, OSError) as error:
        said = getattr(error, "stderr", None) or str(error).encode()
        return f"{files[0]}: {name} does not start: {said.decode()[-2000:]}"
    container = compose.get_container(name)
    seen = {port: container.get_publisher(by_port=port).normalize() for port in ports}
    numbers = {str(port): int(at.PublishedPort or 0) for port, at in seen.items()}
    host = seen[ports[0]].URL or "localhost"
    return asdict(Server(host, numbers, str(container.ID)))
