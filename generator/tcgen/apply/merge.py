"""Merges three versions of one text: as git does, and also where two edits lie side by side.

Copier applies the user's edits as a patch with one line of context, which puts an edit into the wrong place
where lines repeat, and says that all is well. ``git merge-file`` knows which line is which.
"""

from __future__ import annotations

import ast
import difflib
import re
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tcgen.errors import TcgenError

OPENING, MIDDLE, CLOSING = b"<<<<<<< before updating", b"=======", b">>>>>>> after updating"
"""As Copier writes them."""

# no file has lines that begin with that many
_WIDTH = 61
_SECONDS = 60.0
Lines = list[bytes]


@dataclass(frozen=True)
class Hunk:
    """Lines of the three versions that could not be merged."""

    ours: tuple[bytes, ...]
    base: tuple[bytes, ...]
    theirs: tuple[bytes, ...]


Part = tuple[bytes, ...] | Hunk
"""Lines that are settled, or a conflict."""


@dataclass(frozen=True)
class Merged:
    """What came out.

    Attributes:
        parts: Merged lines and conflicts, in order.
    """

    parts: tuple[Part, ...]

    @property
    def clean(self) -> bool:
        """Whether there is no conflict."""
        return not any(isinstance(part, Hunk) for part in self.parts)

    def inline(self) -> tuple[bytes, tuple[int, ...]]:
        """Return the text with markers around conflicts, and the lines of the first markers."""
        lines: Lines = []
        places: list[int] = []
        for part in self.parts:
            if isinstance(part, Hunk):
                places.append(len(lines) + 1)
                lines += _marked(part)
            else:
                lines += part
        return b"".join(lines), tuple(places)

    def new(self) -> bytes:
        """Return the text with the new side of each conflict."""
        return self._chosen("theirs")

    def old(self) -> bytes:
        """Return the text with the user's side of each conflict."""
        return self._chosen("ours")

    def _chosen(self, side: str) -> bytes:
        chosen = (getattr(part, side) if isinstance(part, Hunk) else part for part in self.parts)
        return b"".join(line for part in chosen for line in part)


def merge(ours: bytes, base: bytes, theirs: bytes, *, python: bool = False) -> Merged:
    """Merge two descendants of ``base``.

    Args:
        ours: With the user's edits; its line ends are kept.
        base: What was generated last.
        theirs: What is generated now.
        python: The text is Python: edits side by side are merged if it still parses and binds no name twice.

    Raises:
        TcgenError: There is no git.
    """
    if b"\r\n" in ours and ours.count(b"\r\n") == ours.count(b"\n") and b"\r\n" not in base + theirs:
        base, theirs = base.replace(b"\n", b"\r\n"), theirs.replace(b"\n", b"\r\n")
    coarse = Merged(tuple(_git(ours, base, theirs)))
    if coarse.clean:
        return coarse
    fine = Merged(tuple(_refined(coarse, lambda hunk: _finer(hunk, in_turn=python and bool(base)))))
    if python and not _is_sound(fine.old(), ours, theirs):
        return Merged(tuple(_refined(coarse, _trimmed)))
    return fine


def conflicts_in(text: bytes) -> tuple[int, ...]:
    """Return the numbers of the lines with which conflicts begin that nobody has settled."""
    return tuple(number for number, line in enumerate(_lines(text), 1) if line.rstrip() == OPENING)


def _refined(merged: Merged, refine: Callable[[Hunk], Iterator[Part]]) -> Iterator[Part]:
    for part in merged.parts:
        yield from refine(part) if isinstance(part, Hunk) else [part]


def _git(ours: bytes, base: bytes, theirs: bytes) -> Iterator[Part]:
    with tempfile.TemporaryDirectory(prefix="tcgen-") as scratch:
        for name, content in (("ours", ours), ("base", base), ("theirs", theirs)):
            Path(scratch, name).write_bytes(content)
        command = ["git", "merge-file", "--stdout", "--diff3", f"--marker-size={_WIDTH}"]
        try:
            done = subprocess.run(
                [*command, "ours", "base", "theirs"],
                cwd=scratch,
                capture_output=True,
                check=False,
                timeout=_SECONDS,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise TcgenError(
                "no-git", "git cannot be run, and merges need it", hint="install git, then run again"
            ) from error
    if done.returncode > 127:  # one of them is no text
        yield Hunk((ours,), (base,), (theirs,))
        return
    yield from _parts(done.stdout)


def _parts(marked: bytes) -> Iterator[Part]:
    marks = {character * _WIDTH: index for index, character in enumerate((b"<", b"|", b"=", b">"))}
    sections: list[Lines] = [[]]
    for line in _lines(marked):
        found = marks.get(line[:_WIDTH])
        if found is None:
            sections[-1].append(line)
        elif found == 0:
            yield tuple(sections[-1])
            sections = [[]]
        elif found < 3:
            sections.append([])
        else:
            yield Hunk(*(tuple(section) for section in sections))
            sections = [[]]
    yield tuple(sections[-1])


def _lines(text: bytes) -> Lines:
    return re.findall(rb"[^\n]*\n|[^\n]+", text)


@dataclass(frozen=True, order=True)
class _Edit:
    """Lines of the base, from one number to before another, that one side replaces."""

    start: int
    stop: int
    mine: bool
    lines: tuple[bytes, ...]

    def clashes(self, other: _Edit, *, in_turn: bool) -> bool:
        """Whether both sides touch the same lines, or insert at one place and not ``in_turn``."""
        one, two = (self.start, self.stop), (other.start, other.stop)
        if one[0] == one[1] or two[0] == two[1]:
            inside = two[0] < one[0] == one[1] < two[1] or one[0] < two[0] == two[1] < one[1]
            return inside or (one == two and not in_turn)
        return max(one[0], two[0]) < min(one[1], two[1])


def _finer(hunk: Hunk, in_turn: bool) -> Iterator[Part]:
    """Keep together only what touches the same lines.

    Args:
        hunk: A conflict as git sees it, where edits side by side are one too.
        in_turn: What both sides insert at one place comes in turn, the generated first.
    """
    both = {*_edits(hunk, mine=False)} & {replace(one, mine=False) for one in _edits(hunk, mine=True)}
    theirs = [one for one in _edits(hunk, mine=False) if one not in both]
    ours = [one for one in _edits(hunk, mine=True) if replace(one, mine=False) not in both]
    clashing = {one for a in ours for b in theirs if a.clashes(b, in_turn=in_turn) for one in (a, b)}
    done = 0
    for start, stop, edits in _regions(sorted([*ours, *theirs, *both]), clashing):
        yield hunk.base[done:start]
        done = stop
        if len(edits) == 1:
            yield edits[0].lines
            continue
        sides = (
            _applied(hunk.base, start, stop, [one for one in edits if one.mine is mine])
            for mine in (True, False)
        )
        yield from _trimmed(Hunk(next(sides), hunk.base[start:stop], next(sides)))
    yield hunk.base[done:]


def _regions(edits: Sequence[_Edit], clashing: set[_Edit]) -> Iterator[tuple[int, int, list[_Edit]]]:
    """Return edits that stand alone, and those that clash together with the lines they span."""
    region: list[_Edit] = []
    stop = 0
    for edit in edits:
        if region and not (edit in clashing and edit.start <= stop):
            yield region[0].start, stop, region
            region = []
        if edit not in clashing:
            yield edit.start, edit.stop, [edit]
            continue
        stop = max(stop, edit.stop) if region else edit.stop
        region.append(edit)
    if region:
        yield region[0].start, stop, region


def _applied(base: Sequence[bytes], start: int, stop: int, edits: Iterable[_Edit]) -> tuple[bytes, ...]:
    lines: Lines = []
    for edit in edits:
        lines += [*base[start : edit.start], *edit.lines]
        start = edit.stop
    return (*lines, *base[start:stop])


def _edits(hunk: Hunk, *, mine: bool) -> Iterator[_Edit]:
    after = hunk.ours if mine else hunk.theirs
    matcher = difflib.SequenceMatcher(None, hunk.base, after, autojunk=False)
    for kind, start, stop, first, last in matcher.get_opcodes():
        if kind == "replace" and stop - start == last - first:
            lines = after[first:last]
            yield from (_Edit(start + n, start + n + 1, mine, (line,)) for n, line in enumerate(lines))
        elif kind != "equal":
            yield _Edit(start, stop, mine, after[first:last])


def _trimmed(hunk: Hunk) -> Iterator[Part]:
    """Take what both sides begin and end with out of a conflict."""
    before = _common(hunk.ours, hunk.theirs)
    after = _common(hunk.ours[before:][::-1], hunk.theirs[before:][::-1])
    ours, theirs = (side[before : len(side) - after] for side in (hunk.ours, hunk.theirs))
    yield hunk.ours[:before]
    yield Hunk(ours, hunk.base, theirs)
    yield hunk.ours[len(hunk.ours) - after :]


def _common(one: Sequence[bytes], two: Sequence[bytes]) -> int:
    pairs = enumerate(zip(one, two, strict=False))
    return next((number for number, (a, b) in pairs if a != b), min(len(one), len(two)))


def _marked(hunk: Hunk) -> Lines:
    end = b"\r\n" if any(line.endswith(b"\r\n") for line in hunk.ours + hunk.theirs) else b"\n"
    return [OPENING + end, *_ended(hunk.ours, end), MIDDLE + end, *_ended(hunk.theirs, end), CLOSING + end]


def _ended(lines: Sequence[bytes], end: bytes) -> Lines:
    return [line if line.endswith(b"\n") else line + end for line in lines]


def _is_sound(merged: bytes, ours: bytes, theirs: bytes) -> bool:
    """Tell whether Python parses, and binds no name twice that one side bound once."""
    try:
        new, *sides = (_bound_twice(text) for text in (merged, ours, theirs))
    except (SyntaxError, ValueError):
        return False
    return new <= set().union(*sides)


def _bound_twice(text: bytes) -> set[tuple[str, str]]:
    """Return the names that a module, or a class in it, binds more than once."""
    tree = ast.parse(text)
    scopes: list[tuple[str, list[ast.stmt]]] = [("", tree.body)]
    scopes += [(one.name, one.body) for one in tree.body if isinstance(one, ast.ClassDef)]
    bound = Counter((scope, name) for scope, body in scopes for one in body for name in _names(one))
    return {place for place, times in bound.items() if times > 1}


def _names(statement: ast.stmt) -> list[str]:
    if isinstance(statement, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return [statement.name]
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return [alias.asname or alias.name for alias in statement.names]
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    return [target.id for target in targets if isinstance(target, ast.Name)]
