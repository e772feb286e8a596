"""Redis: one server a run, a database a worker, emptied after each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from redis import Redis
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from ..containers import image
from . import WORKER_NUMBER, Server

TITLE = "Redis"
PORTS = [6379]
IMAGE = image("redis:8-alpine", "TEST_REDIS_IMAGE")


def container() -> DockerContainer:
    """Return the server's container, not started yet."""
    ready = LogMessageWaitStrategy("Ready to accept connections")
    return (
        DockerContainer(IMAGE)
        .with_exposed_ports(*PORTS)
        .with_command('redis-server --databases 128 --save "" --appendonly no')
        .waiting_for(ready)
    )


@pytest.fixture(scope="session")
def redis_server(running_server: Callable[[str], Server]) -> Server:
    """The Redis that all workers share."""
    return running_server("redis")


@pytest.fixture(scope="session")
def redis_url(redis_server: Server) -> Iterator[str]:
    """The URL of this worker's own database.

    The application finds it by $COURIER_REDIS_URL.
    """
    url = f"redis://{redis_server.address}/{WORKER_NUMBER}"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("COURIER_REDIS_URL", url)
        yield url


@pytest.fixture
def redis_client(redis_url: str) -> Iterator[Redis]:
    """A client, whose database is empty again after the test."""
    with Redis.from_url(redis_url) as client:
        yield client
        client.flushdb()
