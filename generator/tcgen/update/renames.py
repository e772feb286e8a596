"""Tells which factories go on under another name, so that edits by hand go with them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
"""A line of a recorded plan; an old one may lack what a new one has."""


def moved_files(old: Sequence[Row], new: Sequence[Row]) -> dict[str, str]:
    """Return new path → old path for every generated file that has another place now.

    Args:
        old: Lines of the recorded plan, that of the suite first.
        new: Lines of the new plan.
    """
    before, after = _factories(old), _factories(new)
    pairs = _pairs(before, after)
    places = {
        f"{new[0]['dest']}/factories/{one['slug']}.py": f"{old[0]['dest']}/factories/{other['slug']}.py"
        for one, other in pairs
    }
    return {path: origin for path, origin in places.items() if path != origin}


def moved_folder(old: Sequence[Row], new: Sequence[Row], rendered: Sequence[str]) -> dict[str, str]:
    """Return new path → old path for the files of a suite that has another folder now."""
    before, after = f"{old[0]['dest']}/", f"{new[0]['dest']}/"
    if before == after:
        return {}
    return {path: before + path.removeprefix(after) for path in rendered if path.startswith(after)}


def _factories(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows[1:] if "slug" in row]


def _pairs(before: list[Row], after: list[Row]) -> list[tuple[Row, Row]]:
    """Pair the same model, then the same table, then the most alike."""
    pairs: list[tuple[Row, Row]] = []
    for key in (_label, _table):
        found = _by(key, before, after)
        pairs += found
        after = [row for row in after if all(row is not one for one, _ in found)]
        before = [row for row in before if all(row is not other for _, other in found)]
    return pairs + _alike(before, after)


def _label(row: Row) -> Hashable:
    return str(row["label"])


def _table(row: Row) -> Hashable:
    return str(row["table"])


def _by(key: Callable[[Row], Hashable], before: list[Row], after: list[Row]) -> list[tuple[Row, Row]]:
    """Pair what has a key that no other on its side has."""
    known = _unique(key, before)
    return [(row, known[value]) for value, row in _unique(key, after).items() if value in known]


def _unique(key: Callable[[Row], Hashable], rows: list[Row]) -> dict[Hashable, Row]:
    values = [key(row) for row in rows]
    return {value: row for value, row in zip(values, rows, strict=True) if values.count(value) == 1}


def _alike(before: list[Row], after: list[Row]) -> list[tuple[Row, Row]]:
    """Pair those that have most columns in common, the best first."""
    scores = [
        (score, new["label"], old["label"], new, old)
        for new in after
        for old in before
        if (score := _likeness(new, old)) > 0.5
    ]
    pairs: list[tuple[Row, Row]] = []
    for _, _, _, new, old in sorted(scores, key=lambda one: (-one[0], one[1], one[2])):
        if all(new is not one and old is not other for one, other in pairs):
            pairs.append((new, old))
    return pairs


def _likeness(one: Row, other: Row) -> float:
    """Return the share of columns two factories have in common; 0 for one column, which says nothing."""
    mine, yours = _columns(one), _columns(other)
    common = len(mine & yours)
    return common / max(len(mine), len(yours)) if common > 1 else 0


def _columns(row: Row) -> set[tuple[str, str]]:
    keys = {(name, key) for parent in row.get("parents", ()) for name, key in parent["keys"].items()}
    return {(field["name"], field["code"]) for field in row["fields"]} | keys
