"""Which columns need a value of their own in every row, so that no unique constraint is ever broken."""

from __future__ import annotations

from tcgen.ir.schema import TableFact
from tcgen.plan.columns import Attribute
from tcgen.plan.rules.kinds import kind_of, length_of

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
# a callable default of these types makes a new value each time
_FRESH_BY_DEFAULT = ("uuid",)


def distinct_columns(table: TableFact, attributes: dict[str, Attribute], fresh: set[str]) -> set[str]:
    """Choose the columns to make distinct.

    Args:
        table: The table.
        attributes: Column name → attribute, of the columns this class maps.
        fresh: Columns that are different in every row already: keys copied from a new parent.

    Returns:
        Names of the columns whose every value has to be new.
    """
    chosen: set[str] = set()
    groups = [tuple(unique.columns) for unique in table.uniques if not unique.nulls_not_distinct]
    groups += [unique.columns for unique in table.uniques if unique.nulls_not_distinct]
    groups.append(table.primary_key)
    for group in sorted((group for group in groups if group), key=len):
        if not any(name in chosen or _differs(attributes.get(name), name in fresh) for name in group):
            best = _best([attributes[name] for name in group if name in attributes and name not in fresh])
            if best is not None:
                chosen.add(best.column.name)
    return chosen


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

    usable = [
        one
        for one in candidates
        if kind_of(one.type) in _PREFERENCE and one.type.enum is None and one.limits.one_of is None
    ]
    return min(usable, key=rank, default=None)
