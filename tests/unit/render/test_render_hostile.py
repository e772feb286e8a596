"""Whatever attributes, classes, tables and enum values are called: the factories work, and nothing runs."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from polyfactory.factories.sqlalchemy_factory import SQLAlchemyFactory

from tcgen.plan.source.reserved import TAKEN
from tcgen.render.engine import Rendered, render
from tcgen.workflow import stages
from tcgen.workflow.request import Request

MODELS = """
import enum
from decimal import Decimal as Money
from sqlalchemy import CheckConstraint, Column, Date, Enum, ForeignKey, Integer, Numeric, String, Table
from sqlalchemy.orm import DeclarativeBase, relationship


class Base(DeclarativeBase):
    pass


class Model(Base):
    __tablename__ = "model"
    id = Column(Integer, primary_key=True)


class Parent(Base):
    __tablename__ = 'par"ent; import os'
    id = Column(Integer, primary_key=True)
    _secret = Column("secret", String(20), nullable=False)
    build = Column(String(20), nullable=False, unique=True)
    coverage = Column(Integer, CheckConstraint("coverage > 50"), nullable=False)


class Child(Base):
    __tablename__ = "child"
    id = Column(Integer, primary_key=True)
    batch_id = Column(ForeignKey('par"ent; import os.id'), nullable=False)
    batch = relationship("Parent")


class Shadows(Base):
    __tablename__ = "shadows"
    serial = Column(Integer, primary_key=True, autoincrement=False)
    fake = Column(String(9), nullable=False)
    date = Column(Date, nullable=False, unique=True)
    timedelta = Column(Date, nullable=False, unique=True)
    Decimal = Column(Numeric(9, 2), nullable=False)
    Use = Column(Integer, nullable=False)
    model_id = Column(ForeignKey("model.id"), nullable=False)
    kind = Column(Enum('"; import os; x = "', "it's", "new\\nline", "back\\\\slash", "{brace}"), nullable=False)
    quoted = Column(String(40), CheckConstraint("quoted IN ('a''b', '\\"; import os', 'a  b')"), nullable=False)


class Keyword(Base):
    __table__ = Table(
        "keyword",
        Base.metadata,
        Column("id", Integer, primary_key=True),
        Column("from", String(20), nullable=False),
        Column("to what; import os", String(20), nullable=False),
        Column("opens", Integer, nullable=False),
        Column("closes", Integer, nullable=False, key="coverage"),
        CheckConstraint("opens < closes"),
    )
"""

USE = """
from sqlalchemy import create_engine, event
from sqlalchemy.orm import Session
from shop.models import Base, Child, Keyword, Model, Parent, Shadows
from tests.integration.factories import all_factories
from tests.integration.factories.base import ModelFactory

factories = {factory.__model__: factory for factory in all_factories()}
assert set(factories) == {Child, Keyword, Model, Parent, Shadows}, factories
engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
with Session(engine) as session:
    ModelFactory.__session__ = session
    for factory in factories.values():
        factory.create_sync()
        factory.create_batch_sync(20)
    parent = factories[Parent].create_sync(build="mine", _secret="own")
    assert (parent.build, parent._secret) == ("mine", "own")
    assert parent.coverage > 50
    child = factories[Child].create_sync(batch=parent)
    assert child.batch is parent
    assert factories[Child].create_sync(batch_id=parent.id).batch is parent
    assert factories[Child].create_sync().batch is not parent
    assert factories[Child].build().batch.build
    word = factories[Keyword].create_sync(**{"from": "here", "opens": 5})
    assert getattr(word, "from") == "here"
    assert getattr(word, "to what; import os")
    assert word.coverage == 6
    session.commit()
print("all made")
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("hostile")
    (root / "shop").mkdir()
    (root / "shop" / "__init__.py").touch()
    (root / "shop" / "models.py").write_text(textwrap.dedent(MODELS), encoding="utf-8")
    (root / "pyproject.toml").write_text('[project]\nname = "shop"\nversion = "1"\n', encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def rendered(project: Path) -> Rendered:
    tree = render(stages.plan(Request(root=project, python=sys.executable)).plan)
    for path, content in tree.items():
        place = project / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return tree


def test_factories_of_hostile_names_make_rows(project: Path, rendered: Rendered) -> None:
    done = subprocess.run(
        [sys.executable, "-c", USE], cwd=project, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "all made", done.stdout + done.stderr


def test_hostile_files_are_formatted(project: Path, rendered: Rendered) -> None:
    for command in (["format", "--diff"], ["check", "--select", "E4,E7,E9,F,I"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--isolated", "--line-length", "88", "tests"],
            cwd=project,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_names_polyfactory_uses_are_known() -> None:
    used = {name for name in dir(SQLAlchemyFactory) if not name.startswith("_")}
    assert used <= TAKEN
