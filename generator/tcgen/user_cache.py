"""Where tcgen keeps what can be made again: below the user's own folder of caches, never in a project."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path


def cache_home(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder for what can be made again."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    if sys.platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    return Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def keep_bytecode_aside(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the variables that keep compiled code out of the project, and have each run find that of the one before.

    pytest compiles what belongs to its plugins in its own way, and some installers leave all to the first import:
    without a place for it, that is done again in every run.
    """
    aside = environ.get("PYTHONPYCACHEPREFIX") or str(cache_home(environ) / "tcgen" / "bytecode")
    return {"PYTHONPYCACHEPREFIX": aside, "PYTHONDONTWRITEBYTECODE": ""}
