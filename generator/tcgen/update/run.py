"""Merges the last render, the new one and the disk."""

from __future__ import annotations

import difflib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path, PurePosixPath
from typing import Literal

from tcgen.apply.changes import WRITTEN, Change, compare
from tcgen.apply.merge import Hunk, Merged, conflicts_in
from tcgen.apply.pyproject import add_group
from tcgen.apply.write import publish
from tcgen.catalog.load import catalog
from tcgen.errors import TcgenError
from tcgen.ir.diagnostics import Diagnostic
from tcgen.record.answers import Record
from tcgen.record.lines import completed, read_lines
from tcgen.render.engine import render_text
from tcgen.template.location import Template
from tcgen.update.renames import moved_files, moved_folder
from tcgen.update.template_choice import last_template, new_template

ConflictStyle = Literal["inline", "rej"]


@dataclass(frozen=True)
class Update:
    """What an update would do.

    Attributes:
        root: The project.
        dest: Folder of the suite.
        changes: For each generated file.
        version: Of the template it was made from, and of the one it is made from now.
        diagnostics: What was not as it should be.
    """

    root: Path
    dest: str
    changes: tuple[Change, ...]
    version: tuple[str, str]
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def pending(self) -> tuple[Change, ...]:
        """The changes that write, or that a person has to settle."""
        return tuple(one for one in self.changes if one.kind in (*WRITTEN, "conflict"))

    @property
    def left_over(self) -> tuple[Change, ...]:
        """Files that are generated no more and were kept because of the edits in them."""
        return tuple(one for one in self.changes if one.note)


def prepare(root: Path, plan: str, record: Record, asked: str | None = None) -> Update:
    """Find out what has to change; nothing is written.

    Args:
        root: The project.
        plan: The new plan as answers files keep it.
        record: What the last run recorded.
        asked: ``--template``.

    Raises:
        TcgenError: The template cannot be had, or there is no git to merge with.
    """
    with tempfile.TemporaryDirectory(prefix="tcgen-") as folder:
        scratch = Path(folder)
        new = new_template(record, asked, scratch)
        last = last_template(record, new, asked, scratch)
        dest = read_lines(plan).suite.dest
        version = (record.version, new.version)
        if plan == record.text and record.version == new.version:
            return Update(root, dest, (), version)
        before = (record.text, last) if last else (completed(record.text, plan), new)
        changes = merged(root, before, (plan, new))
    return Update(root, dest, changes, version, () if last else (_lost(record, new),))


def merged(root: Path, old: tuple[str, Template], new: tuple[str, Template]) -> tuple[Change, ...]:
    """Merge what two plans and templates render with the disk."""
    base = render_text(*old)
    rendered = base if old == new else render_text(*new)
    before, after = read_lines(old[0]), read_lines(new[0])
    moved = moved_folder(before, after, rendered) | moved_files(before, after)
    moved = {path: origin for path, origin in moved.items() if path in rendered and origin in base}
    suite = after.suite
    group = add_group(root, suite.requirements_group, suite.requirements, before.suite.requirements)
    found = [
        one
        for change in compare(root, rendered, base, moved)
        for one in _set_aside(root, suite.dest, _kept_ci(change, base.get(change.path)))
    ]
    return (*found, *([group] if group else []))


def _set_aside(root: Path, dest: str, change: Change) -> list[Change]:
    """Keep an edited factory whose model is gone where nobody imports it: the suite has to go on without."""
    is_factory = PurePosixPath(change.path).parent.name == "factories" and change.path.startswith(f"{dest}/")
    if not (change.kind == "kept" and change.note and is_factory):
        return [change]
    names = (f"{change.path}.kept{number or ''}" for number in count())
    free = next(name for name in names if not (root / name).exists())
    return [
        Change(
            path=free,
            kind="create",
            old=None,
            new=change.old or b"",
            moved_from=change.path,
            note=change.note,
        ),
        Change(path=change.path, kind="delete", old=change.old, new=b""),
    ]


def _kept_ci(change: Change, base: bytes | None) -> Change:
    """Leave a CI file alone that was there before tcgen, and that init did not touch either."""
    if change.kind != "conflict" or not catalog().is_ci_file(change.path) or not base or not change.old:
        return change
    ours, last = change.old.splitlines(), base.splitlines()
    if difflib.SequenceMatcher(None, ours, last, autojunk=False).ratio() > 0.5:
        return change
    return Change(path=change.path, kind="kept", old=change.old, new=change.new)


def write(update: Update, style: ConflictStyle = "inline") -> list[str]:
    """Write all changes at once; return their paths.

    Raises:
        TcgenError: The disk refused, a file changed meanwhile, or another run is writing.
    """
    wanted = list(update.changes)
    if style == "rej":
        wanted = [one for change in update.changes for one in resolved(update.root, change)]
    return publish(update.root, wanted)


def conflicts(update: Update, style: ConflictStyle = "inline") -> list[str]:
    """Return the places of conflicts: ``file:line``, or the files with what was rejected."""
    found = [one for one in update.changes if one.kind == "conflict"]
    if style == "rej":
        return [f"{one.path}.rej" for one in found]
    return [f"{one.path}:{line}" for one in found for line in one.places]


def check_settled(root: Path, dest: str) -> None:
    """Make sure that no conflict of an earlier update is left: merging into its markers helps nobody.

    Raises:
        TcgenError: There is one.
    """
    of_ci = (pattern for spec in catalog().ci.values() for pattern in spec.patterns)
    patterns = (f"{dest}/**/*.py", *of_ci)
    files = (path for pattern in patterns for path in sorted(root.glob(pattern)))
    places = [
        f"{path.relative_to(root).as_posix()}:{line}"
        for path in files
        if path.is_file()
        for line in conflicts_in(path.read_bytes())
    ]
    if places:
        raise TcgenError(
            "unsettled",
            "an earlier update left conflicts that nobody has resolved",
            detail="\n".join(places),
            hint="keep what is right at these places, take the markers out, then run again",
        )


def resolved(root: Path, change: Change) -> list[Change]:
    """Take the new side of a file's conflicts, and write the user's beside it."""
    if change.merged is None:
        return [change]
    path = f"{change.path}.rej"
    place = root / path
    old = place.read_bytes() if place.is_file() else None
    rejected = (old or b"") + _rejected(change.path, change.merged)
    return [
        change.model_copy(update={"new": change.merged.new()}),
        Change(path=path, kind="create" if old is None else "update", old=old, new=rejected),
    ]


def _rejected(path: str, merged: Merged) -> bytes:
    """Return the user's side of conflicts as ``git apply --reject`` writes it."""
    lines = [f"diff a/{path} b/{path}\t(rejected hunks)\n".encode()]
    number = 1
    for part in merged.parts:
        if isinstance(part, Hunk):
            lines.append(f"@@ -{number},{len(part.base)} +{number},{len(part.ours)} @@\n".encode())
            lines += [*_signed(b"-", part.base), *_signed(b"+", part.ours)]
            number += len(part.theirs)
        else:
            number += len(part)
    return b"".join(lines)


def _signed(sign: bytes, lines: Sequence[bytes]) -> list[bytes]:
    return [sign + line.rstrip(b"\r\n") + b"\n" for line in lines]


def _lost(record: Record, new: Template) -> Diagnostic:
    return Diagnostic(
        level="warning",
        code="template-lost",
        message=f"version {record.version} of the template, which the suite was made from, is not to be had:"
        f" what changed in the template since then, up to {new.version}, is left out",
        hint="--template URL names a repository that has it",
    )
