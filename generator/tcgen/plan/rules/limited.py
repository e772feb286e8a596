"""Columns whose values a CHECK lists."""

from __future__ import annotations

from decimal import Decimal

from tcgen.plan.columns import Attribute, is_whole
from tcgen.plan.rules.kinds import kind_of
from tcgen.plan.source import Code, quoted


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
    return Code(
        f"Use(fake.random_element, {quoted(values)})", reason="its CHECK lists the values", fakes=True
    )


def _plain(value: object, *, whole: bool) -> object:
    if isinstance(value, Decimal):
        return int(value) if whole or value == value.to_integral_value() else float(value)
    return value
