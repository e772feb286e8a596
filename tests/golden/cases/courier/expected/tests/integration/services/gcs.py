"""Google Cloud Storage: one server a run, a bucket a test."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator

import pytest
from google.cloud.storage import Bucket, Client
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import HttpWaitStrategy

from ..containers import image
from . import Server

TITLE = "Google Cloud Storage"
PORTS = [4443]
IMAGE = image("fsouza/fake-gcs-server:1.56.1", "TEST_GCS_IMAGE")


def container() -> DockerContainer:
    """Return the server's container, not started yet."""
    ready = HttpWaitStrategy(PORTS[0], "/storage/v1/b?project=test")
    return (
        DockerContainer(IMAGE)
        .with_exposed_ports(*PORTS)
        .with_command("-scheme http -backend memory")
        .waiting_for(ready)
    )


@pytest.fixture(scope="session")
def gcs_server(running_server: Callable[[str], Server]) -> Server:
    """The Google Cloud Storage that all workers share."""
    return running_server("gcs")


@pytest.fixture(scope="session")
def gcs_url(gcs_server: Server) -> Iterator[str]:
    """The URL of the server.

    Google's clients find it by $STORAGE_EMULATOR_HOST.
    """
    url = f"http://{gcs_server.address}"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("STORAGE_EMULATOR_HOST", url)
        yield url


@pytest.fixture
def gcs_client(gcs_url: str) -> Iterator[Client]:
    """A client that has no account and needs none."""
    client = Client("test")
    yield client
    client.close()


@pytest.fixture
def gcs_bucket(gcs_client: Client) -> Iterator[Bucket]:
    """A bucket of the test's own, which is emptied and removed after it."""
    bucket = gcs_client.create_bucket(f"test-{secrets.token_hex(6)}")
    yield bucket
    for blob in bucket.list_blobs():
        blob.delete()
    bucket.delete()
