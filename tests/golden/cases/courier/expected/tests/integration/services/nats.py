"""NATS: one server a run, a subject a test."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable

import nats
import pytest
import pytest_asyncio
from nats.aio.client import Client
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from ..containers import image
from . import Server

TITLE = "NATS"
PORTS = [4222]
IMAGE = image("nats:2", "TEST_NATS_IMAGE")


def container() -> DockerContainer:
    """Return the server's container, not started yet."""
    ready = LogMessageWaitStrategy("Server is ready")
    return (
        DockerContainer(IMAGE)
        .with_exposed_ports(*PORTS)
        .with_command("--jetstream")
        .waiting_for(ready)
    )


@pytest.fixture(scope="session")
def nats_server(running_server: Callable[[str], Server]) -> Server:
    """The NATS that all workers share."""
    return running_server("nats")


@pytest.fixture(scope="session")
def nats_url(nats_server: Server) -> str:
    """The URL of the server."""
    return f"nats://{nats_server.address}"


@pytest.fixture
def nats_subject() -> str:
    """A subject, and a name for a stream, of the test's own."""
    return f"test-{secrets.token_hex(6)}"


@pytest_asyncio.fixture
async def nats_client(nats_url: str) -> AsyncIterator[Client]:
    """A connected client."""
    client = await nats.connect(nats_url)
    yield client
    await client.close()
