"""A project with a virtual environment, installed once, and handed out fresh for each run."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from pathlib import Path

from tests.corpus.projects import Project
from tests.corpus.sources import run, unpack

INTERPRETERS = Path(__file__).resolve().parents[1] / "interpreters" / "up"
VENV = ".venv"


def prepare(project: Project, folder: Path, lock: Path, sources: Path | None) -> Path:
    """Return the project's folder, as a newcomer has it: its files, and its requirements in ``.venv``.

    A run leaves a suite there and its requirements in the environment. The next one shall find neither, so what was
    installed is kept aside, and each run gets a copy, at the place it was installed in.

    Raises:
        CorpusError: The sources could not be had, or the installer failed.
    """
    root, fresh, mark = folder / "project", folder / "fresh", folder / "installed"
    shutil.rmtree(root, ignore_errors=True)
    digest = _digest(project, lock)
    if not (fresh.is_dir() and mark.is_file() and mark.read_text() == digest):
        shutil.rmtree(fresh, ignore_errors=True)
        unpack(project, root, sources)
        _install_all(project, root / project.folder, lock)
        root.rename(fresh)
        mark.write_text(digest)
    _copy(fresh, root, Path(project.folder) / VENV)
    return root / project.folder


def _digest(project: Project, lock: Path) -> str:
    wanted = [project.package, project.source, project.folder, *project.install, project.python]
    locked = lock.read_text(encoding="utf-8") if lock.is_file() else ""
    return hashlib.sha256("\n".join([*wanted, locked]).encode()).hexdigest()


def _install_all(project: Project, place: Path, lock: Path) -> None:
    _create(place / VENV, project.python)
    if project.source != "wheel":
        wanted = list(project.install)
    else:
        wanted = ["-r", str(lock)] if lock.is_file() else [project.package]
    install(interpreter(place), wanted)


def _create(venv: Path, version: str) -> None:
    """The standard library's environments have what old projects take for granted, such as setuptools."""
    own = version == f"{sys.version_info.major}.{sys.version_info.minor}"
    python = sys.executable if own else run([str(INTERPRETERS), version]).strip()
    run([python, "-m", "venv", str(venv)])


def interpreter(place: Path) -> Path:
    """Return the Python of a project's environment."""
    return place / VENV / "bin" / "python"


def install(python: Path, requirements: list[str]) -> None:
    """Install requirements, in the project's folder, or fail.

    Raises:
        CorpusError: The installer failed.
    """
    place = python.parents[2]
    if shutil.which("uv"):
        run(["uv", "pip", "install", "-q", "--python", str(python), *requirements], place)
    else:
        run([str(python), "-m", "pip", "install", "-q", *requirements], place)


def _copy(fresh: Path, root: Path, venv: Path) -> None:
    """Copy a project; what its environment holds is linked, since installers replace files and never write in them."""

    def aside(folder: str, names: list[str]) -> list[str]:
        return [venv.name] if Path(folder) == fresh / venv.parent else []

    shutil.copytree(fresh, root, symlinks=True, ignore=aside)
    shutil.copytree(fresh / venv, root / venv, symlinks=True, copy_function=os.link)


def site_packages(python: Path) -> Path:
    """Return the folder packages are installed in."""
    return next((python.parent.parent / "lib").glob("python3.*/site-packages"))
