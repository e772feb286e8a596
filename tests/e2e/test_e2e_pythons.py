"""The probe runs on every Python that a suite does, with SQLAlchemy from 1.4 on; older Pythons are refused at once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from e2e_support import REPOSITORY, env_py, tcgen, tree, virtual_environment, write

from tcgen.ir.project import MIN_PYTHON

pytestmark = pytest.mark.e2e

MODELS = """
    import sqlalchemy as sa
    from sqlalchemy.dialects import postgresql as pg
    from sqlalchemy.orm import declarative_base, relationship
    from sqlalchemy.types import TypeDecorator

    Base = declarative_base()


    class Weeks(TypeDecorator):
        impl = pg.DATERANGE
        cache_ok = True

        def process_bind_param(self, value, dialect):
            return value


    class Room(Base):
        __tablename__ = "room"
        id = sa.Column(sa.Integer, primary_key=True)
        name = sa.Column(sa.String(30), nullable=False, unique=True)
        tags = sa.Column(pg.ARRAY(sa.Text), nullable=False)
        facts = sa.Column(pg.HSTORE, nullable=False)
        notes = sa.Column(pg.JSONB, nullable=False)


    class Stay(Base):
        __tablename__ = "stay"
        id = sa.Column(sa.Integer, primary_key=True)
        room_id = sa.Column(sa.ForeignKey("room.id"), nullable=False)
        nights = sa.Column(pg.INT4RANGE, nullable=False)
        weeks = sa.Column(Weeks, nullable=False)
        room = relationship(Room)
"""
REVISION = """
    from alembic import op

    revision = "1"
    down_revision = None


    def upgrade():
        op.execute("CREATE TABLE room (id serial)")
        op.execute("CREATE TABLE stay (id serial)")
"""
VERSIONS = [
    ("3.10", "1.4.54"),
    pytest.param("3.11", "2.0.0", marks=pytest.mark.matrix),
    pytest.param("3.12", "2.0.16", marks=pytest.mark.matrix),
    pytest.param("3.13", "2.0.58", marks=pytest.mark.matrix),
    ("3.14", "2.1.9"),
]
"""Every Python, and the releases of SQLAlchemy where what the probe looks at is called otherwise."""


@pytest.fixture
def hotel(tmp_path: Path) -> Path:
    """A project that every SQLAlchemy from 1.4 on takes."""
    root = tmp_path / "hotel-project"
    write(root / "pyproject.toml", '[project]\nname = "hotel"\nversion = "1"\n')
    write(root / "hotel/__init__.py", "")
    write(root / "hotel/models.py", MODELS)
    write(
        root / "alembic.ini", "[alembic]\nscript_location = migrations\nsqlalchemy.url = postgresql://x/y\n"
    )
    write(root / "migrations/env.py", env_py("hotel.models"))
    write(root / "migrations/versions/1.py", REVISION)
    return root


def interpreter(version: str) -> str:
    """Return an interpreter; where none can be had the test is skipped, with the reason."""
    done = subprocess.run(
        [REPOSITORY / "tests/interpreters/up", version], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip((done.stderr.strip().splitlines() or ["no interpreter"])[-1])
    return done.stdout.strip()


@pytest.mark.parametrize(("version", "sqlalchemy"), VERSIONS)
def test_the_probe_runs(hotel: Path, tmp_path: Path, version: str, sqlalchemy: str) -> None:
    python = virtual_environment(
        tmp_path / "venv", f"sqlalchemy=={sqlalchemy}", "alembic", "pg8000", base=interpreter(version)
    )
    done = tcgen("inspect", "--json", "--python", python, cwd=hotel)
    assert done.status == 0, done.text
    schema = json.loads(done.out)["schema"]
    assert schema["environment"]["python"].startswith(f"{version}.")
    assert schema["environment"]["sqlalchemy"] == sqlalchemy
    assert [one["cls"]["qualname"] for one in schema["mappers"]] == ["Room", "Stay"]
    assert schema["alembic"]["heads"] == ["1"]
    columns = {one["name"]: one["type"] for one in schema["tables"][1]["columns"]}
    assert columns["nights"]["ddl"] == "INT4RANGE"
    assert columns["weeks"]["impl"]["ddl"] == "DATERANGE"
    assert columns["weeks"]["accepts"] or columns["weeks"]["example"]
    planned = tcgen("plan", "--json", "--python", python, cwd=hotel)
    assert planned.status == 0, planned.text
    assert len(json.loads(planned.out)["factories"]) == 2


def test_an_sqlalchemy_that_the_python_cannot_import(hotel: Path, tmp_path: Path) -> None:
    python = virtual_environment(tmp_path / "venv", "sqlalchemy==2.0.0", base=interpreter("3.14"))
    done = tcgen("init", "--yes", "--json", "--python", python, cwd=hotel)
    assert done.status == 2
    error = json.loads(done.out)
    assert error["code"] == "sqlalchemy-missing"
    assert "SQLCoreOperations" in error["message"]


@pytest.mark.parametrize("version", ["3.6", "3.8", "3.9"])
def test_an_older_python_is_refused(hotel: Path, version: str) -> None:
    python = interpreter(version)
    before = tree(hotel)
    done = tcgen("init", "--yes", "--json", "--python", python, cwd=hotel)
    assert done.status == 2, done.text
    error = json.loads(done.out)
    assert (error["kind"], error["code"]) == ("error", "python-too-old")
    assert f"is Python {version};" in error["message"] and "3.10 or later" in error["message"]
    assert "Traceback" not in done.err
    assert tree(hotel) == before


def test_the_floor_is_one_constant() -> None:
    written = (REPOSITORY / "pyproject.toml").read_text()
    assert 'requires-python = ">={}.{}"'.format(*MIN_PYTHON) in written
    assert sys.version_info >= MIN_PYTHON


def test_what_is_no_python(hotel: Path) -> None:
    write(hotel / "python", "#!/bin/sh\necho no\n").chmod(0o755)
    done = tcgen("init", "--yes", "--json", "--python", "./python", cwd=hotel)
    error = json.loads(done.out)
    assert (done.status, error["code"]) == (2, "python-not-found")
    assert "does not tell its version" in error["message"]
