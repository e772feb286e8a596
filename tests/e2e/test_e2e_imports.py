"""How often a project's models are imported while its suite is written and proved."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from e2e_support import init, write

pytestmark = pytest.mark.e2e

# each process that imports the models leaves the name that it goes by
MODELS = """
import os
import sys

from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

with open(os.environ["IMPORTS"], "a") as marks:
    marks.write(f"{'pytest' if 'pytest' in sys.modules else sys.argv[0]} ")


class Base(DeclarativeBase):
    pass


class Author(Base):
    __tablename__ = "author"

    id: Mapped[int] = mapped_column(primary_key=True)


class Book(Base):
    __tablename__ = "book"

    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("author.id"))
"""
APPLICATION = """
from fastapi import FastAPI

from shop.models import Book

app = FastAPI()


@app.get("/")
def name() -> str:
    return Book.__name__
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    write(root / "pyproject.toml", '[project]\nname = "shop"\nversion = "1"\n')
    write(root / "shop" / "__init__.py", "")
    write(root / "shop" / "models.py", MODELS)
    return root


@pytest.fixture
def imports(shop: Path, tmp_path: Path, on_a_url: dict[str, str]) -> Callable[[int], list[str]]:
    """Runs `tcgen init`, which has to prove both classes and count the tests, and returns who imported the models."""
    marks = tmp_path / "marks"

    def run(tests: int) -> list[str]:
        done = init(shop, "--json", prove=True, IMPORTS=str(marks), **on_a_url)
        found = json.loads(done.out)
        assert (found["proof"]["proved"], found["tests"]) == (2, tests)
        return marks.read_text().split()

    return run


def test_once_to_describe_them_and_once_to_prove_the_suite(imports: Callable[[int], list[str]]) -> None:
    assert imports(4) == ["tcgen", "pytest"]


def test_once_more_to_run_the_application(shop: Path, imports: Callable[[int], list[str]]) -> None:
    write(shop / "shop" / "main.py", APPLICATION)
    assert imports(5) == ["tcgen", "pytest", "pytest"]


def test_once_more_where_the_project_chooses_among_tests(
    shop: Path, imports: Callable[[int], list[str]]
) -> None:
    options = '[tool.pytest.ini_options]\naddopts = "-m \'not slow\'"\nmarkers = ["slow"]\n'
    write(shop / "pyproject.toml", f'[project]\nname = "shop"\nversion = "1"\n\n{options}')
    assert imports(4) == ["tcgen", "pytest", "pytest"]
