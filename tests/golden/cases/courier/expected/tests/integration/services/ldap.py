"""OpenLDAP: one directory a run, a unit of it a test."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator

import pytest
from ldap3 import Connection
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from ..containers import image
from . import Server

# what all DNs of the directory end in
SUFFIX = "dc=example,dc=org"

TITLE = "OpenLDAP"
PORTS = [1389]
IMAGE = image("symas/openldap:2.6", "TEST_LDAP_IMAGE")


def container() -> DockerContainer:
    """Return the server's container, not started yet."""
    ready = LogMessageWaitStrategy("slapd starting")
    return (
        DockerContainer(IMAGE)
        .with_exposed_ports(*PORTS)
        .with_env("LDAP_ROOT", "dc=example,dc=org")
        .with_env("LDAP_ADMIN_USERNAME", "admin")
        .with_env("LDAP_ADMIN_PASSWORD", "test")
        .waiting_for(ready)
    )


@pytest.fixture(scope="session")
def ldap_server(running_server: Callable[[str], Server]) -> Server:
    """The OpenLDAP that all workers share."""
    return running_server("ldap")


@pytest.fixture(scope="session")
def ldap_url(ldap_server: Server) -> str:
    """The URL of the directory."""
    return f"ldap://{ldap_server.address}"


@pytest.fixture
def ldap_connection(ldap_url: str) -> Iterator[Connection]:
    """A connection of ldap3, as the administrator; a refusal is raised."""
    with _as_admin(ldap_url) as connection:
        yield connection


@pytest.fixture
def ldap_base(ldap_url: str) -> Iterator[str]:
    """The DN of a unit of the test's own, which is removed with what is below."""
    base = f"ou=test-{secrets.token_hex(6)},{SUFFIX}"
    with _as_admin(ldap_url) as connection:
        connection.add(base, "organizationalUnit")
        yield base
        connection.search(base, "(objectClass=*)")
        found = [entry.entry_dn for entry in connection.entries]
        # the DN of an entry ends in that of its parent
        for dn in sorted(found, key=len, reverse=True):
            connection.delete(dn)


def _as_admin(url: str) -> Connection:
    return Connection(url, f"cn=admin,{SUFFIX}", "test", raise_exceptions=True)
