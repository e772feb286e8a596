"""Tells which factories go on under another name, so that edits by hand go with them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable

from tcgen.record.lines import RecordedFactory, RecordedPlan

Factories = list[RecordedFactory]
Pair = tuple[RecordedFactory, RecordedFactory]
Key = Callable[[RecordedFactory], Hashable]


def moved_files(old: RecordedPlan, new: RecordedPlan) -> dict[str, str]:
    """Return new path → old path for every generated file that has another place now."""
    pairs = _pairs(list(old.factories), list(new.factories))
    places = {f"{new.suite.dest}/{one.path}": f"{old.suite.dest}/{other.path}" for one, other in pairs}
    return {path: origin for path, origin in places.items() if path != origin}


def moved_folder(old: RecordedPlan, new: RecordedPlan, rendered: Iterable[str]) -> dict[str, str]:
    """Return new path → old path for the files of a suite that has another folder now."""
    before, after = f"{old.suite.dest}/", f"{new.suite.dest}/"
    if before == after:
        return {}
    return {path: before + path.removeprefix(after) for path in rendered if path.startswith(after)}


def _pairs(before: Factories, after: Factories) -> list[Pair]:
    """Pair the same model, then the same table, then the most alike."""
    pairs: list[Pair] = []
    for key in (_label, _table):
        found = _by(key, before, after)
        pairs += found
        after = [row for row in after if all(row is not one for one, _ in found)]
        before = [row for row in before if all(row is not other for _, other in found)]
    return pairs + _alike(before, after)


def _label(row: RecordedFactory) -> Hashable:
    return row.label


def _table(row: RecordedFactory) -> Hashable:
    return row.database, row.table


def _by(key: Key, before: Factories, after: Factories) -> list[Pair]:
    """Pair what has a key that no other on its side has."""
    known = _unique(key, before)
    return [(row, known[value]) for value, row in _unique(key, after).items() if value in known]


def _unique(key: Key, rows: Factories) -> dict[Hashable, RecordedFactory]:
    values = [key(row) for row in rows]
    return {value: row for value, row in zip(values, rows, strict=True) if values.count(value) == 1}


def _alike(before: Factories, after: Factories) -> list[Pair]:
    """Pair those that have most columns in common, the best first."""
    scores = [
        (score, new.label, old.label, new, old)
        for new in after
        for old in before
        if (score := _likeness(new, old)) > 0.5
    ]
    pairs: list[Pair] = []
    for _, _, _, new, old in sorted(scores, key=lambda one: (-one[0], one[1], one[2])):
        if all(new is not one and old is not other for one, other in pairs):
            pairs.append((new, old))
    return pairs


def _likeness(one: RecordedFactory, other: RecordedFactory) -> float:
    """Return the share of columns two factories have in common; 0 for one column, which says nothing."""
    mine, yours = _columns(one), _columns(other)
    common = len(mine & yours)
    return common / max(len(mine), len(yours)) if common > 1 else 0


def _columns(row: RecordedFactory) -> set[tuple[str, str]]:
    keys = {(name, key) for parent in row.parents for name, key in parent.keys.items()}
    return {(field.name, field.code) for field in row.fields} | keys
