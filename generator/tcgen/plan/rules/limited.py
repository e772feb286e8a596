"""Columns whose values a CHECK lists."""

from __future__ import annotations

from decimal import Decimal

from tcgen.plan.columns import Attribute, is_whole
from tcgen.plan.rules.kinds import innermost, kind_of
from tcgen.plan.rules.types import members
from tcgen.plan.source import Code, quoted


def cycled(attribute: Attribute) -> Code | None:
    """Take the few values in turn, where a unique constraint lets each be there once."""
    if not attribute.cycled:
        return None
    imports = frozenset({"from itertools import cycle"})
    enum = attribute.type.enum or innermost(attribute.type).enum
    if enum is not None:
        values = members(enum, attribute.limits.one_of)
        if values is None or values.single is not None:
            return None
        return Code(
            f"Use(next, cycle({values.all}))", imports | values.imports, reason="unique, of a few values"
        )
    if attribute.limits.one_of:
        if len(attribute.limits.one_of) == 1:
            return None
        listed = quoted([_plain(value, whole=is_whole(attribute.type)) for value in attribute.limits.one_of])
    elif kind_of(attribute.type) == "bool":
        listed = "[True, False]"
    else:
        low, high = attribute.limits.low or Decimal(0), attribute.limits.high or Decimal(0)
        listed = f"range({int(low)}, {int(high) + 1})"
    return Code(f"Use(next, cycle({listed}))", imports, reason="unique, of a few values")


def one_of(attribute: Attribute) -> Code | None:
    """Take one of the values the constraint allows."""
    allowed = attribute.limits.one_of
    if not allowed or kind_of(attribute.type) == "enum":
        return None
    values = [_plain(value, whole=is_whole(attribute.type)) for value in allowed]
    if kind_of(attribute.type) == "bool":
        values = [value in (True, 1, "true", "t", "1") for value in values]
    if len(values) == 1:
        return Code(quoted(values[0]), reason="the only value its CHECK allows")
    return Code(f"Use(fake.random_element, {quoted(values)})", reason="its CHECK lists the values")


def _plain(value: object, *, whole: bool) -> object:
    if isinstance(value, Decimal):
        return int(value) if whole or value == value.to_integral_value() else float(value)
    return value
