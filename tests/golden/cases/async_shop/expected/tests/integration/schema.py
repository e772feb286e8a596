"""Brings an empty database to the schema the tests run on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from alembic.config import Config
from sqlalchemy import inspect
from sqlalchemy.engine import URL, Engine

ROOT = Path(__file__).resolve().parents[2]
# what lies in the working folder must not hide the standard library's modules
ALEMBIC = """
import sys
sys.path.append(sys.path.pop(0))
from alembic.config import main
main()
"""


def create_schema(engine: Engine, url: URL) -> None:
    """Migrate to the newest revision, the way production does."""
    migrate(url, "upgrade", "head")
    _assert_migrated(engine)


def migrate(url: URL, direction: str, revision: str) -> None:
    """Upgrade or downgrade a database.

    In a process of its own: what env.py takes from the environment may be read when the
    project is imported, which was long ago here.
    """
    url = url.set(drivername="postgresql+asyncpg")
    environment = {
        "DATABASE_URL": url.render_as_string(hide_password=False),
    }
    ini = ROOT / "async_shop/alembic.ini"
    alembic = subprocess.run(
        [sys.executable, "-c", ALEMBIC, "-c", str(ini), direction, revision],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert alembic.returncode == 0, f"alembic {direction} failed:\n{alembic.stdout}"


def _assert_migrated(engine: Engine) -> None:
    # An env.py that takes its URL from elsewhere would have migrated another database.
    tables = inspect(engine).get_table_names()
    assert "alembic_version" in tables, f"Alembic did not migrate {engine.url!r}"


def alembic_config() -> Config:
    """Return the project's Alembic configuration."""
    config = Config(str(ROOT / "async_shop/alembic.ini"))
    scripts = ROOT / "async_shop/migrations"
    config.set_main_option("script_location", str(scripts))
    return config
