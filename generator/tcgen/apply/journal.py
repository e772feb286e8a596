"""The journal of a write: what stood where, so that a run which was killed can be taken back.

It is complete before the first file changes and goes after the last one did. While it is there, the project is
neither as before nor as after; the next run makes it as before.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from tcgen.errors import TcgenError
from tcgen.files import content
from tcgen.ir.base import Frozen
from tcgen.processes import shared_folder

JOURNAL = ".tcgen/journal.json"


class Entry(Frozen):
    """One file that is about to change.

    Attributes:
        path: Relative to the root.
        old: Its content in base64, None where there is no file.
        new: SHA-256 of the content to come, None where the file goes.
    """

    path: str
    old: str | None
    new: str | None


class Journal(Frozen):
    """All that is about to change, and the folders that were made for it, the innermost last."""

    format: Literal[1] = 1
    entries: tuple[Entry, ...]
    folders: tuple[str, ...]


@contextmanager
def locked(root: Path) -> Generator[None, None, None]:
    """Keep other runs of tcgen away from a project while it is written.

    Raises:
        TcgenError: There is one.
    """
    mark = hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:16]
    user = os.getuid() if hasattr(os, "getuid") else 0
    place = Path(shared_folder(), f"tcgen-{user}-{mark}.lock")
    try:
        with FileLock(place).acquire(timeout=0):
            try:
                yield
            finally:
                place.unlink(missing_ok=True)
    except Timeout as error:
        raise TcgenError(
            "busy", f"{root}: another run of tcgen is writing", hint="wait for it, then run again"
        ) from error


def staged(place: Path) -> Path:
    """Return where a file's new content waits: beside it, so that one rename is enough."""
    return place.with_name(f".{place.name}.tcgen")


def begin(
    root: Path, changes: Sequence[tuple[str, bytes | None, bytes | None]], folders: Sequence[str]
) -> Journal:
    """Write the journal; from here on a run that dies can be taken back.

    Args:
        root: The project.
        changes: Path, content there is, content to come; None where there is, or will be, no file.
        folders: Those to be made, the innermost last.
    """
    entries = tuple(
        Entry(path=path, old=None if old is None else base64.b64encode(old).decode(), new=_digest(new))
        for path, old, new in changes
    )
    journal = Journal(entries=entries, folders=tuple(folders))
    place = root / JOURNAL
    place.parent.mkdir(exist_ok=True)
    try:
        with _part(place).open("w", encoding="utf-8") as file:
            file.write(journal.model_dump_json())
            file.flush()
            os.fsync(file.fileno())
        _part(place).replace(place)
    except OSError:
        _remove(_part(place))
        raise
    return journal


def end(root: Path) -> None:
    """Remove the journal: the project is as it shall be."""
    _remove(root / JOURNAL)


def recover(root: Path) -> int | None:
    """Make a project as it was before a run that was killed while it wrote.

    A file that was edited since is left as it is; the next update merges it.

    Returns:
        How many files were put back, None where no run was interrupted.

    Raises:
        TcgenError: Another run is at work, or the journal cannot be read.
    """
    place = root / JOURNAL
    part = _part(place)
    if not place.exists() and not part.exists():
        return None
    with locked(root):
        _remove(part)
        if not place.exists():
            return None
        try:
            journal = Journal.model_validate_json(content(place))
            for one in journal.entries:
                target(root, one.path)
                base64.b64decode(one.old or "", validate=True)
            for folder in journal.folders:
                target(root, folder)
        except (ValueError, OSError, TcgenError) as error:
            raise TcgenError(
                "bad-journal",
                f"{place}: an earlier run was interrupted, and this is not a journal this tcgen can read",
                hint="compare the project with your last commit, then delete the file",
            ) from error
        return undo(root, journal)


def undo(root: Path, journal: Journal) -> int:
    """Put back what stood there and remove what was added; return how many files that were."""
    count = 0
    for one in journal.entries:
        place = target(root, one.path)
        with contextlib.suppress(OSError):  # such as a file where its folder should be
            staged(place).unlink(missing_ok=True)
        old = None if one.old is None else base64.b64decode(one.old)
        present = place.read_bytes() if place.is_file() else None
        if _digest(present) == one.new and present != old:
            _restore(place, old)
            count += 1
    _remove(root / JOURNAL)
    for folder in reversed(journal.folders):
        with contextlib.suppress(OSError):  # there is something of the user's in it
            (root / folder).rmdir()
    return count


def target(root: Path, path: str) -> Path:
    """Return the file itself where a link leads to it, so that the link stays one.

    Raises:
        TcgenError: It leads out of the project, or into its git folder.
    """
    place = root / path
    real, folder = Path(os.path.realpath(place)), Path(os.path.realpath(root))
    inside = real.relative_to(folder).parts if real.is_relative_to(folder) else ()
    if not inside or ".git" in inside or ".." in Path(path).parts:
        raise TcgenError(
            "leads-outside",
            f"{path} leads to {real}, which is not the project's to write",
            hint="put a file or folder in the place of the link, or give another --dest",
        )
    return real if place.is_symlink() else place


def _remove(place: Path) -> None:
    """Remove a file of ours, and its folder if there is nothing else in it."""
    place.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        place.parent.rmdir()


def _restore(place: Path, old: bytes | None) -> None:
    if old is None:
        place.unlink()
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    waiting = staged(place)
    waiting.write_bytes(old)
    if place.exists():
        waiting.chmod(place.stat().st_mode & 0o777)
    waiting.replace(place)


def _part(place: Path) -> Path:
    return place.with_name(f"{place.name}.part")


def _digest(content: bytes | None) -> str | None:
    return None if content is None else hashlib.sha256(content).hexdigest()
