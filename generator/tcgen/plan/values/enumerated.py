"""Columns whose few values can be listed: by a CHECK, an enum, or what kind of value they hold."""

from __future__ import annotations

from decimal import Decimal

from tcgen.plan.constraints.attribute import Attribute, is_whole
from tcgen.plan.constraints.regex import form_of, room_in
from tcgen.plan.constraints.type_parts import bits_of, innermost
from tcgen.plan.constraints.value_kinds import ValueKind, kind_of
from tcgen.plan.constraints.value_ranges import closed_values, few_values, value_range_of
from tcgen.plan.source.code import Code, quoted
from tcgen.plan.values.text import bounds
from tcgen.plan.values.types import allowed, members


def cycled(attribute: Attribute) -> Code | None:
    """Take the few values in turn, where a unique constraint lets each be there once."""
    listed = few(attribute) if attribute.cycled else None
    if listed is None:
        return None
    return Code(f"Use(in_turn({listed.text}))", listed.imports, reason="unique, of a few values")


def few(attribute: Attribute) -> Code | None:
    """Return the source of the values a column may have; None for a single one, and for plenty."""
    enum = attribute.type.enum or innermost(attribute.type).enum
    if enum is not None:
        values = members(enum, allowed(attribute, enum))
        return None if values is None or values.single is not None else Code(values.all, values.imports)
    if attribute.limits.one_of:
        if len(attribute.limits.one_of) == 1:
            return None
        whole = is_whole(attribute.type)
        return Code(quoted([_plain(value, whole=whole) for value in attribute.limits.one_of]))
    if (closed := closed_values(attribute)) is not None:
        return Code(quoted(closed))
    if few_values(attribute) is None:
        return None
    kind = kind_of(attribute.type)
    if kind == "bit":
        size = bits_of(attribute.type)
        return Code(f'[f"{{n:0{size}b}}" for n in range({2**size})]')
    return _texts(attribute) if kind == "string" else _numbers(attribute, kind)


def _texts(attribute: Attribute) -> Code:
    limits = attribute.limits
    if not limits.patterns and not limits.unlike:
        imports = frozenset({"from string import ascii_lowercase, digits"})
        return Code("ascii_lowercase + digits", imports)
    shortest, longest = bounds(attribute)
    form = form_of(limits.patterns, limits.unlike, shortest, longest) or ""
    return Code(f"[spelled(n, {quoted(form)}) for n in range({room_in(form)})]")


def _numbers(attribute: Attribute, kind: ValueKind) -> Code | None:
    span = value_range_of(attribute)
    if span is None or span.high is None or span.size == 1:
        return None
    numbers = f"range({span.low}, {span.high + 1})"
    if len(span.refused) == 1:
        numbers = f"[n for n in {numbers} if n != {span.refused[0]}]"
    elif span.refused:
        numbers = f"[n for n in {numbers} if n not in {quoted(span.refused)}]"
    if kind == "integer" or (kind == "float" and span.unit == 1):
        return Code(numbers)
    divided = f" / {span.unit}" if span.unit > 1 else ""
    if kind == "float":
        return Code(f"[n{divided} for n in {numbers}]")
    return Code(f"[Decimal(n){divided} for n in {numbers}]", frozenset({"from decimal import Decimal"}))


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
