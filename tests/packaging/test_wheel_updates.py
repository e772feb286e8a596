"""A project made with one wheel is updated by the next one: another environment, no network, no checkout."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("hatchling")
pytestmark = pytest.mark.e2e

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCES = ("pyproject.toml", "README.md", "LICENSE", "copier.yml", "templates", "generator")
SAYS = "\n# said by the second release\n"
MODELS = """\
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase):
    pass

class Book(Base):
    __tablename__ = "book"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
"""


def run(*command: str | Path, cwd: Path, status: int = 0, **extra: str) -> str:
    environment = {**os.environ, "PYTHONSAFEPATH": "1", **extra}
    done = subprocess.run(
        [str(part) for part in command], env=environment, capture_output=True, text=True, cwd=cwd
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def git(folder: Path, *arguments: str) -> None:
    run("git", "-c", "user.name=t", "-c", "user.email=t@t", *arguments, cwd=folder)


def set_version(checkout: Path, version: str) -> None:
    place = checkout / "pyproject.toml"
    text = re.sub(r'(?m)^version = ".*"$', f'version = "{version}"', place.read_text(), count=1)
    place.write_text(text)


def installed(checkout: Path, folder: Path) -> Path:
    """Build the wheel of a checkout and unpack it, so that $PYTHONPATH alone makes it importable."""
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder / "dist", cwd=checkout)
    (wheel,) = (folder / "dist").glob("*.whl")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    run(*pip, "--target", folder / "lib", wheel, cwd=folder)
    return folder / "lib"


def tcgen(library: Path, root: Path, *arguments: str, status: int = 0) -> str:
    command = [sys.executable, "-m", "tcgen", *arguments, "--python", sys.executable]
    # whatever is fetched from elsewhere fails
    closed = {"GIT_ALLOW_PROTOCOL": "file", "PYTHONPATH": str(library)}
    return run(*command, cwd=root, status=status, **closed)


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Version 0.1.0, and 0.2.0 with an improvement, the latter from a clone with tags and from one without."""
    folder = tmp_path_factory.mktemp("wheels")
    checkout = folder / "checkout"
    checkout.mkdir()
    for name in SOURCES:
        if (REPOSITORY / name).is_dir():
            shutil.copytree(REPOSITORY / name, checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(REPOSITORY / name, checkout)
    set_version(checkout, "0.1.0")
    git(checkout, "init", "--quiet")
    git(checkout, "add", "--all")
    git(checkout, "commit", "--quiet", "--message", "first")
    found = {"unreleased": installed(checkout, folder / "unreleased")}
    git(checkout, "tag", "v0.1.0")
    found["first"] = installed(checkout, folder / "first")
    place = checkout / "templates" / "partials" / "database" / "postgresql" / "module.jinja"
    place.write_text(place.read_text() + SAYS)
    set_version(checkout, "0.2.0")
    git(checkout, "commit", "--quiet", "--all", "--message", "second")
    git(checkout, "tag", "v0.2.0")
    found["second"] = installed(checkout, folder / "second")
    git(folder, "clone", "--quiet", "--no-tags", str(checkout), "clone")
    found["untagged"] = installed(folder / "clone", folder / "untagged")
    return found


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "shop").mkdir(parents=True)
    (root / "shop" / "__init__.py").touch()
    (root / "shop" / "models.py").write_text(MODELS)
    (root / "pyproject.toml").write_text('[project]\nname = "shop"\nversion = "1"\n')
    return root


@pytest.mark.parametrize(
    ("before", "after"),
    [("first", "second"), pytest.param("unreleased", "untagged", marks=pytest.mark.matrix)],
)
def test_an_update_from_one_wheel_to_the_next(
    wheels: dict[str, Path], root: Path, before: str, after: str
) -> None:
    tcgen(wheels[before], root, "init", "--yes")
    answers, postgres = root / ".tcgen" / "answers.yml", root / "tests" / "integration" / "postgres.py"
    for folder in (*wheels.values(), REPOSITORY, Path.home()):
        assert f"{folder}/" not in answers.read_text()
    postgres.write_text(postgres.read_text().replace('"""One ', '"""By hand: one ', 1))
    with (root / "shop" / "models.py").open("a") as file:
        file.write("    pages: Mapped[int]\n")
    shown = tcgen(wheels[after], root, "update")
    assert "left out" not in shown
    text = postgres.read_text()
    assert text.endswith(SAYS)
    assert text.startswith('"""By hand: one ')
    assert "    pages = " in (root / "tests/integration/factories/book.py").read_text()
    recorded = next(line for line in answers.read_text().splitlines() if line.startswith("_commit:"))
    assert recorded.startswith("_commit: v0.2.0")
    assert "up to date" in tcgen(wheels[after], root, "check")
    assert "upgrade tcgen" in tcgen(wheels[before], root, "update", status=2)
