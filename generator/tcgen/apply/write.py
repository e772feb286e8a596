"""Publishes all changes at once, or none."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from tcgen.apply import journal
from tcgen.apply.changes import WRITTEN, Change
from tcgen.errors import TcgenError
from tcgen.interrupts import held


def publish(root: Path, changes: Iterable[Change]) -> list[str]:
    """Write what was created, updated or merged, conflicts with their markers, and delete what goes.

    Everything is first written beside its place, then renamed into it; if anything fails, what was there
    before is put back. A run that is killed leaves a journal, by which the next one does that.

    Returns:
        The paths written, relative to the root.

    Raises:
        TcgenError: The disk refused, a file changed since it was read, another run is writing, or one was
            interrupted; the project is as it was.
    """
    try:
        with held():
            return _publish(root, changes)
    except OSError as error:
        raise TcgenError(
            "cannot-write",
            f"{error.filename or root}: {error.strerror or error}; the project is as it was",
            hint="mend that, then run again",
        ) from error


def _publish(root: Path, changes: Iterable[Change]) -> list[str]:
    wanted = [change for change in changes if change.kind in WRITTEN or _has_markers(change)]
    if not wanted:
        return []
    for change in wanted:
        journal.target(root, change.path)
    with journal.locked(root):
        if (root / journal.JOURNAL).exists():
            raise TcgenError(
                "interrupted",
                f"{root}: an earlier run was interrupted",
                hint="tcgen update puts everything back",
            )
        _check_unchanged(root, wanted)
        contents = [(one.path, one.old, None if one.kind == "delete" else one.new) for one in wanted]
        record = journal.begin(root, contents, _missing_folders(root, wanted))
        try:
            for folder in record.folders:
                (root / folder).mkdir(exist_ok=True)
            for change in wanted:
                if change.kind != "delete":
                    _stage(journal.target(root, change.path), change.new)
            for change in wanted:
                _put(journal.target(root, change.path), change)
        except BaseException:
            journal.undo(root, record)
            raise
        journal.end(root)
    _remove_empty(root, [change.path for change in wanted if change.kind == "delete"])
    return [change.path for change in wanted]


def _has_markers(change: Change) -> bool:
    return change.kind == "conflict" and bool(change.places)


def _check_unchanged(root: Path, changes: Iterable[Change]) -> None:
    for change in changes:
        place = root / change.path
        if change.old != (place.read_bytes() if place.is_file() else None):
            raise TcgenError(
                "changed-meanwhile",
                f"{change.path} changed while tcgen was at work; nothing was written",
                hint="run the same command again",
            )


def _missing_folders(root: Path, changes: Iterable[Change]) -> list[str]:
    """Return the folders to make, the innermost last, the journal's own among them."""
    missing = {} if (root / journal.JOURNAL).parent.exists() else {Path(journal.JOURNAL).parent: None}
    for change in changes:
        if change.kind != "delete":
            folders = list(Path(change.path).parents)[-2::-1]
            missing |= {folder: None for folder in folders if not (root / folder).exists()}
    return [folder.as_posix() for folder in missing]


def _stage(place: Path, content: bytes) -> None:
    waiting = journal.staged(place)
    waiting.write_bytes(content)
    if place.exists():
        waiting.chmod(place.stat().st_mode & 0o777)


def _put(place: Path, change: Change) -> None:
    if change.kind == "delete":
        place.unlink()
    else:
        journal.staged(place).replace(place)


def _remove_empty(root: Path, deleted: list[str]) -> None:
    """Remove folders in which nothing but byte code is left, and those above them."""
    for path in deleted:
        for parent in Path(path).parents[:-1]:
            folder = root / parent
            if not folder.is_dir() or any(one.name != "__pycache__" for one in folder.iterdir()):
                break
            shutil.rmtree(folder)
