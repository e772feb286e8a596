"""Compares the rendered tree with the disk, three ways."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from tcgen.apply.merge import Merged, merge
from tcgen.ir.base import Frozen
from tcgen.ir.plan import ANSWERS

if TYPE_CHECKING:
    from tcgen.render.engine import Rendered  # brings Copier, which takes a second

ChangeKind = Literal["create", "update", "merge", "delete", "unchanged", "kept", "conflict"]
WRITTEN: tuple[ChangeKind, ...] = ("create", "update", "merge", "delete")
"""Those that change the disk."""


class Change(Frozen):
    """What happens to one file.

    Attributes:
        kind: ``merge``: both sides changed it, in different places.
            ``delete``: nothing is rendered there any more, and nobody edited it.
            ``kept``: the user edited or deleted it, and nothing new would be written.
            ``conflict``: both sides changed the same lines, or a file that is not ours is in the way.
        old: Content on disk, None where there is no file.
        new: Content to write; of a conflict, with markers around it.
        places: Lines of ``new`` with which conflicts begin.
        moved_from: The path that had the content so far.
        note: Why a file was kept that is no longer generated, or that is not the suite's.
        merged: Of a conflict: its parts.
    """

    path: str
    kind: ChangeKind
    old: bytes | None
    new: bytes
    places: tuple[int, ...] = ()
    moved_from: str | None = None
    note: str = ""
    merged: Merged | None = Field(default=None, exclude=True, repr=False)

    def diff(self) -> str:
        """Return a unified diff, empty where nothing changes."""
        if self.kind not in (*WRITTEN, "conflict"):
            return ""
        before = (self.old or b"").decode("utf-8", "replace").splitlines(keepends=True)
        after = self.new.decode("utf-8", "replace").splitlines(keepends=True)
        origin = "/dev/null" if self.old is None else f"a/{self.path}"
        target = "/dev/null" if self.kind == "delete" else f"b/{self.path}"
        return "".join(difflib.unified_diff(before, after, origin, target))


def compare(
    root: Path, rendered: Rendered, base: Rendered, moved: Mapping[str, str] = MappingProxyType({})
) -> tuple[Change, ...]:
    """Return a change for every rendered file, and for every one that is rendered no more.

    Args:
        root: The project.
        rendered: What should be there.
        base: What the last run put there.
        moved: Path in ``rendered`` → path in ``base`` of the file it continues.

    Raises:
        TcgenError: There is no git to merge with.
    """
    found: list[Change] = []
    left = {path: content for path, content in base.items() if path not in rendered}
    for path, new in rendered.items():
        origin = moved.get(path, path)
        if origin != path and (_read(root, path) is None or _read(root, origin) is None):
            found += _move(root, path, new, origin, base[origin])
            left.pop(origin, None)
        else:
            found.append(_change(root, path, new, base.get(path)))
    return (
        *found,
        *(_removal(root, path, content) for path, content in left.items() if (root / path).is_file()),
    )


def _removal(root: Path, path: str, base: bytes) -> Change:
    old = (root / path).read_bytes()
    if old == base:
        return Change(path=path, kind="delete", old=old, new=b"")
    return Change(path=path, kind="kept", old=old, new=b"", note="edited by hand, and generated no more")


def _change(root: Path, path: str, new: bytes, base: bytes | None) -> Change:
    old = _read(root, path)
    return _combined(path, old, new, base).model_copy(update={"old": old})


def _move(root: Path, path: str, new: bytes, origin: str, base: bytes) -> list[Change]:
    """Carry a file and its edits to another path, as git does when one side renames it."""
    before = _read(root, origin)
    if before is None:  # deleted, or moved by hand before us
        return [_change(root, path, new, base)]
    change = _combined(path, before, new, base)
    kind: ChangeKind = change.kind if change.kind in ("merge", "conflict") else "create"
    content = before if change.kind in ("kept", "unchanged") else change.new
    return [
        change.model_copy(update={"kind": kind, "old": None, "new": content, "moved_from": origin}),
        Change(path=origin, kind="delete", old=before, new=b""),
    ]


def _combined(path: str, old: bytes | None, new: bytes, base: bytes | None) -> Change:
    kind = _kind(path, old, new, base)
    if kind != "conflict" or old is None:
        return Change(path=path, kind=kind, old=old, new=new)
    merged = merge(old, base or b"", new, python=path.endswith(".py"))
    if merged.clean and base is not None:
        text = merged.new()
        return Change(path=path, kind="unchanged" if text == old else "merge", old=old, new=text)
    text, places = merged.inline()
    return Change(path=path, kind="conflict", old=old, new=text, places=places, merged=merged)


def _read(root: Path, path: str) -> bytes | None:
    place = root / path
    return place.read_bytes() if place.is_file() else None


def _kind(path: str, old: bytes | None, new: bytes, base: bytes | None) -> ChangeKind:
    if old == new:
        return "unchanged"
    if old is None:
        return "create" if base is None else "kept"
    if path == ANSWERS or old == base:
        return "update"
    return "kept" if new == base else "conflict"
