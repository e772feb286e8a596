"""Mailpit: one server a run, an address a test."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from typing import Any
from urllib.request import urlopen

import pytest
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import HttpWaitStrategy

from ..containers import image
from . import Server

TITLE = "Mailpit"
PORTS = [1025, 8025]
IMAGE = image("axllent/mailpit:v1.33.1", "TEST_MAILPIT_IMAGE")


def container() -> DockerContainer:
    """Return the server's container, not started yet."""
    ready = HttpWaitStrategy(8025, "/readyz")
    return (
        DockerContainer(IMAGE)
        .with_exposed_ports(*PORTS)
        .with_env("MP_SMTP_AUTH_ACCEPT_ANY", "1")
        .with_env("MP_SMTP_AUTH_ALLOW_INSECURE", "1")
        .with_env("MP_DISABLE_VERSION_CHECK", "1")
        .waiting_for(ready)
    )


@pytest.fixture(scope="session")
def mailpit_server(running_server: Callable[[str], Server]) -> Server:
    """The Mailpit that all workers share."""
    return running_server("mailpit")


@pytest.fixture(scope="session")
def mailpit_url(mailpit_server: Server) -> str:
    """The URL of the server."""
    return f"smtp://{mailpit_server.address}"


@pytest.fixture
def mailpit_address() -> str:
    """An address of the test's own."""
    return f"{secrets.token_hex(6)}@example.com"


@pytest.fixture
def mailpit_inbox(
    mailpit_url: str, mailpit_server: Server, mailpit_address: str
) -> Callable[[], list[dict[str, Any]]]:
    """Returns what came to `mailpit_address`, the newest mail first."""
    api = f"http://{mailpit_server.host}:{mailpit_server.ports['8025']}/api/v1"

    def inbox() -> list[dict[str, Any]]:
        found = _get(f"{api}/search?query=to:{mailpit_address}")["messages"]
        return [_get(f"{api}/message/{one['ID']}") for one in found]

    return inbox


def _get(url: str) -> Any:
    with urlopen(url, timeout=30) as answer:
        return json.load(answer)
