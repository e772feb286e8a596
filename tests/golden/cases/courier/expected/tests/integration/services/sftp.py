"""SFTP: one server a run, a folder a test."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from stat import S_ISDIR

import pytest
import pytest_asyncio
from asyncssh import SFTPClient as AsyncSFTPClient
from asyncssh import connect
from paramiko import SFTPClient, Transport
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from ..containers import image
from . import Server

# the only user, whose password is the same
USER = "test"

TITLE = "SFTP"
PORTS = [22]
IMAGE = image("atmoz/sftp:debian", "TEST_SFTP_IMAGE")


def container() -> DockerContainer:
    """Return the server's container, not started yet."""
    ready = LogMessageWaitStrategy("Server listening on .* port 22")
    return (
        DockerContainer(IMAGE)
        .with_exposed_ports(*PORTS)
        .with_env("SFTP_USERS", "test:test:::upload")
        .waiting_for(ready)
    )


@pytest.fixture(scope="session")
def sftp_server(running_server: Callable[[str], Server]) -> Server:
    """The SFTP that all workers share."""
    return running_server("sftp")


@pytest.fixture(scope="session")
def sftp_url(sftp_server: Server) -> str:
    """The URL of the one folder that can be written to."""
    return f"sftp://test:test@{sftp_server.address}/upload"


@pytest.fixture
def sftp_client(sftp_url: str, sftp_server: Server) -> Iterator[SFTPClient]:
    """A client of paramiko."""
    with Transport((sftp_server.host, sftp_server.port)) as transport:
        transport.connect(username=USER, password=USER)
        client = SFTPClient.from_transport(transport)
        assert client is not None
        yield client


@pytest.fixture
def sftp_folder(sftp_client: SFTPClient) -> Iterator[str]:
    """A folder of the test's own, which is removed with all that is in it."""
    folder = f"/upload/test-{secrets.token_hex(6)}"
    sftp_client.mkdir(folder)
    yield folder
    _remove(sftp_client, folder)


def _remove(client: SFTPClient, folder: str) -> None:
    for one in client.listdir_attr(folder):
        path = f"{folder}/{one.filename}"
        if S_ISDIR(one.st_mode or 0):
            _remove(client, path)
        else:
            client.remove(path)
    client.rmdir(folder)


@pytest_asyncio.fixture
async def sftp_async_client(
    sftp_url: str, sftp_server: Server
) -> AsyncIterator[AsyncSFTPClient]:
    """A client of asyncssh, which trusts the server and looks for no keys of yours."""
    async with (
        connect(
            sftp_server.host,
            sftp_server.port,
            username=USER,
            password=USER,
            known_hosts=None,
            client_keys=None,
            config=None,
        ) as connection,
        connection.start_sftp_client() as client,
    ):
        yield client


@pytest_asyncio.fixture
async def sftp_async_folder(sftp_async_client: AsyncSFTPClient) -> AsyncIterator[str]:
    """A folder of the test's own, which is removed with all that is in it."""
    folder = f"/upload/test-{secrets.token_hex(6)}"
    await sftp_async_client.mkdir(folder)
    yield folder
    await sftp_async_client.rmtree(folder)
