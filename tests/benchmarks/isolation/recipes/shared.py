"""What the recipes written by hand share: the server, a database for each worker, and its tables."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")


def given_server() -> URL:
    """Return the URL of the server that all share."""
    return make_url(os.environ["BENCH_SERVER"]).set(drivername="postgresql+psycopg")


@contextmanager
def worker_database(server: URL) -> Iterator[URL]:
    """Make a database for this worker, and drop it in the end."""
    admin = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    name = f"hand_{WORKER}_test"
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield server.set(database=name)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def make_tables(url: URL) -> None:
    """Run the project's migrations, or create the tables of its models where it has none."""
    project = Path(os.environ["BENCH_PROJECT"])
    if (project / "alembic.ini").exists():
        from alembic import command
        from alembic.config import Config

        config = Config(project / "alembic.ini")
        config.set_main_option("sqlalchemy.url", url.render_as_string(hide_password=False).replace("%", "%%"))
        command.upgrade(config, "head")
        return
    from shop.models import Base

    engine = create_engine(url, poolclass=NullPool)
    Base.metadata.create_all(engine)
    engine.dispose()
