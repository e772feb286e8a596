"""A virtual environment for each project, made once and kept."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

PYTHON = "3.11"
"""The locks were made for it."""


class CorpusError(Exception):
    """A project could not even be installed; the message is the installer's."""


def prepare(folder: Path, lock: Path, package: str) -> Path:
    """Return the interpreter of a project's environment, which is installed when it is not there.

    Raises:
        CorpusError: The installer failed.
    """
    wanted = lock.read_text(encoding="utf-8") if lock.is_file() else package
    mark = folder / "installed"
    digest = hashlib.sha256(wanted.encode()).hexdigest()
    python = folder / "venv" / "bin" / "python"
    if python.is_file() and mark.is_file() and mark.read_text() == digest:
        return python
    folder.mkdir(parents=True, exist_ok=True)
    _create(folder / "venv")
    install(python, ["-r", str(lock)] if lock.is_file() else [package])
    mark.write_text(digest)
    return python


def _create(venv: Path) -> None:
    shutil.rmtree(venv, ignore_errors=True)
    if shutil.which("uv"):
        _run(["uv", "venv", "-q", "--python", PYTHON, str(venv)])
    else:
        _run([sys.executable, "-m", "venv", str(venv)])


def install(python: Path, requirements: list[str]) -> None:
    """Install requirements, or fail.

    Raises:
        CorpusError: The installer failed.
    """
    if shutil.which("uv"):
        _run(["uv", "pip", "install", "-q", "--python", str(python), *requirements])
    else:
        _run([str(python), "-m", "pip", "install", "-q", *requirements])


def site_packages(python: Path) -> Path:
    """Return the folder packages are installed in."""
    return next((python.parent.parent / "lib").glob("python3.*/site-packages"))


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise CorpusError(f"{' '.join(command[:4])} …: {(done.stderr or done.stdout).strip()[-600:]}")
