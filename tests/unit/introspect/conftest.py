"""Small real projects on disk, inspected by the real probe in the interpreter of the tests."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tcgen.catalog.load import catalog
from tcgen.introspect.host.runner import inspect_project
from tcgen.ir.project import AlembicConfig, Project
from tcgen.ir.schema import MapperFact, Schema, TableFact

Inspect = Callable[..., Schema]

ALEMBIC_INI = """
    [alembic]
    script_location = migrations
    sqlalchemy.url = postgresql+psycopg://someone@somewhere/something

    [loggers]
    keys = root
    [handlers]
    keys = console
    [formatters]
    keys = plain
"""
REVISION = """
    from alembic import op
    import sqlalchemy as sa

    revision = {revision!r}
    down_revision = {down!r}

    def upgrade():
        {body}

    def downgrade():
        pass
"""


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))


def revision(name: str, down: str | None, body: str) -> str:
    return textwrap.dedent(REVISION).format(revision=name, down=down, body=body)


@pytest.fixture
def inspect(tmp_path: Path) -> Inspect:
    """Write the files, inspect the project they make, and return its schema."""

    def run(files: dict[str, str], **options: Any) -> Schema:
        flags = ("models", "alembic_config", "known", "timeout", "frameworks")
        call = {"frameworks": catalog().frameworks, **{k: options.pop(k) for k in flags if k in options}}
        write(tmp_path, files)
        packages = {Path(f).parts[0].removesuffix(".py") for f in files if f.endswith(".py")} - {"migrations"}
        if "alembic.ini" in files:
            options.setdefault("alembic", (AlembicConfig(ini="alembic.ini", script_location="migrations"),))
        settings = {
            "root": str(tmp_path),
            "name": "shop",
            "python": sys.executable,
            "packages": sorted(packages),
        }
        return inspect_project(Project(**{**settings, **options}), **call).schema

    return run


def mapper(schema: Schema, name: str) -> MapperFact:
    return next(m for m in schema.mappers if m.cls.qualname == name)


def table(schema: Schema, key: str) -> TableFact:
    return next(t for t in schema.tables if t.key == key)


def codes(schema: Schema) -> set[str]:
    return {d.code for d in schema.diagnostics}
