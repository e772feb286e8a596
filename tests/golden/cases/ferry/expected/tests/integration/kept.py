"""What one run leaves for the next where $TEST_REUSE is 1: its server's template."""

from __future__ import annotations

import getpass
import json
import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from socket import gethostname
from typing import Any

from filelock import FileLock, Timeout

HERE = Path(__file__).resolve().parent
# the name of this working copy: each keeps a template of its own
COPY = sha256(f"{gethostname()} {HERE}".encode()).hexdigest()[:12]
LABELS = {"tcgen.kept": COPY, "tcgen.folder": str(HERE)}
# a container's user may have no name
USER = os.getuid() if hasattr(os, "getuid") else getpass.getuser()
EVERYBODYS = Path(tempfile.gettempdir(), f"tcgen-kept-{USER}")
FOLDER = EVERYBODYS / COPY


def is_wanted() -> bool:
    """Whether the next run is to find what this one makes."""
    return os.environ.get("TEST_REUSE", "0") not in ("", "0")


@contextmanager
def claim() -> Generator[bool]:
    """Say whether this run has what is kept; while another one has it, none else."""
    if not is_wanted():
        yield False
        return
    _make_folder()
    lock = FileLock(FOLDER / "run.lock", thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


def _make_folder() -> None:
    # the server may run as another user, who has to pass through
    EVERYBODYS.mkdir(mode=0o711, exist_ok=True)
    if hasattr(os, "getuid") and EVERYBODYS.lstat().st_uid != os.getuid():
        raise PermissionError(f"{EVERYBODYS} is another user's: remove it")
    for note in EVERYBODYS.glob("*/copy.json"):
        if not Path(json.loads(note.read_text())["folder"]).exists():
            shutil.rmtree(note.parent, ignore_errors=True)
    FOLDER.mkdir(mode=0o711, exist_ok=True)
    remember("copy", folder=str(HERE))


def recall(name: str) -> dict[str, Any]:
    """Return what an earlier run has remembered under a name."""
    try:
        what: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    except (OSError, ValueError):
        return {}
    return what


def remember(name: str, **what: Any) -> None:
    """Remember something for later runs of the same user."""
    unfinished = FOLDER / f"{name}.unfinished"
    unfinished.touch(mode=0o600)
    unfinished.write_text(json.dumps(what))
    unfinished.replace(FOLDER / f"{name}.json")


def forget(name: str) -> None:
    """Forget what was remembered under a name."""
    (FOLDER / f"{name}.json").unlink(missing_ok=True)
