"""Memcached: one server a run, keys of its own for each test."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator

import pytest
from pymemcache import Client
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import PortWaitStrategy

from ..containers import image
from . import Server

TITLE = "Memcached"
PORTS = [11211]
IMAGE = image("memcached:1.6", "TEST_MEMCACHED_IMAGE")


def container() -> DockerContainer:
    """Return the server's container, not started yet."""
    ready = PortWaitStrategy(PORTS[0])
    return DockerContainer(IMAGE).with_exposed_ports(*PORTS).waiting_for(ready)


@pytest.fixture(scope="session")
def memcached_server(running_server: Callable[[str], Server]) -> Server:
    """The Memcached that all workers share."""
    return running_server("memcached")


@pytest.fixture(scope="session")
def memcached_address(memcached_server: Server) -> str:
    """Host and port, as clients take them."""
    return memcached_server.address


@pytest.fixture
def memcached_client(memcached_address: str) -> Iterator[Client]:
    """A client that puts a prefix of the test's own before each key.

    All workers share the one space of keys there is, so nothing is flushed.
    """
    prefix = f"{secrets.token_hex(6)}:".encode()
    client = Client(memcached_address, key_prefix=prefix, timeout=10)
    yield client
    client.close()
