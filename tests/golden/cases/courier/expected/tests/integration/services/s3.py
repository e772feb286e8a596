"""S3: one server a run, a bucket a test."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import HttpWaitStrategy

from ..containers import image
from . import Server

TITLE = "S3"
PORTS = [7070]
IMAGE = image("versity/versitygw:v1.8.0", "TEST_S3_IMAGE")


def container() -> DockerContainer:
    """Return the server's container, not started yet."""
    ready = HttpWaitStrategy(PORTS[0], "/health")
    return (
        DockerContainer(IMAGE)
        .with_exposed_ports(*PORTS)
        .with_env("ROOT_ACCESS_KEY", "test")
        .with_env("ROOT_SECRET_KEY", "testtest")
        .with_command("--port :7070 --health /health posix /tmp/vgw")
        .waiting_for(ready)
    )


@pytest.fixture(scope="session")
def s3_server(running_server: Callable[[str], Server]) -> Server:
    """The S3 that all workers share."""
    return running_server("s3")


@pytest.fixture(scope="session")
def s3_url(s3_server: Server) -> Iterator[str]:
    """The URL of the server.

    boto3 finds it, and the keys, in the environment.
    """
    url = f"http://{s3_server.address}"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ACCESS_KEY_ID", "test")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "testtest")
        environment.setenv("AWS_DEFAULT_REGION", "us-east-1")
        environment.setenv("AWS_ENDPOINT_URL", url)
        yield url


@pytest.fixture
def s3_client(s3_url: str) -> Iterator[Any]:
    """A client of boto3."""
    path_style = Config(s3={"addressing_style": "path"})
    client = boto3.client("s3", endpoint_url=s3_url, config=path_style)
    yield client
    client.close()


@pytest.fixture
def s3_bucket(s3_client: Any) -> Iterator[str]:
    """A bucket of the test's own, which is emptied and removed after it."""
    bucket = f"test-{secrets.token_hex(6)}"
    s3_client.create_bucket(Bucket=bucket)
    yield bucket
    pages = s3_client.get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=bucket):
        for one in page.get("Contents", []):
            s3_client.delete_object(Bucket=bucket, Key=one["Key"])
    s3_client.delete_bucket(Bucket=bucket)
