"""Mosquitto: one broker a run, a topic a test."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import pytest_asyncio
from aiomqtt import Client as AsyncClient
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from ..containers import image
from . import Server

TITLE = "Mosquitto"
PORTS = [1883]
IMAGE = image("eclipse-mosquitto:2", "TEST_MOSQUITTO_IMAGE")


def container() -> DockerContainer:
    """Return the server's container, not started yet."""
    ready = LogMessageWaitStrategy("mosquitto version .* running")
    return (
        DockerContainer(IMAGE)
        .with_exposed_ports(*PORTS)
        .with_command("mosquitto -c /mosquitto-no-auth.conf")
        .waiting_for(ready)
    )


@pytest.fixture(scope="session")
def mosquitto_server(running_server: Callable[[str], Server]) -> Server:
    """The Mosquitto that all workers share."""
    return running_server("mosquitto")


@pytest.fixture(scope="session")
def mosquitto_url(mosquitto_server: Server) -> str:
    """The URL of the broker."""
    return f"mqtt://{mosquitto_server.address}"


@pytest.fixture
def mosquitto_topic() -> str:
    """A topic of the test's own."""
    return f"test/{secrets.token_hex(6)}"


@pytest.fixture
def mosquitto_client(mosquitto_url: str, mosquitto_server: Server) -> Iterator[Client]:
    """A connected client of paho-mqtt, whose callbacks run in its own thread."""
    client = Client(CallbackAPIVersion.VERSION2)
    client.connect(mosquitto_server.host, mosquitto_server.port)
    client.loop_start()
    yield client
    client.disconnect()
    client.loop_stop()


@pytest_asyncio.fixture
async def mosquitto_async_client(
    mosquitto_url: str, mosquitto_server: Server
) -> AsyncIterator[AsyncClient]:
    """A connected client of aiomqtt."""
    async with AsyncClient(mosquitto_server.host, mosquitto_server.port) as client:
        yield client
