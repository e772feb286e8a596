"""Compares the rendered tree with the disk."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Literal

import yaml

from tcgen.ir.base import Frozen
from tcgen.ir.plan import ANSWERS
from tcgen.render.engine import Tree

Kind = Literal["create", "update", "unchanged", "kept", "conflict"]


class Change(Frozen):
    """What happens to one file.

    Attributes:
        kind: ``kept``: the user edited or deleted it, and nothing new would be written.
            ``conflict``: both sides changed it, or a file that is not ours is in the way.
        old: Content on disk, None where there is no file.
        new: Content to write.
    """

    path: str
    kind: Kind
    old: bytes | None
    new: bytes

    def diff(self) -> str:
        """Return a unified diff, empty where nothing changes."""
        if self.kind not in ("create", "update", "conflict"):
            return ""
        before = (self.old or b"").decode("utf-8", "replace").splitlines(keepends=True)
        after = self.new.decode("utf-8", "replace").splitlines(keepends=True)
        origin = "/dev/null" if self.old is None else f"a/{self.path}"
        return "".join(difflib.unified_diff(before, after, origin, f"b/{self.path}"))


def recorded_plan(root: Path) -> str | None:
    """Return the plan in the answers file, as it was recorded; None where there is none."""
    recorded = root / ANSWERS
    if not recorded.is_file():
        return None
    answers = yaml.safe_load(recorded.read_text(encoding="utf-8"))
    plan = answers.get("plan") if isinstance(answers, dict) else None
    return plan if isinstance(plan, str) else None


def compare(root: Path, rendered: Tree, base: Tree) -> tuple[Change, ...]:
    """Return a change for every rendered file.

    Args:
        root: The project.
        rendered: What should be there.
        base: What the last run put there.
    """
    return tuple(_change(root, path, new, base.get(path)) for path, new in rendered.items())


def _change(root: Path, path: str, new: bytes, base: bytes | None) -> Change:
    place = root / path
    old = place.read_bytes() if place.is_file() else None
    return Change(path=path, kind=_kind(path, old, new, base), old=old, new=new)


def _kind(path: str, old: bytes | None, new: bytes, base: bytes | None) -> Kind:
    if old == new:
        return "unchanged"
    if old is None:
        return "create" if base is None else "kept"
    if path == ANSWERS or old == base:
        return "update"
    return "kept" if new == base else "conflict"
