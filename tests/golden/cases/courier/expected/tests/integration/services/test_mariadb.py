"""MariaDB takes a row and gives it back."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.engine import Connection


def test_row_comes_back(mariadb_connection: Connection) -> None:
    execute = mariadb_connection.execute
    execute(text("CREATE TEMPORARY TABLE number (value INTEGER)"))
    execute(text("INSERT INTO number VALUES (42)"))
    assert mariadb_connection.scalar(text("SELECT value FROM number")) == 42
