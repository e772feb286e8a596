"""RabbitMQ: one broker a run, a virtual host a worker."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest
import pytest_asyncio
from aio_pika import connect
from aio_pika.abc import AbstractChannel
from kombu.connection import Connection
from pika import BlockingConnection, URLParameters
from pika.adapters.blocking_connection import BlockingChannel
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from ..containers import WORKER, image
from . import Server

TITLE = "RabbitMQ"
PORTS = [5672, 15672]
IMAGE = image("rabbitmq:4-management", "TEST_RABBITMQ_IMAGE")


def container() -> DockerContainer:
    """Return the server's container, not started yet."""
    ready = LogMessageWaitStrategy("Server startup complete")
    return (
        DockerContainer(IMAGE)
        .with_exposed_ports(*PORTS)
        .with_env("RABBITMQ_DEFAULT_USER", "test")
        .with_env("RABBITMQ_DEFAULT_PASS", "test")
        .waiting_for(ready)
    )


@pytest.fixture(scope="session")
def rabbitmq_server(running_server: Callable[[str], Server]) -> Server:
    """The RabbitMQ that all workers share."""
    return running_server("rabbitmq")


def manage(server: Server, method: str, path: str, body: dict[str, str]) -> None:
    """Call the broker's management API."""
    address = f"http://{server.host}:{server.ports['15672']}/api/{path}"
    request = Request(address, json.dumps(body).encode(), method=method)
    request.add_header("Authorization", f"Basic {b64encode(b'test:test').decode()}")
    request.add_header("Content-Type", "application/json")
    with urlopen(request, timeout=30):
        pass


@pytest.fixture(scope="session")
def rabbitmq_host(rabbitmq_server: Server) -> Iterator[str]:
    """The name of this worker's own virtual host."""
    manage(rabbitmq_server, "PUT", f"vhosts/{WORKER}", {})
    yield WORKER
    manage(rabbitmq_server, "DELETE", f"vhosts/{WORKER}", {})


@pytest.fixture(scope="session")
def rabbitmq_url(rabbitmq_server: Server, rabbitmq_host: str) -> Iterator[str]:
    """The URL of this worker's own virtual host.

    The application finds it by $CELERY_BROKER_URL.
    """
    url = f"amqp://test:test@{rabbitmq_server.address}/{rabbitmq_host}"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("CELERY_BROKER_URL", url)
        yield url


@pytest.fixture
def rabbitmq_channel(rabbitmq_url: str) -> Iterator[BlockingChannel]:
    """A channel of pika; exclusive queues are gone after the test."""
    connection = BlockingConnection(URLParameters(rabbitmq_url))
    yield connection.channel()
    connection.close()


@pytest_asyncio.fixture
async def rabbitmq_async_channel(rabbitmq_url: str) -> AsyncIterator[AbstractChannel]:
    """A channel of aio-pika; exclusive queues are gone after the test."""
    async with await connect(rabbitmq_url) as connection:
        yield await connection.channel()


@pytest.fixture
def rabbitmq_connection(rabbitmq_url: str) -> Iterator[Any]:
    """A connection of kombu, which Celery uses."""
    connect: Any = Connection  # kombu has types, but not here
    with connect(rabbitmq_url) as connection:
        yield connection
