"""MariaDB: one server a run, a database a worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import NullPool
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import ExecWaitStrategy

from ..containers import WORKER, image
from . import Server

TITLE = "MariaDB"
PORTS = [3306]
IMAGE = image("mariadb:11.8", "TEST_MARIADB_IMAGE")


def container() -> DockerContainer:
    """Return the server's container, not started yet."""
    ready = ExecWaitStrategy(
        [
            "sh",
            "-c",
            "mariadb-admin ping --host=127.0.0.1 --user=root --password=test --silent",
        ]
    )
    return (
        DockerContainer(IMAGE)
        .with_exposed_ports(*PORTS)
        .with_env("MARIADB_ROOT_PASSWORD", "test")
        .with_env("MARIADB_DATABASE", "test")
        .waiting_for(ready)
    )


@pytest.fixture(scope="session")
def mariadb_server(running_server: Callable[[str], Server]) -> Server:
    """The MariaDB that all workers share."""
    return running_server("mariadb")


@pytest.fixture(scope="session")
def mariadb_url(mariadb_server: Server) -> Iterator[str]:
    """The URL of this worker's own database."""
    server = f"mysql+pymysql://root:test@{mariadb_server.address}"
    # only root may create databases
    admin = create_engine(f"{server}/test", poolclass=NullPool)
    with admin.begin() as connection:
        connection.execute(text(f"CREATE DATABASE IF NOT EXISTS test_{WORKER}"))
    yield f"{server}/test_{WORKER}"
    with admin.begin() as connection:
        connection.execute(text(f"DROP DATABASE test_{WORKER}"))


@pytest.fixture(scope="session")
def mariadb_engine(mariadb_url: str) -> Iterator[Engine]:
    """An engine on this worker's database."""
    engine = create_engine(mariadb_url)
    yield engine
    engine.dispose()


@pytest.fixture
def mariadb_connection(mariadb_engine: Engine) -> Iterator[Connection]:
    """A connection inside a transaction that is rolled back after the test.

    MariaDB commits before and after each CREATE, ALTER or DROP.
    """
    with mariadb_engine.connect() as connection:
        transaction = connection.begin()
        yield connection
        transaction.rollback()
