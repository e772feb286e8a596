"""The sample project of ``tcgen demo``: the files under ``project/`` are copied as they are."""

from __future__ import annotations

import shutil
from pathlib import Path

from tcgen.errors import TcgenError

_PROJECT = Path(__file__).parent / "project"


def write_sample(dest: Path) -> None:
    """Write the bookshop sample project into an empty or new folder.

    Raises:
        TcgenError: ``destination-not-empty`` when there is something at ``dest`` already.
    """
    if dest.exists() and (not dest.is_dir() or any(dest.iterdir())):
        raise TcgenError(
            "destination-not-empty",
            f"{dest} is not an empty folder",
            hint="give a folder that is empty or does not exist yet: tcgen demo DIR",
        )
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc", ".pytest_cache")
    # Contents only: an installed package may be read-only, the user's project must not be.
    shutil.copytree(_PROJECT, dest, dirs_exist_ok=True, ignore=ignored, copy_function=shutil.copyfile)
