"""Publishes all changes at once, or none."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tcgen.apply.changes import WRITTEN, Change


def publish(root: Path, changes: Iterable[Change]) -> list[str]:
    """Write what was created, updated or merged, and delete what goes.

    Everything is first written beside its place, then renamed into it; if anything fails, what was there
    before is put back.

    Returns:
        The paths written, relative to the root.

    Raises:
        OSError: The disk refused; the project is as it was.
    """
    wanted = [change for change in changes if change.kind in WRITTEN]
    made: list[Path] = []
    staged: list[tuple[Path, Path]] = []
    done: list[Change] = []
    try:
        for change in wanted:
            place = root / change.path
            made += _make_folders(place.parent)
            staged.append((_stage(place, change.new), place))
        for change, (temporary, place) in zip(wanted, staged, strict=True):
            if change.kind == "delete":
                place.unlink()
                temporary.unlink()
            else:
                temporary.replace(place)
            done.append(change)
    except BaseException:
        for change in done:
            _restore(root / change.path, change.old)
        for temporary, _ in staged:
            temporary.unlink(missing_ok=True)
        for folder in reversed(made):
            folder.rmdir()
        raise
    _remove_empty(root, [change.path for change in wanted if change.kind == "delete"])
    return [change.path for change in wanted]


def _remove_empty(root: Path, deleted: list[str]) -> None:
    """Remove folders in which nothing but byte code is left."""
    for folder in {(root / path).parent for path in deleted}:
        if all(entry.name == "__pycache__" for entry in folder.iterdir()):
            shutil.rmtree(folder)


def _make_folders(folder: Path) -> list[Path]:
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir()
    return missing[::-1]


def _stage(place: Path, content: bytes) -> Path:
    descriptor, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    temporary = Path(name)
    temporary.chmod(place.stat().st_mode & 0o777 if place.exists() else 0o666 & ~_umask())
    return temporary


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def _restore(place: Path, old: bytes | None) -> None:
    if old is None:
        place.unlink(missing_ok=True)
    else:
        place.write_bytes(old)
