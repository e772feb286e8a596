"""Ranges and multiranges."""

from __future__ import annotations

from tcgen.plan.columns import Attribute
from tcgen.plan.rules.kinds import innermost
from tcgen.plan.source import Code

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


def single(attribute: Attribute) -> Code:
    """A range of the column's kind."""
    name = (innermost(attribute.type).ddl or "INT4RANGE").upper()
    bounds_, imports = next(value for key, value in _RANGES.items() if name.startswith(key))
    needed = frozenset({"from sqlalchemy.dialects.postgresql import Range", *imports})
    return Code(f"Range({bounds_})", needed, "a range")


def several(attribute: Attribute) -> Code:
    """A multirange of one range."""
    one = single(attribute)
    return Code(f"Use(lambda: [{one.text}])", one.imports, "ranges")
