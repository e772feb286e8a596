"""Alembic's commands are run where the project runs them: in the folder its ini counts from."""

from __future__ import annotations

from pathlib import Path

import pytest
from e2e_support import init, pytest_in, write

pytestmark = pytest.mark.e2e

PYPROJECT = '[project]\nname = "shop"\nversion = "0"\ndependencies = ["sqlalchemy", "alembic", "psycopg"]\n'
MODELS = """
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class Author(Base):
        __tablename__ = "author"
        id: Mapped[int] = mapped_column(primary_key=True)
"""
SETTINGS = """
    from pydantic_settings import BaseSettings, SettingsConfigDict

    START = "SHOP_"

    class Base(BaseSettings):
        pass

    class Settings(Base):
        model_config = SettingsConfigDict(env_prefix=START)
        db_uri: str = "postgresql+psycopg://nobody@nowhere/shop"
"""
ENV_PY = """
    from alembic import context
    from sqlalchemy import create_engine

    from shop.models import Base
    from shop.settings import Settings

    with create_engine(Settings().db_uri).connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata)
        with context.begin_transaction():
            context.run_migrations()
"""
SCRIPT = """
    from alembic import op
    import sqlalchemy as sa

    revision = "a"
    down_revision = None

    def upgrade():
        op.create_table("author", sa.Column("id", sa.Integer, primary_key=True))

    def downgrade():
        op.drop_table("author")
"""


def test_an_ini_beside_its_scripts_and_settings_with_a_prefix(
    tmp_path: Path, on_a_url: dict[str, str]
) -> None:
    pytest.importorskip("pydantic_settings")
    write(tmp_path / "pyproject.toml", PYPROJECT)
    write(tmp_path / "shop/__init__.py", "")
    write(tmp_path / "shop/models.py", MODELS)
    write(tmp_path / "shop/settings.py", SETTINGS)
    # the folder it is run in is two below the root
    ini = "[alembic]\nscript_location = migrations\nprepend_sys_path = ../..\n"
    write(tmp_path / "shop/db/alembic.ini", ini)
    # which Alembic's own command never meets: the folder it is run in comes after the standard library
    write(tmp_path / "shop/db/logging/__init__.py", "raise ImportError('not the one that is wanted')")
    write(tmp_path / "shop/db/migrations/env.py", ENV_PY)
    write(tmp_path / "shop/db/migrations/versions/a.py", SCRIPT)
    init(tmp_path, **on_a_url)
    schema = (tmp_path / "tests/integration/schema.py").read_text()
    assert 'cwd=ROOT / "shop/db"' in schema and '"SHOP_DB_URI": url' in schema
    run = pytest_in(tmp_path, "tests/integration", **on_a_url)
    assert (run.status, run.outcomes()) == (0, {"passed"}), run.text
