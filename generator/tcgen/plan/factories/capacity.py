"""How many rows a factory can make, when the rows it needs first are of a table with room for few."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping


def capacities(own: Mapping[str, int | None], parents: Mapping[str, Iterable[str]]) -> dict[str, int | None]:
    """Return how many rows each factory can make.

    Args:
        own: Factory → rows its own constraints leave room for; None for no bound.
        parents: Factory → those that make a row for each of its rows, one as often as it is needed.
    """
    known: dict[str, Counter[str]] = {}

    def needs(name: str) -> Counter[str]:
        if name not in known:
            known[name] = Counter({name: 1})
            for parent in parents.get(name, ()):
                known[name] = known[name] + needs(parent)
        return known[name]

    return {name: _fewest(own, needs(name)) for name in own}


def _fewest(own: Mapping[str, int | None], needed: Counter[str]) -> int | None:
    bounds = [room // rows for name, rows in needed.items() if (room := own.get(name)) is not None]
    return max(min(bounds), 1) if bounds else None
