"""Brings an empty database to the schema the tests run on."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import inspect
from sqlalchemy.engine import URL, Engine

ROOT = Path(__file__).resolve().parents[3]


def create_schema(engine: Engine, url: URL) -> None:
    """Migrate to the newest revision, the way production does."""
    migrate(url, command.upgrade, "head")
    _assert_migrated(engine)


def migrate(url: URL, run: Callable[[Config, str], None], revision: str) -> None:
    """Upgrade or downgrade a database."""
    config = alembic_config()
    url = url.set(drivername="postgresql+asyncpg")
    config.set_main_option(
        "sqlalchemy.url", url.render_as_string(hide_password=False).replace("%", "%%")
    )
    with _logging_kept():
        run(config, revision)


def _assert_migrated(engine: Engine) -> None:
    # An env.py that takes its URL from elsewhere would have migrated another database.
    tables = inspect(engine).get_table_names()
    assert "alembic_version" in tables, f"Alembic did not migrate {engine.url!r}"


@contextmanager
def _logging_kept() -> Generator[None]:
    # fileConfig() in env.py silences every logger there is, and caplog with them.
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    loggers = [logging.getLogger(name) for name in root.manager.loggerDict]
    enabled = [logger for logger in loggers if not logger.disabled]
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for logger in enabled:
        logger.disabled = False


def alembic_config() -> Config:
    """Return the project's Alembic configuration."""
    config = Config(str(ROOT / "ledger.ini"))
    scripts = ROOT / "bank/ledger/migrations"
    config.set_main_option("script_location", str(scripts))
    return config
