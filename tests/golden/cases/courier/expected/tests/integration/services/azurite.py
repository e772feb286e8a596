"""Azurite: one emulator a run, a container, a queue, a table a test."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator

import pytest
from azure.data.tables import TableClient
from azure.storage.blob import ContainerClient
from azure.storage.queue import QueueClient
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from ..containers import image
from . import Server

# the account that every emulator has, and its key, which is no secret
ACCOUNT = "devstoreaccount1"
KEY = (
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq"
    "/K1SZFPTOtr/KBHBeksoGMGw=="
)

TITLE = "Azurite"
PORTS = [10000, 10001, 10002]
IMAGE = image("mcr.microsoft.com/azure-storage/azurite:3.35.0", "TEST_AZURITE_IMAGE")


def container() -> DockerContainer:
    """Return the server's container, not started yet."""
    ready = LogMessageWaitStrategy("Table service is successfully listening")
    return (
        DockerContainer(IMAGE)
        .with_exposed_ports(*PORTS)
        .with_command(
            "azurite --inMemoryPersistence --skipApiVersionCheck "
            "--disableProductStyleUrl --disableTelemetry --blobHost 0.0.0.0 "
            "--queueHost 0.0.0.0 --tableHost 0.0.0.0"
        )
        .waiting_for(ready)
    )


@pytest.fixture(scope="session")
def azurite_server(running_server: Callable[[str], Server]) -> Server:
    """The Azurite that all workers share."""
    return running_server("azurite")


@pytest.fixture(scope="session")
def azurite_connection_string(azurite_server: Server) -> str:
    """What clients of Azure take in place of a URL."""
    return _connection_string(azurite_server)


@pytest.fixture
def azurite_container(azurite_connection_string: str) -> Iterator[ContainerClient]:
    """A container of blobs of the test's own, which is removed after it."""
    name = f"test-{secrets.token_hex(6)}"
    with ContainerClient.from_connection_string(
        azurite_connection_string, name
    ) as client:
        client.create_container()
        yield client
        client.delete_container()


@pytest.fixture
def azurite_queue(azurite_connection_string: str) -> Iterator[QueueClient]:
    """A queue of the test's own, which is removed after it."""
    name = f"test-{secrets.token_hex(6)}"
    with QueueClient.from_connection_string(azurite_connection_string, name) as client:
        client.create_queue()
        yield client
        client.delete_queue()


@pytest.fixture
def azurite_table(azurite_connection_string: str) -> Iterator[TableClient]:
    """A table of the test's own, which is removed after it."""
    name = f"test{secrets.token_hex(6)}"
    with TableClient.from_connection_string(azurite_connection_string, name) as client:
        client.create_table()
        yield client
        client.delete_table()


def _connection_string(server: Server) -> str:
    services = zip(("Blob", "Queue", "Table"), server.ports.values(), strict=True)
    endpoints = [
        f"{service}Endpoint=http://{server.host}:{port}/{ACCOUNT}"
        for service, port in services
    ]
    account = f"AccountName={ACCOUNT};AccountKey={KEY}"
    return ";".join(["DefaultEndpointsProtocol=http", account, *endpoints])
