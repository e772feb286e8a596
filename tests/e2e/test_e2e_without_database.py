"""What the project's own code refuses is found out before any database is asked, and where there is none."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from e2e_support import init, pytest_in, tcgen, write

pytestmark = pytest.mark.e2e

NOWHERE = {"TEST_DATABASE": "postgresql://nobody@127.0.0.1:1/x_test"}
PYPROJECT = """
    [project]
    name = "gate"
    version = "0.1"
    requires-python = ">=3.10"
    dependencies = ["sqlalchemy>=2", "psycopg[binary]"]
"""
MODELS = r'''
    import re

    from sqlalchemy import ForeignKey, Integer, String
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, validates
    from sqlalchemy.types import TypeDecorator


    class Base(DeclarativeBase):
        pass


    class User(Base):
        __tablename__ = "user"
        id: Mapped[int] = mapped_column(primary_key=True)
        username: Mapped[str] = mapped_column(String(255), unique=True)
        motto: Mapped[str]

        @validates("username")
        def checked(self, key, value):
            if not 3 <= len(value) <= 25:
                raise ValueError("Username must be between 3 and 25 characters long")
            if not re.fullmatch(r"[A-Za-z0-9._]+", value) or "-" in value:
                raise ValueError("Username can only contain letters, numbers, periods and underscores")
            return value

        @validates("motto")
        def _motto(self, key, value):
            if " " in value:
                raise ValueError("A motto has between 3 and 25 characters, only letters, numbers, periods and underscores")
            return value


    class Entry(Base):
        """Its validator knows a few words."""

        __tablename__ = "entry"
        id: Mapped[int] = mapped_column(primary_key=True)
        action: Mapped[str] = mapped_column(String(20))
        user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
        user: Mapped[User] = relationship()

        @validates("action")
        def known(self, key, value):
            if value not in ("create", "update", "delete"):
                raise ValueError(f"{value!r} is no action. Valid actions: (create, update, delete)")
            return value


    class Product(Base):
        """Its validator has a regular expression, and each code is there once."""

        __tablename__ = "product"
        id: Mapped[int] = mapped_column(primary_key=True)
        code: Mapped[str] = mapped_column(String(12), unique=True)

        @validates("code")
        def formed(self, key, value):
            pattern = r"^[A-Z]{3}-\d{4}$"
            if not re.match(pattern, value):
                raise ValueError(f"code must match {pattern}")
            return value


    class Lamp(Base):
        """What is stored under a hidden name goes through a property."""

        __tablename__ = "lamp"
        id: Mapped[int] = mapped_column(primary_key=True)
        _colour: Mapped[str] = mapped_column("colour", String(20))

        @property
        def colour(self):
            return self._colour

        @colour.setter
        def colour(self, value):
            if value not in ("red", "green"):
                raise ValueError("colour must be one of red, green")
            self._colour = value


    class Seat(Base):
        """Its constructor checks."""

        __tablename__ = "seat"
        id: Mapped[int] = mapped_column(primary_key=True)
        label: Mapped[str] = mapped_column(String(10))
        row: Mapped[int]

        def __init__(self, label, row):
            if not re.fullmatch(r"[A-F]\d{2}", label):
                raise ValueError(r"the label has to match '^[A-F]\d{2}$'")
            self.label, self.row = label, row


    class Source(Base):
        """Its constructor asks for what its table does not."""

        __tablename__ = "source"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str | None] = mapped_column(String(40))
        kind: Mapped[str | None]

        def __init__(self, name: str | None = None, **kwargs):
            if name is None:
                raise TypeError("Please give this source a name to be identifiable.")
            super().__init__(name=name, **kwargs)


    class Badge(Base):
        """What its property misses is no value."""

        __tablename__ = "badge"
        id: Mapped[int] = mapped_column(primary_key=True)
        _number: Mapped[int] = mapped_column("number")

        @property
        def number(self):
            return self._number

        @number.setter
        def number(self, value):
            raise RuntimeError("there is no application")


    class Even(TypeDecorator):
        impl = Integer
        cache_ok = True

        def process_bind_param(self, value, dialect):
            if value is not None and value % 2:
                raise ValueError("an even number")
            return value


    class Pair(Base):
        __tablename__ = "pair"
        id: Mapped[int] = mapped_column(primary_key=True)
        socks: Mapped[int] = mapped_column(Even)
'''


def planned(root: Path) -> dict[str, dict[str, Any]]:
    """Return the fields of each factory, by the names of their classes."""
    done = tcgen("plan", "--json", "--python", sys.executable, cwd=root, **NOWHERE)
    assert done.status == 0, done.text
    found = json.loads(done.out)
    plan = found.get("plan", found)
    return {one["model"]: {f["name"]: f for f in one["fields"]} for one in plan["factories"]}


def test_the_plan_has_what_the_projects_own_code_takes(tmp_path: Path, on_a_url: dict[str, str]) -> None:
    root = tmp_path / "gate_project"
    write(root / "pyproject.toml", PYPROJECT)
    write(root / "gate/__init__.py", "")
    write(root / "gate/models.py", MODELS)
    done = init(root, prove=True, **NOWHERE)
    assert "not proved: TEST_DATABASE names a server that cannot be used" in done.err, done.text
    plan = planned(root)
    codes = {model: {name: one["code"] for name, one in fields.items()} for model, fields in plan.items()}
    assert codes["User"]["username"] == 'Use(lambda: f"username{next(serial)}")'
    assert codes["Entry"]["action"] == '"create"'
    assert codes["Product"]["code"] == 'Use(lambda: fake.bothify("???-####").upper())'
    assert codes["Lamp"]["_colour"] == '"red"'
    assert codes["Seat"]["label"] == 'Use(fake.numerify, "A##")'
    assert int(codes["Pair"]["socks"]) % 2 == 0
    assert codes["Source"].keys() == {"name"}
    assert codes["Badge"]["_number"] == "Use(fake.random_int, 1, 100)"
    reason = plan["Lamp"]["_colour"]["reason"]
    assert reason == "what was planned was refused: ValueError: colour must be one of red, green"

    # the database has nothing to add, and what was found stays
    again = init(root, prove=True, **on_a_url)
    assert again.err.splitlines()[-1] == "proved 8 classes, repaired 7, left 0", again.text
    assert planned(root) == plan
    assert pytest_in(root, "tests", **on_a_url).outcomes() == {"passed"}
