"""Columns that a CHECK compares with others: their values are made from those."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from math import ceil

from tcgen.plan.constraints.attribute import Attribute
from tcgen.plan.constraints.limits import Limits
from tcgen.plan.constraints.value_kinds import KINDS, is_number, kind_of
from tcgen.plan.constraints.value_ranges import most_of_type
from tcgen.plan.source.code import Code, quoted


def others_of(attribute: Attribute, merged: dict[str, Attribute]) -> list[str]:
    """Return the attributes this one is compared with; [] where one of them is not known."""
    limits = attribute.limits
    columns = limits.same_as or tuple(one for one in (limits.more_than or limits.at_least,) if one)
    names = {one.column.name: name for name, one in merged.items() if one.table == attribute.table}
    found = [names.get(column, "") for column in columns]
    return [] if "" in found or attribute.name in found else found


def make_room(merged: dict[str, Attribute], needed: set[str]) -> dict[str, Attribute]:
    """Bound the smaller of two numbers so that the greater, made from it, stays within its own bounds."""
    bounded = dict(merged)
    for name, attribute in merged.items():
        others = others_of(attribute, merged)
        if len(others) != 1 or not {name, *others} <= needed or not is_number(attribute.type):
            continue
        gap = _gap(attribute)
        high = _lowest(attribute.limits.high, most_of_type(attribute))
        moved = Limits(
            low=None if attribute.limits.low is None else attribute.limits.low - gap,
            high=None if high is None else high - gap,
        )
        both = bounded[others[0]].limits.merged(moved)
        if both is not None:
            bounded[others[0]] = replace(bounded[others[0]], limits=both)
    return bounded


def compared(merged: dict[str, Attribute], values: dict[str, Code]) -> dict[str, Code]:
    """Give a column that a CHECK compares with others a value made from theirs.

    Returns:
        Attribute → code, for those of `values` that have to be made another way.
    """
    found: dict[str, Code] = {}
    for name, attribute in merged.items():
        others = others_of(attribute, merged)
        if name not in values or not others or not set(others) <= values.keys():
            continue
        first = merged[others[0]]
        if _unit(attribute) is None and not attribute.limits.same_as:
            continue
        if attribute.distinct and not first.distinct and len(others) == 1:
            # what has to be unique is counted, and the other follows
            found[others[0]] = _made(f"values[{quoted(name)}]{_step(attribute, '-')}", name)
        else:
            found[name] = _made(_expression(attribute, merged, {name}), " and ".join(others))
    return found


def _made(expression: str, others: str) -> Code:
    imports = frozenset({"from datetime import timedelta"} if "timedelta(" in expression else ())
    return Code(
        f"PostGenerated(lambda _, values: {expression})", imports, f"its CHECK compares it with {others}"
    )


def _expression(attribute: Attribute, merged: dict[str, Attribute], seen: set[str]) -> str:
    """Return the sum a value is made of; of what is itself made of others, theirs."""
    parts = []
    for other in others_of(attribute, merged):
        deeper = others_of(merged[other], merged)
        if deeper and not seen & {other, *deeper}:
            parts.append(_expression(merged[other], merged, seen | {other}))
        else:
            parts.append(f"values[{quoted(other)}]")
    return " + ".join(parts) + _step(attribute, "+")


def _gap(attribute: Attribute) -> Decimal:
    limits = attribute.limits
    return limits.apart if limits.same_as else limits.apart + 1


def _step(attribute: Attribute, sign: str) -> str:
    gap, unit = _gap(attribute), _unit(attribute)
    if not gap:
        return ""
    if gap < 0:
        gap, sign = -gap, "-" if sign == "+" else "+"
    # rounded up: a Decimal takes no float, and more than what is asked is allowed
    number = str(ceil(gap))
    if unit in ("hours", "days"):
        return f" {sign} timedelta({unit}={number})"
    return f" {sign} {number}"


def _unit(attribute: Attribute) -> str | None:
    return KINDS[kind_of(attribute.type)].unit


def _lowest(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return min((each for each in (one, other) if each is not None), default=None)
