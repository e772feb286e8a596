"""Who runs tcgen, with which flags and in which environment, does not change a suite that exists."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tcgen.apply.write import publish
from tcgen.ir.plan import ANSWERS
from tcgen.workflow import stages
from tcgen.workflow.request import Request

MODELS = """\
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase):
    pass

class Book(Base):
    __tablename__ = "book"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project of two declarative bases, whose suite is for the second one alone."""
    root = tmp_path / "shop-project"
    (root / "shop").mkdir(parents=True)
    (root / "shop" / "__init__.py").touch()
    (root / "shop" / "models.py").write_text(MODELS)
    (root / "shop" / "other.py").write_text(MODELS.replace("book", "film").replace("Book", "Film"))
    request = Request(root=root, python=sys.executable, models=("shop.other:Base",), ci="gitlab")
    publish(root, stages.changes(stages.plan(request)))
    return root


def suite(root: Path) -> dict[str, object]:
    plan = stages.plan(Request(root=root, python=sys.executable))
    assert [one.label for one in plan.plan.factories] == ["shop.other.Film"]
    return plan.plan.model_dump(mode="json")


def test_flags_are_remembered(root: Path) -> None:
    assert suite(root)["ci"] == "gitlab"
    planned = stages.plan(Request(root=root, python=sys.executable))
    assert stages.changes(planned) == ()


def test_the_environment_of_the_first_run_counts(root: Path) -> None:
    place = root / ANSWERS
    recorded = suite(root)
    elsewhere = {"python_versions": ["3.14"], "source_roots": recorded["source_roots"]}
    text = place.read_text()
    for name, value in elsewhere.items():
        old = f'"{name}": {json.dumps(recorded[name])}'
        assert old in text
        text = text.replace(old, f'"{name}": {json.dumps(value)}')
    place.write_text(text)
    found = suite(root)
    assert {name: found[name] for name in elsewhere} == elsewhere


def test_a_newer_lower_bound_is_followed(root: Path) -> None:
    assert suite(root)["python_versions"] != ["3.99"]
    (root / "pyproject.toml").write_text(
        '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.99"\n'
    )
    assert suite(root)["python_versions"] == ["3.99"]
