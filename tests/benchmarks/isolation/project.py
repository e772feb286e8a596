"""A project with so many tables, foreign keys among them, made by its models or by so many revisions."""

from __future__ import annotations

from pathlib import Path

PYPROJECT = """\
[project]
name = "shop"
version = "1"
dependencies = ["sqlalchemy", "alembic", "psycopg[binary]"{more}]
"""
ENGINE = """\
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine("postgresql+asyncpg:///shop")
"""
MODELS = """\
from __future__ import annotations

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass
"""
MODEL = """

class Table{number}(Base):
    __tablename__ = "table_{number}"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    note: Mapped[str | None] = mapped_column(Text)
"""
PARENT = '    parent_id: Mapped[int] = mapped_column(ForeignKey("table_{parent}.id"))\n'

ALEMBIC_INI = """\
[alembic]
script_location = %(here)s/migrations
sqlalchemy.url = postgresql+psycopg:///shop
"""
ENV_PY = """\
from alembic import context
from sqlalchemy import engine_from_config, pool

from shop.models import Base

section = context.config.get_section(context.config.config_ini_section, {})
engine = engine_from_config(section, prefix="sqlalchemy.", poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
"""
REVISION = """\
import sqlalchemy as sa
from alembic import op

revision = {name!r}
down_revision = {before!r}
branch_labels = None
depends_on = None


def upgrade() -> None:
    {up}


def downgrade() -> None:
    {down}
"""

DJANGO_SETTINGS = """\
import os
from urllib.parse import urlsplit

_server = urlsplit(os.environ["BENCH_SERVER"])
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "shop",
        "USER": _server.username,
        "PASSWORD": _server.password,
        "HOST": _server.hostname,
        "PORT": _server.port,
    }
}
INSTALLED_APPS = ["djangoshop"]
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
USE_TZ = True
"""
DJANGO_MODEL = """

class Table{number}(models.Model):
    name = models.CharField(max_length=80)
    note = models.TextField(null=True)
"""
DJANGO_PARENT = "    parent = models.ForeignKey(Table{parent}, on_delete=models.CASCADE)\n"


def write_project(root: Path, tables: int, revisions: int = 0, asynchronous: bool = False) -> None:
    """Write the package `shop`, its migrations if there are to be any, and an engine for coroutines if that is asked."""
    package = root / "shop"
    package.mkdir(parents=True)
    more = ', "asyncpg", "pytest-asyncio"' if asynchronous else ""
    (root / "pyproject.toml").write_text(PYPROJECT.format(more=more))
    if asynchronous:
        (package / "engine.py").write_text(ENGINE)
    (package / "__init__.py").touch()
    models = (_with_parent(MODEL, PARENT, number) for number in range(tables))
    (package / "models.py").write_text(MODELS + "".join(models))
    if revisions:
        _write_migrations(root, tables, revisions)


def write_django_project(root: Path, tables: int) -> None:
    """Write the package `djangoshop` with the same tables, and its settings."""
    package = root / "djangoshop"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "settings.py").write_text(DJANGO_SETTINGS)
    models = (_with_parent(DJANGO_MODEL, DJANGO_PARENT, number) for number in range(tables))
    (package / "models.py").write_text("from django.db import models\n" + "".join(models))


def _parent(number: int) -> int:
    # a tree, as in most schemas: the way to the root is short
    return (number - 1) // 4


def _with_parent(model: str, key: str, number: int) -> str:
    return (model + (key if number else "")).format(number=number, parent=_parent(number))


def _write_migrations(root: Path, tables: int, revisions: int) -> None:
    versions = root / "migrations" / "versions"
    versions.mkdir(parents=True)
    (root / "alembic.ini").write_text(ALEMBIC_INI)
    (root / "migrations" / "env.py").write_text(ENV_PY)
    steps = [*map(_create_table, range(tables)), *map(_add_note, range(tables))]
    before = None
    for number in range(revisions):
        own = steps[number * len(steps) // revisions : (number + 1) * len(steps) // revisions]
        name = f"{number:04}"
        up, down = "\n    ".join(up for up, _ in own), "\n    ".join(down for _, down in reversed(own))
        text = REVISION.format(name=name, before=before, up=up or "pass", down=down or "pass")
        (versions / f"{name}.py").write_text(text)
        before = name


def _create_table(number: int) -> tuple[str, str]:
    columns = [
        'sa.Column("id", sa.Integer(), primary_key=True)',
        'sa.Column("name", sa.String(80), nullable=False)',
    ]
    if number:
        key = f'sa.ForeignKey("table_{_parent(number)}.id")'
        columns.append(f'sa.Column("parent_id", sa.Integer(), {key}, nullable=False)')
    return f'op.create_table("table_{number}", {", ".join(columns)})', f'op.drop_table("table_{number}")'


def _add_note(number: int) -> tuple[str, str]:
    table = f'"table_{number}"'
    return f'op.add_column({table}, sa.Column("note", sa.Text()))', f'op.drop_column({table}, "note")'
