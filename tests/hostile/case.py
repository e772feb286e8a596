"""One hostile project, what is run on it, and what must hold afterwards."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

PYPROJECT = """\
[project]
name = "shop"
version = "1"
requires-python = ">=3.10"
dependencies = ["sqlalchemy>=2", "psycopg[binary]"]
"""
MODELS = """\
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "item"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
"""
INIT = ("init", "-y", "--no-prove", "--ci", "none", "--python", sys.executable)
UPDATE = ("update", "--no-prove", "--python", sys.executable)
CHECK = ("check", "--python", sys.executable)
SHOP: Mapping[str, str] = {
    "pyproject.toml": PYPROJECT,
    "shop/__init__.py": "",
    "shop/models.py": MODELS,
}


def add(*flags: str) -> tuple[str, ...]:
    """The command line that adds a service."""
    return ("add-service", *flags, "--python", sys.executable)


@dataclass(frozen=True)
class Case:
    """A project that is not as it should be.

    Attributes:
        files: What differs from a small project that works; None where a file of that is missing.
        make: Does to the folder what text cannot.
        before: Commands that have to work before; ``files`` and ``make`` come after them.
        argv: The command of tcgen that is tried.
        status: The exit statuses that are right.
        says: What the message has to hold: the file, the cause, the way out.
        secrets: What must never be shown.
        environ: Variables of the run.
        stays: Whether the project must be as it was; else what was generated has to parse.
        seconds: The longest it may take on a loaded machine.
        interrupt: Seconds after which the run gets a SIGINT; None for a run that is left alone.
        tidy: Whether formatter and linter have nothing to say of what was generated.
        needs_root: It mounts a file system of its own.
        undo: Takes back what ``make`` did.
    """

    name: str
    files: Mapping[str, str | bytes | None] = field(default_factory=dict)
    make: Callable[[Path], None] | None = None
    before: tuple[tuple[str, ...], ...] = ()
    argv: tuple[str, ...] = INIT
    status: tuple[int, ...] = (2,)
    says: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict)
    stays: bool = True
    seconds: float = 90
    interrupt: float | None = None
    tidy: bool = False
    needs_root: bool = False
    undo: Callable[[Path], None] | None = None


def works(name: str, **given: object) -> Case:
    """A project that is odd, and gets its suite all the same."""
    return Case(name, status=(0,), stays=False, **given)  # type: ignore[arg-type]
