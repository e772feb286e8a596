"""The services beside PostgreSQL: a module each, which is found by being here."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from ..containers import (
    LOGGED,
    WORKER,
    ServiceUnavailable,
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
        self._pool = ThreadPoolExecutor(max_workers=1)
        self._answers = self._pool.submit(self._start, names, folder)

    def _start(self, names: list[str], folder: Path) -> Any:
        return json.loads(shared(folder, partial(_run, names))) if names else {}

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
def _run(names: list[str]) -> Iterator[str]:
    """Yield a JSON object: for each service its server, or why there is none."""
    with ExitStack() as stack, ThreadPoolExecutor() as pool:
        answers = list(pool.map(partial(_start, stack), names))
        yield json.dumps(dict(zip(names, answers, strict=True)))


def _start(stack: ExitStack, name: str) -> dict[str, object] | str:
    module = modules()[name]
    ports: list[int] = module.PORTS
    if given := os.environ.get(f"TEST_{name.upper()}"):
        host, _, numbers = given.rpartition(":")
        chosen = [int(number) for number in numbers.split(",")]
        return asdict(Server(host, dict(zip(map(str, ports), chosen, strict=True))))
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
