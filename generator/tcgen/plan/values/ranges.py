"""Ranges and multiranges."""

from __future__ import annotations

from tcgen.plan.constraints.attribute import Attribute
from tcgen.plan.constraints.type_parts import innermost
from tcgen.plan.source.calls import evaluated
from tcgen.plan.source.code import Code
from tcgen.plan.values.makers import makes

_RANGES = {
    "INT": ("1, 10", ()),
    "NUM": ("Decimal(1), Decimal(10)", ("from decimal import Decimal",)),
    "DATE": ("date(2024, 1, 1), date(2024, 2, 1)", ("from datetime import date",)),
    "TSTZ": (
        "datetime(2024, 1, 1, tzinfo=timezone.utc), datetime(2024, 2, 1, tzinfo=timezone.utc)",
        ("from datetime import datetime", "from datetime import timezone"),
    ),
    "TS": ("datetime(2024, 1, 1), datetime(2024, 2, 1)", ("from datetime import datetime",)),
}


_DELTA = ("from datetime import timedelta",)
_APART = {
    "INT": ("next(serial)", "1", ()),
    "NUM": ("Decimal(next(serial))", "1", ()),
    "DATE": ("date(2000, 1, 1) + timedelta(days=next(serial))", "timedelta(days=1)", _DELTA),
    "TSTZ": (
        "datetime.fromtimestamp(next(serial) * 3600, timezone.utc)",
        "timedelta(hours=1)",
        _DELTA,
    ),
    "TS": ("datetime(2024, 1, 1) + timedelta(hours=next(serial))", "timedelta(hours=1)", _DELTA),
}
"""Where a range of the row's own begins, and how long it is."""


@makes("range")
def single(attribute: Attribute) -> Code:
    """A range of the column's kind."""
    name = (innermost(attribute.type).ddl or "INT4RANGE").upper()
    kind = next(key for key in _RANGES if name.startswith(key))
    bounds_, imports = _RANGES[kind]
    needed = frozenset({"from sqlalchemy.dialects.postgresql import Range", *imports})
    if attribute.distinct and attribute.type.example is not None:
        return _written(kind)
    if attribute.distinct:
        start, length, more = _APART[kind]
        return Code(f"Use(lambda: Range(start := {start}, start + {length}))", needed | {*more}, "unique")
    return Code(f"Range({bounds_})", needed, "a range")


def _written(kind: str) -> Code:
    """Write a range of the row's own as PostgreSQL does, for types of the project's own that read that."""
    start, length, more = _APART[kind]
    text = f'f"[{{(start := {start})}},{{start + {length}}})"'
    return Code(f"Use(lambda: {text})", frozenset({*_RANGES[kind][1], *more}), "unique")


@makes("multirange")
def several(attribute: Attribute) -> Code:
    """A multirange of one range."""
    one = single(attribute)
    return Code(f"Use(lambda: [{evaluated(one.text)}])", one.imports, "ranges")
