"""Runs tcgen and the suites it generates the way users do: as processes of their own."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import textwrap
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.started import inherited

PROJECTS = Path(__file__).resolve().parent / "projects"
REPOSITORY = Path(__file__).resolve().parents[2]
TCGEN = Path(sysconfig.get_path("scripts"), "tcgen")
NO_DOCKER = {"DOCKER_HOST": "unix:///nonexistent.sock"}

# Names that steer pytest, tcgen, or the projects: a run must not depend on who started the tests.
_STEERING = (
    "TEST_DATABASE",
    "TEST_POSTGRES_IMAGE",
    "CI",
    "DATABASE_URL",
    "BOOKSHOP_DATABASE_URL",
    "PYTHONPATH",
)

_ENV_PY = """
    from alembic import context
    from sqlalchemy import engine_from_config

    from MODELS import Base

    engine = engine_from_config(context.config.get_section("alembic"), prefix="sqlalchemy.")
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata)
        with context.begin_transaction():
            context.run_migrations()
"""


def env_py(models: str) -> str:
    """Return an env.py that takes its URL from Alembic's options.

    Args:
        models: The module with `Base`.
    """
    return _ENV_PY.replace("MODELS", models)


def long_row(values: Iterable[Any], *first: object) -> list[Any]:
    """Return the parameters of a test: those that are not among the first are `matrix`."""
    return [
        pytest.param(
            *(one if isinstance(one, tuple) else [one]), marks=() if one in first else pytest.mark.matrix
        )
        for one in values
    ]


def environment(**extra: str) -> dict[str, str]:
    """Return this process's environment without what steers pytest or a project, and with `extra`."""
    kept = {
        name: value
        for name, value in inherited().items()
        if name not in _STEERING and not name.startswith("TCGEN_DEBUG")
    }
    return kept | {"NO_COLOR": "1"} | extra


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL that is reached through a socket."""

    uri: str
    folder: str

    def url(self, database: str) -> str:
        """Return the URL of one of its databases, as a user would set it."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def query(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Execute one statement."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def databases(self) -> set[object]:
        """Return the names of its databases."""
        return {name for (name,) in self.query("SELECT datname FROM pg_database")}


@dataclass(frozen=True)
class Finished:
    """A process that ended."""

    status: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """All it printed."""
        return self.out + self.err


@dataclass(frozen=True)
class SuiteRun(Finished):
    """A run of pytest; `cases`: `file::name` → passed, failed, error or skipped."""

    cases: dict[str, str] = field(default_factory=dict)

    def outcomes(self) -> set[str]:
        """Return the different outcomes there were."""
        return set(self.cases.values())

    def ids(self, test: str) -> list[str]:
        """Return the parameters' ids of the cases of one test."""
        return sorted(
            case.partition("[")[2].removesuffix("]")
            for case in self.cases
            if case.partition("[")[0].endswith(f"::{test}")
        )


def run(command: Iterable[str | Path], cwd: Path, **extra: str) -> Finished:
    """Run a command to its end."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment(**extra),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=240,
    )
    return Finished(done.returncode, done.stdout, done.stderr)


def virtual_environment(folder: Path, *requirements: str, base: str = sys.executable) -> str:
    """Make an environment with uv where it is there, without an installer in it, and return its interpreter.

    Nothing is compiled beforehand: most of it is never imported.
    """
    made = run([base, "-m", "venv", "--without-pip", folder], folder.parent)
    assert made.status == 0, made.text
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    install = (
        ["uv", "pip", "install", "--python", python]
        if shutil.which("uv")
        else [sys.executable, "-m", "pip", "--python", python, "install", "--no-compile"]
    )
    installed = run([*install, "--quiet", *requirements], folder.parent, PIP_CONSTRAINT="")
    assert installed.status == 0, installed.text
    return str(python)


def tcgen(*arguments: str | Path, cwd: Path, **extra: str) -> Finished:
    """Run the `tcgen` command."""
    return run([TCGEN, *arguments], cwd, **extra)


def init(root: Path, *arguments: str, prove: bool = False, **extra: str) -> Finished:
    """Run `tcgen init` with these tests' own interpreter as the project's; it has to succeed.

    It runs what it wrote where `prove` says so: that takes a server, and most tests run the suite themselves.
    """
    proof = () if prove else ("--no-prove",)
    done = tcgen("init", "--yes", "--python", sys.executable, *proof, *arguments, cwd=root, **extra)
    assert done.status == 0, done.text
    return done


def pytest_in(root: Path, *arguments: str | Path, **extra: str) -> SuiteRun:
    """Run pytest in a project."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        options = ["-p", "no:cacheprovider", f"--junitxml={report}", "-o", "junit_family=xunit1"]
        done = run([sys.executable, "-m", "pytest", *options, *arguments], root, **extra)
        cases = read_report(report) if report.is_file() else {}
    return SuiteRun(done.status, done.out, done.err, cases)


def read_report(report: Path) -> dict[str, str]:
    """Read a JUnit report into `file::name` → outcome."""
    outcomes = {"failure": "failed", "error": "error", "skipped": "skipped"}
    found = {}
    for case in ElementTree.parse(report).iter("testcase"):
        marks = [outcomes[child.tag] for child in case if child.tag in outcomes]
        place = case.get("file") or case.get("classname")
        found[f"{place}::{case.get('name')}"] = marks[0] if marks else "passed"
    return found


def mapped_classes(root: Path) -> list[str]:
    """Return the qualified names of a project's mapped classes that can have rows, as `inspect` finds them."""
    done = tcgen("inspect", "--json", "--python", sys.executable, cwd=root)
    assert done.status == 0, done.text
    mappers = json.loads(done.out)["schema"]["mappers"]
    return sorted(
        f"{one['cls']['module']}.{one['cls']['qualname']}" for one in mappers if not one["abstract"]
    )


def write(path: Path, content: str) -> Path:
    """Write a file, its folders too, the content's common indentation taken off."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(content).lstrip("\n"), encoding="utf-8")
    return path


def replace(path: Path, old: str, new: str) -> None:
    """Replace a text that stands in a file exactly once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{path} has {text.count(old)} times {old!r}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def copy(project: Path, dest: Path) -> Path:
    """Copy a project without what its runs left in it."""
    left = shutil.ignore_patterns("__pycache__", ".pytest_cache")
    return Path(shutil.copytree(project, dest, ignore=left))


def tree(root: Path) -> dict[str, str]:
    """Return the digest of every file below a folder, git's and compiled ones left out."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not {".git", "__pycache__"} & set(path.relative_to(root).parts)
    }
