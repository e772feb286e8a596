"""The values a column may have, where they can be counted."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor

from tcgen.ir.runtime import BATCH, FIRST_SERIAL
from tcgen.plan.constraints.attribute import Attribute
from tcgen.plan.constraints.limits import Limits
from tcgen.plan.constraints.regex import form_of, room_in
from tcgen.plan.constraints.type_parts import bits_of, innermost, length_of
from tcgen.plan.constraints.value_kinds import KINDS, is_number, kind_of, value_kind_of

PLENTY = 1_000_000
ENOUGH = 1_000


@dataclass(frozen=True)
class ValueRange:
    """Numbers from ``low`` to ``high``, both included, each divided by ``unit``.

    Attributes:
        high: None where the type sets the only bound, and a wide one.
        refused: Those among them a CHECK does not allow.
        by_type: The type alone sets the bounds.
    """

    low: int
    high: int | None
    unit: int
    refused: tuple[int, ...] = ()
    by_type: bool = False

    @property
    def size(self) -> int | None:
        """How many numbers there are; None for plenty."""
        if self.high is None:
            return None
        return max(self.high - self.low + 1 - len(self.refused), 0)


def value_range_of(attribute: Attribute) -> ValueRange | None:
    """Return the numbers a column may hold; None where it holds none."""
    if not is_number(attribute.type):
        return None
    unit, widest = _of_type(attribute)
    limits = attribute.limits
    low = None if limits.low is None else ceil(limits.low * unit)
    high = None if limits.high is None else floor(limits.high * unit)
    by_type = low is None and high is None
    if high is None or (widest is not None and high > widest):
        high = widest
    if low is None:
        # below zero only where there is little room above
        low = 0 if high is None or high >= min(ENOUGH, widest or ENOUGH) // 10 else high - ENOUGH + 1
        low = low if widest is None else max(low, -widest)
    if high is not None and high - low >= PLENTY and low <= FIRST_SERIAL:
        high = None
    inside = {
        int(value * unit)
        for value in limits.none_of
        if isinstance(value, Decimal) and low <= value * unit <= (value * unit if high is None else high)
    }
    return ValueRange(low, high, unit, tuple(sorted(inside)), by_type)


def _of_type(attribute: Attribute) -> tuple[int, int | None]:
    """Return the unit, and the highest number of units the type takes."""
    inner, limits, kind = innermost(attribute.type), attribute.limits, kind_of(attribute.type)
    if kind == "integer":
        widest = KINDS[kind].widest
        return 1, next((widest[base] for base in inner.bases if base in widest), None)
    whole = limits.high is None and (limits.low is None or limits.low % 1 == 0)
    if kind == "float" and attribute.column.primary_key and _has_whole_numbers(limits):
        # it is looked up by its value, of which four bytes keep whole numbers as they are
        return 1, None
    if kind == "float" or inner.precision is None:
        return 1 if whole else 100, None
    scale = max(inner.scale or 0, 0)
    if whole and inner.precision - scale >= 7:
        return 1, None
    return int(10**scale), int(10**inner.precision) - 1


def _has_whole_numbers(limits: Limits) -> bool:
    """Tell whether there are whole numbers enough for a batch of rows between the limits."""
    return limits.low is None or limits.high is None or limits.high - limits.low > BATCH


def most_of_type(attribute: Attribute) -> Decimal | None:
    """Return the greatest number the type takes, where that is not plenty."""
    unit, widest = _of_type(attribute)
    return None if widest is None else Decimal(widest) / unit


def few_values(attribute: Attribute) -> int | None:
    """Return how many values a column may have, where they are too few to count up."""
    limits = attribute.limits
    enum = attribute.type.enum or innermost(attribute.type).enum
    if enum is not None:
        stored = enum.values or enum.members
        return sum(_is_allowed(attribute, value) for value in stored)
    if limits.one_of is not None:
        return len(limits.one_of)
    if (closed := closed_values(attribute)) is not None:
        return len(closed)
    kind = kind_of(attribute.type)
    if kind == "string":
        return _few_texts(attribute)
    if kind == "bit":
        texts = 2 ** bits_of(attribute.type)
        return texts if texts < ENOUGH else None
    span = value_range_of(attribute)
    if span is None or span.size is None or span.size >= PLENTY:
        return None
    return None if span.by_type and span.size >= ENOUGH else span.size


def closed_values(attribute: Attribute) -> tuple[object, ...] | None:
    """Return the values of a column whose kind has a closed list; None where it has none."""
    # what is stored says more: a text for a BOOLEAN is one of two
    kinds = (kind_of(attribute.type), value_kind_of(attribute.type))
    listed = next((KINDS[kind].values for kind in kinds if KINDS[kind].values), None)
    if listed is None:
        return None
    return tuple(value for value in listed if value not in attribute.limits.none_of)


def _is_allowed(attribute: Attribute, value: str) -> bool:
    limits = attribute.limits
    return (limits.one_of is None or value in limits.one_of) and value not in limits.none_of


def _few_texts(attribute: Attribute) -> int | None:
    limits = attribute.limits
    longest = min(
        (one for one in (length_of(attribute.type), limits.max_length) if one is not None), default=None
    )
    if limits.patterns or limits.unlike:
        form = form_of(limits.patterns, limits.unlike, limits.min_length or 0, longest)
        room = 1 if form is None else room_in(form)
        return room if room < ENOUGH else None
    return 36 if longest == 1 else None
