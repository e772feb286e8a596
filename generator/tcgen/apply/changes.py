"""Compares the rendered tree with the disk, three ways."""

from __future__ import annotations

import difflib
import subprocess
import tempfile
from pathlib import Path
from typing import Literal

import yaml

from tcgen.ir.base import Frozen
from tcgen.ir.plan import ANSWERS
from tcgen.render.engine import Tree

Kind = Literal["create", "update", "merge", "delete", "unchanged", "kept", "conflict"]
WRITTEN: tuple[Kind, ...] = ("create", "update", "merge", "delete")
"""Those that change the disk."""


class Change(Frozen):
    """What happens to one file.

    Attributes:
        kind: ``merge``: both sides changed it, in different places.
            ``delete``: nothing is rendered there any more, and nobody edited it.
            ``kept``: the user edited or deleted it, and nothing new would be written.
            ``conflict``: both sides changed the same lines, or a file that is not ours is in the way.
        old: Content on disk, None where there is no file.
        new: Content to write.
    """

    path: str
    kind: Kind
    old: bytes | None
    new: bytes

    def diff(self) -> str:
        """Return a unified diff, empty where nothing changes."""
        if self.kind not in (*WRITTEN, "conflict"):
            return ""
        before = (self.old or b"").decode("utf-8", "replace").splitlines(keepends=True)
        after = self.new.decode("utf-8", "replace").splitlines(keepends=True)
        origin = "/dev/null" if self.old is None else f"a/{self.path}"
        target = "/dev/null" if self.kind == "delete" else f"b/{self.path}"
        return "".join(difflib.unified_diff(before, after, origin, target))


def recorded_plan(root: Path) -> str | None:
    """Return the plan in the answers file, as it was recorded; None where there is none."""
    recorded = root / ANSWERS
    if not recorded.is_file():
        return None
    answers = yaml.safe_load(recorded.read_text(encoding="utf-8"))
    plan = answers.get("plan") if isinstance(answers, dict) else None
    return plan if isinstance(plan, str) else None


def compare(root: Path, rendered: Tree, base: Tree) -> tuple[Change, ...]:
    """Return a change for every rendered file, and for every one that is rendered no more.

    Args:
        root: The project.
        rendered: What should be there.
        base: What the last run put there.
    """
    gone = {path: content for path, content in base.items() if path not in rendered}
    return (
        *(_change(root, path, new, base.get(path)) for path, new in rendered.items()),
        *(_removal(root, path, content) for path, content in gone.items() if (root / path).is_file()),
    )


def _removal(root: Path, path: str, base: bytes) -> Change:
    old = (root / path).read_bytes()
    return Change(path=path, kind="delete" if old == base else "kept", old=old, new=b"")


def _change(root: Path, path: str, new: bytes, base: bytes | None) -> Change:
    place = root / path
    old = place.read_bytes() if place.is_file() else None
    kind = _kind(path, old, new, base)
    if kind == "conflict" and old is not None and base is not None:
        merged = merge(old, base, new)
        if merged is not None:
            return Change(path=path, kind="merge", old=old, new=merged)
    return Change(path=path, kind=kind, old=old, new=new)


def merge(mine: bytes, base: bytes, theirs: bytes) -> bytes | None:
    """Return both sides' edits together, as git merges them; None where they touch the same lines.

    Raises:
        OSError: There is no git.
    """
    with tempfile.TemporaryDirectory(prefix="tcgen-") as scratch:
        for name, content in (("mine", mine), ("base", base), ("theirs", theirs)):
            Path(scratch, name).write_bytes(content)
        command = ["git", "merge-file", "--stdout", "mine", "base", "theirs"]
        done = subprocess.run(command, cwd=scratch, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None


def _kind(path: str, old: bytes | None, new: bytes, base: bytes | None) -> Kind:
    if old == new:
        return "unchanged"
    if old is None:
        return "create" if base is None else "kept"
    if path == ANSWERS or old == base:
        return "update"
    return "kept" if new == base else "conflict"
