"""The floor: BEGIN, INSERT and ROLLBACK on a connection that is open."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from shared import given_server, make_tables, worker_database


@pytest.fixture(scope="session")
def connection() -> Iterator[psycopg.Connection]:
    with worker_database(given_server()) as url:
        make_tables(url)
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            yield connection
