"""Which columns need a value of their own in every row, so that no unique constraint is ever broken."""

from __future__ import annotations

from dataclasses import dataclass

from tcgen.ir.schema import TableFact
from tcgen.plan.columns import Attribute
from tcgen.plan.rules.kinds import innermost, kind_of, length_of

_PREFERENCE = (
    "string",
    "uuid",
    "integer",
    "datetime",
    "numeric",
    "inet",
    "date",
    "float",
    "bytes",
    "interval",
    "array",
)
_PLENTY = 1_000_000
# a callable default of these types makes a new value each time
_FRESH_BY_DEFAULT = ("uuid",)


@dataclass(frozen=True)
class Distinct:
    """How the rows of a table are kept apart.

    Attributes:
        counted: Columns whose every value is made from a number that is used once.
        cycled: Columns that go round the few values they may have.
        most_rows: As many rows as those values allow; None for no bound.
    """

    counted: frozenset[str]
    cycled: frozenset[str]
    most_rows: int | None


def keep_apart(table: TableFact, attributes: dict[str, Attribute], fresh: set[str]) -> Distinct:
    """Choose the columns that make each row differ from every other, for each unique constraint.

    Args:
        table: The table.
        attributes: Column name → attribute, of the columns this class maps.
        fresh: Columns that are different in every row already: keys copied from a new parent.
    """
    counted: set[str] = set()
    cycled: dict[str, int] = {}
    groups = [unique.columns for unique in table.uniques] + [table.primary_key]
    for group in sorted((group for group in groups if group), key=len):
        done = counted | set(cycled)
        if any(name in done or _differs(attributes.get(name), name in fresh) for name in group):
            continue
        own = [attributes[name] for name in group if name in attributes and name not in fresh]
        best = _best(own)
        if best is not None:
            counted.add(best.column.name)
            continue
        few = max(((_domain(one), one.column.name) for one in own if _domain(one)), default=None)
        if few is not None and few[0] is not None:
            cycled[few[1]] = few[0]
    return Distinct(frozenset(counted), frozenset(cycled), min(cycled.values(), default=None))


def _domain(attribute: Attribute) -> int | None:
    """Return how many values a column may have, where they are few."""
    limits = attribute.limits
    if limits.one_of is not None:
        return len(limits.one_of)
    enum = attribute.type.enum or innermost(attribute.type).enum
    if enum is not None:
        return len(enum.values or enum.members)
    if kind_of(attribute.type) == "bool":
        return 2
    if limits.high is not None and limits.high < _PLENTY:
        return int(limits.high - (limits.low if limits.low is not None else 0)) + 1
    return None


def _differs(attribute: Attribute | None, fresh: bool) -> bool:
    if attribute is None:
        return False
    column = attribute.column
    if fresh or column.autoincrement or column.identity or column.default == "sequence":
        return True
    if column.default == "callable" and kind_of(column.type) in _FRESH_BY_DEFAULT:
        return True
    if column.server_default and ("nextval" in column.server_default or "uuid" in column.server_default):
        return True
    # NULLs never collide
    return column.nullable and not attribute.filled and not column.primary_key


def _best(candidates: list[Attribute]) -> Attribute | None:
    def rank(attribute: Attribute) -> tuple[int, int, int]:
        kind = kind_of(attribute.type)
        known = _PREFERENCE.index(kind) if kind in _PREFERENCE else len(_PREFERENCE)
        length = length_of(attribute.type)
        cramped = int(kind == "string" and length is not None and length < 4)
        return (int(not attribute.required), cramped, known)

    usable = [one for one in candidates if kind_of(one.type) in _PREFERENCE and _domain(one) is None]
    return min(usable, key=rank, default=None)
