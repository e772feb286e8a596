"""What the constraints of a table ask of one column's value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product
from math import ceil, floor
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Limits:
    """Bounds on a value; all of them hold at once.

    Attributes:
        low, high: Inclusive numeric bounds.
        one_of: The only values allowed, as Python literals' values.
        none_of: Values not allowed.
        min_length, max_length: Of a string, in characters.
        null: True when it has to be NULL, False when it must not be.
        at_least, more_than: Another column this one must not be below, or must be above.
        same_as: Other columns whose sum it has to equal.
        apart: What is added to those columns.
        patterns: Regular expressions the whole or part of the value has to match.
        unlike: Regular expressions no part of it may match.
    """

    low: Decimal | None = None
    high: Decimal | None = None
    one_of: tuple[object, ...] | None = None
    none_of: tuple[object, ...] = ()
    min_length: int | None = None
    max_length: int | None = None
    null: bool | None = None
    at_least: str | None = None
    more_than: str | None = None
    same_as: tuple[str, ...] = ()
    apart: Decimal = Decimal(0)
    patterns: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()

    @property
    def spelling(self) -> bool:
        """Whether a text has to be chosen for its characters."""
        return bool(self.patterns or self.unlike or any(isinstance(one, str) for one in self.none_of))

    def merged(self, other: Limits) -> Limits | None:
        """Return both together, or None where they contradict each other."""
        low = _pick(max, self.low, other.low)
        high = _pick(min, self.high, other.high)
        shortest = _pick(max, self.min_length, other.min_length)
        longest = _pick(min, self.max_length, other.max_length)
        one_of = self.one_of if other.one_of is None else other.one_of
        if self.one_of is not None and other.one_of is not None:
            one_of = tuple(value for value in self.one_of if value in other.one_of)
        none_of = self.none_of + other.none_of
        if one_of is not None:
            one_of = tuple(
                value
                for value in one_of
                if value not in none_of
                and _is_within(value, low, high, shortest, longest)
                and _is_like(value, self.patterns + other.patterns, self.unlike + other.unlike)
            )
        null = self.null if other.null is None else other.null
        if (
            (low is not None and high is not None and low > high)
            or (shortest is not None and longest is not None and shortest > longest)
            or one_of == ()
            or (low is not None and high is not None and _excludes_all(none_of, low, high))
            or (self.null is not None and other.null is not None and self.null != other.null)
        ):
            return None
        return replace(
            self,
            low=low,
            high=high,
            one_of=one_of,
            none_of=none_of,
            min_length=shortest,
            max_length=longest,
            null=null,
            at_least=self.at_least or other.at_least,
            more_than=self.more_than or other.more_than,
            same_as=self.same_as or other.same_as,
            apart=max(self.apart, other.apart),
            patterns=_together(self.patterns, other.patterns),
            unlike=_together(self.unlike, other.unlike),
        )


Alternative = dict[str, Limits]
"""Column → what is asked of it, in one of the ways to make a condition true."""


def joined(mine: Alternative, theirs: Alternative) -> Alternative | None:
    """Return both together, or None where they contradict each other."""
    found = dict(mine)
    for name, limit in theirs.items():
        both = found[name].merged(limit) if name in found else limit
        if both is None:
            return None
        found[name] = both
    return found


def joined_all(some: Iterable[Alternative], others: Iterable[Alternative]) -> list[Alternative]:
    """Return every two alternatives at once, of one list and of the other, that can be."""
    pairs = (joined(one, other) for one, other in product(some, others))
    return [pair for pair in pairs if pair is not None]


def _together(mine: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(mine + theirs))


def _pick(choose: Callable[[T, T], T], mine: T | None, theirs: T | None) -> T | None:
    if mine is None or theirs is None:
        return theirs if mine is None else mine
    return choose(mine, theirs)


def _is_within(
    value: object, low: Decimal | None, high: Decimal | None, shortest: int | None, longest: int | None
) -> bool:
    if isinstance(value, Decimal):
        return (low is None or value >= low) and (high is None or value <= high)
    if isinstance(value, str):
        return (shortest or 0) <= len(value) and (longest is None or len(value) <= longest)
    return True


def _is_like(value: object, patterns: tuple[str, ...], unlike: tuple[str, ...]) -> bool:
    if not isinstance(value, str):
        return True
    try:
        return all(re.search(one, value) for one in patterns) and not any(
            re.search(one, value) for one in unlike
        )
    except re.error:
        return True


def _excludes_all(none_of: tuple[object, ...], low: Decimal, high: Decimal) -> bool:
    first, last = ceil(low), floor(high)
    return 0 <= last - first < len(none_of) and all(
        Decimal(number) in none_of for number in range(first, last + 1)
    )
