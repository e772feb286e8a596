"""Two tables that need each other: with a deferrable key both get their rows, without one the tests are marked."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from e2e_support import init, pytest_in, run, write

pytestmark = pytest.mark.e2e

PYPROJECT = """
    [project]
    name = "farm"
    version = "0.1"
    requires-python = ">=3.10"
    dependencies = ["sqlalchemy>=2", DRIVERS]
"""
MODELS = """
    from uuid import UUID, uuid4

    from sqlalchemy import ForeignKey, Identity
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
    ENGINE

    class Base(DeclarativeBase):
        pass


    class Farm(Base):
        __tablename__ = "farm"
        id: Mapped[int] = mapped_column(primary_key=True)


    class Hen(Base):
        __tablename__ = "hen"
        id: Mapped[int] = mapped_column(primary_key=True)
        egg_id: Mapped[UUID] = mapped_column(ForeignKey("egg.id"))
        egg: Mapped["Egg"] = relationship(foreign_keys=[egg_id])
        farm_id: Mapped[int] = mapped_column(ForeignKey("farm.id"))


    class Egg(Base):
        __tablename__ = "egg"
        id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
        hen_id: Mapped[int] = mapped_column(ForeignKey("hen.id", deferrable=True, initially="INITIALLY"))
        hen: Mapped[Hen] = relationship(foreign_keys=[hen_id])
        farm_id: Mapped[int] = mapped_column(ForeignKey("farm.id"))


    class Nest(Base):
        __tablename__ = "nest"
        id: Mapped[int] = mapped_column(primary_key=True)
        egg_id: Mapped[UUID] = mapped_column(ForeignKey("egg.id"))
        egg: Mapped[Egg] = relationship()
"""
TESTS = """
    from sqlalchemy import func, select, text

    from farm.models import Egg, Hen
    from .factories.egg import EggFactory
    from .factories.hen import HenFactory


    def count(session):
        session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        return [session.scalar(select(func.count()).select_from(one)) for one in (Hen, Egg)]


    def test_an_egg_has_its_hen(db_session):
        egg = EggFactory.create_sync()
        assert egg.hen.egg is egg
        assert count(db_session) == [1, 1]


    def test_a_hen_has_its_egg(db_session):
        hen = HenFactory.create_sync()
        assert hen.egg.hen is hen
        assert count(db_session) == [1, 1]
        EggFactory.create_sync(hen_id=hen.id)
        HenFactory.create_sync(egg_id=hen.egg_id)
        assert count(db_session) == [2, 2]
        assert len(HenFactory.create_batch_sync(3)) == 3
        assert count(db_session) == [5, 5]
"""


@pytest.mark.parametrize("initially", ["DEFERRED", "IMMEDIATE"])
def test_a_deferrable_key_waits(tmp_path: Path, on_a_url: dict[str, str], initially: str) -> None:
    root = tmp_path / "farm_project"
    is_async = initially == "IMMEDIATE"
    write(root / "pyproject.toml", PYPROJECT.replace("DRIVERS", '"psycopg[binary]", "asyncpg"'))
    write(root / "farm/__init__.py", "")
    engine = "from sqlalchemy.ext.asyncio import create_async_engine" if is_async else ""
    write(root / "farm/models.py", MODELS.replace("INITIALLY", initially).replace("ENGINE", engine))
    done = init(root)
    assert "go in a circle" not in done.err
    write(root / "tests/integration/test_mine.py", TESTS)
    green = pytest_in(root, "tests", **on_a_url)
    assert green.outcomes() == {"passed"}, green.text
    for command in (["check"], ["format", "--check"]):
        suite = root / "tests/integration/factories"
        found = run([sys.executable, "-m", "ruff", *command, "--isolated", suite], root)
        assert found.status == 0, found.text
