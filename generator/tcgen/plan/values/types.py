"""Values by type."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from tcgen.ir.runtime import FIRST_SERIAL
from tcgen.ir.schema import EnumFact, TypeFact
from tcgen.plan.constraints.attribute import Attribute
from tcgen.plan.constraints.limits import Limits
from tcgen.plan.constraints.regex import drawn_from, example, form_of, room_in, spelled
from tcgen.plan.constraints.type_parts import bits_of, innermost
from tcgen.plan.constraints.value_kinds import kind_of
from tcgen.plan.constraints.value_ranges import ENOUGH, value_range_of
from tcgen.plan.source.code import Code, quoted
from tcgen.plan.source.naming import is_plain_name
from tcgen.plan.values.makers import makes
from tcgen.plan.values.text import bounded, bounds, numbered

_LONGEST_FORM = 20
_EPOCH = "datetime(2024, 1, 1{tz})"


@makes("enum", "members")
def enum(attribute: Attribute) -> Code | None:
    """A member of the Python enum, or one of the strings."""
    fact = attribute.type.enum or innermost(attribute.type).enum
    if fact is None or (attribute.type.impl is not None and not _takes_members(attribute.type)):
        return None
    values = members(fact, allowed(attribute, fact))
    if values is None:
        return None
    if kind_of(attribute.type) == "members":  # MySQL's SET
        return Code(f"Use(lambda: {{fake.random_element({values.all})}})", values.imports, reason="a set")
    if values.single is not None:
        return Code(values.single, values.imports, reason="the only value allowed")
    return Code(f"Use(fake.random_element, {values.all})", values.imports, reason="an enum")


def _takes_members(fact: TypeFact) -> bool:
    known = "enum_member" in fact.accepts or "choice" in fact.accepts
    # where there is an example, it took that one and no member
    return known or (not fact.accepts and fact.example is None and kind_of(fact) == "enum")


def allowed(attribute: Attribute, fact: EnumFact) -> tuple[object, ...] | None:
    """Return which of an enum's values the CHECKs allow; None for all."""
    limits = attribute.limits
    if not limits.none_of:
        return limits.one_of
    stored = fact.values or fact.members
    return tuple(
        value
        for value in stored
        if value not in limits.none_of and (limits.one_of is None or value in limits.one_of)
    )


@dataclass(frozen=True)
class Members:
    """Source for the values of an enum: all that are allowed, and the one where there is only one."""

    all: str
    single: str | None
    imports: frozenset[str] = frozenset()


def members(fact: EnumFact, allowed: tuple[object, ...] | None) -> Members | None:
    """Return the enum's values as source; None where the constraint leaves none."""
    if fact.cls is None or not fact.members or not is_plain_name(fact.cls.dotted):
        listed = [value for value in fact.values if allowed is None or value in allowed]
        if not listed:
            return None
        values: list[object] = [int(value) if fact.whole else value for value in listed]
        return Members(quoted(values), quoted(values[0]) if len(values) == 1 else None)
    imports = frozenset({f"from {fact.cls.module} import {fact.cls.qualname.partition('.')[0]}"})
    stored = fact.values if len(fact.values) == len(fact.members) else fact.members
    names = [
        _member(fact.cls.qualname, member)
        for member, value in zip(fact.members, stored, strict=True)
        if allowed is None or value in allowed or member in allowed
    ]
    if not names:
        return None
    everything = len(names) == len(fact.members)
    every = f"list({fact.cls.qualname})" if everything else f"[{', '.join(names)}]"
    return Members(every, names[0] if len(names) == 1 else None, imports)


def _member(enum: str, name: str) -> str:
    return f"{enum}.{name}" if is_plain_name(name) else f"{enum}[{quoted(name)}]"


@makes("string")
def _string(attribute: Attribute) -> Code:
    if attribute.limits.spelling:
        return _patterned(attribute)
    if attribute.distinct:
        return numbered(attribute)
    if _is_text(attribute.type) and not attribute.limits.max_length:
        return bounded(attribute, "sentence", None)
    return bounded(attribute, "word", 14)


def _is_text(fact: TypeFact) -> bool:
    inner = innermost(fact)
    return inner.length is None and (inner.ddl or "").upper().startswith("TEXT")


def _patterned(attribute: Attribute) -> Code:
    limits = attribute.limits
    shortest, longest = bounds(attribute)
    if not limits.patterns and not limits.unlike:
        return numbered(replace(attribute, distinct=True))
    form = form_of(limits.patterns, limits.unlike, shortest, longest)
    reason = "unique, matches its CHECK" if attribute.distinct else "matches its CHECK"
    if form is not None and _varies(form, limits.none_of):
        return Code(f"Use(lambda: spelled(next(serial), {_written(form)}))", reason=reason)
    if (drawn := _drawn(attribute.limits, shortest, longest)) is not None:
        return drawn
    texts = [example(limits.patterns[0]) if len(limits.patterns) == 1 and not limits.unlike else None]
    texts += [spelled(number, form) for number in range(1, 5)] if form is not None else []
    for text in texts:
        if (
            text is not None
            and shortest <= len(text) <= (longest or len(text))
            and text not in limits.none_of
        ):
            return Code(quoted(text), reason="matches its CHECK")
    return numbered(attribute)


def _written(form: str) -> str:
    long = len(form) > _LONGEST_FORM and len(set(form)) == 1
    return f"{quoted(form[0])} * {len(form)}" if long else quoted(form)


def _varies(form: str, refused: tuple[object, ...]) -> bool:
    room = room_in(form)
    return room > 1 and (room >= ENOUGH or not any(spelled(n, form) in refused for n in range(room)))


def _drawn(limits: Limits, shortest: int, longest: int | None) -> Code | None:
    """Draw each character from the set that a single pattern has."""
    if len(limits.patterns) != 1 or limits.unlike or limits.none_of:
        return None
    found = drawn_from(limits.patterns[0], shortest, longest)
    if found is None:
        return None
    form, characters = found
    return Code(f"Use(fake.lexify, {quoted(form)}, letters={quoted(characters)})", reason="matches its CHECK")


def _number_bounds(attribute: Attribute, low: int, high: int) -> tuple[int, int]:
    limits = attribute.limits
    if limits.low is not None:
        low = int(limits.low.to_integral_value(rounding="ROUND_CEILING"))
        high = high if low < high else low + 100
    if limits.high is not None:
        high = int(limits.high.to_integral_value(rounding="ROUND_FLOOR"))
        low = min(low, high) if limits.low is None else low
    refused = {int(value) for value in _refused(attribute)}
    if limits.low is None and refused:
        low = min(low, high - len(refused))
    return _widest_gap(low, high, refused)


def _widest_gap(low: int, high: int, refused: set[int]) -> tuple[int, int]:
    """Return the longest run of numbers between the bounds without a refused one in it."""
    if not refused:
        return low, high
    edges = [low - 1, *sorted(number for number in refused if low <= number <= high), high + 1]
    start, end = max(pairwise(edges), key=lambda pair: pair[1] - pair[0])
    return start + 1, end - 1


def _counted(attribute: Attribute) -> str:
    """Return an expression for a number of the row's own, in the units of its span."""
    span = value_range_of(attribute)
    if span is None:
        return "next(serial)"
    low, high = span.low, span.high
    if span.refused and (high is not None or span.refused[-1] >= FIRST_SERIAL):
        # between 2**31 and the serial of any run there is room enough to count up
        low, widest = _widest_gap(low, 2**31 - 1 if high is None else high, set(span.refused))
        high = None if high is None else widest
    if high is None and low <= FIRST_SERIAL:
        return "next(serial)"
    number = "next(serial)" if high is None else f"next(serial) % {high - low + 1}"
    return f"{low} + {number}" if low else number


@makes("integer")
def _integer(attribute: Attribute) -> Code:
    if attribute.distinct:
        number = _counted(attribute)
        simple = number == "next(serial)"
        return Code("Use(next, serial)" if simple else f"Use(lambda: {number})", reason="unique")
    low, high = _number_bounds(attribute, 1, 100)
    if low == high:
        return Code(str(low), reason="the only value its CHECK allows")
    return Code(f"Use(fake.random_int, {low}, {high})", reason="a whole number")


@makes("numeric")
def _numeric(attribute: Attribute) -> Code:
    inner = innermost(attribute.type)
    scale = 2 if inner.scale is None else inner.scale
    whole = 6 if inner.precision is None else inner.precision - scale
    imports = frozenset({"from decimal import Decimal"})
    if attribute.distinct:
        span = value_range_of(attribute)
        divided = f" / {span.unit}" if span is not None and span.unit > 1 else ""
        return Code(f"Use(lambda: Decimal({_counted(attribute)}){divided})", imports, reason="unique")
    if scale <= 0 and whole > 0:
        low, high = _number_bounds(attribute, 1, min(100, 10**whole - 1))
        return Code(f"Use(lambda: Decimal(fake.random_int({low}, {high})))", imports, "a number")
    unit = 10**scale
    low, high = (1, min(100 * unit, 10 ** (whole + scale) - 1))
    if attribute.limits.low is not None:
        low = int(attribute.limits.low * unit)
        high = high if low < high else low + 10 * unit
    if attribute.limits.high is not None:
        high = int(attribute.limits.high * unit)
        low = min(low, high)
    low, high = _widest_gap(low, high, {int(one * unit) for one in _refused(attribute)})
    return Code(f"Use(lambda: Decimal(fake.random_int({low}, {high})) / {unit})", imports, "a number")


def _refused(attribute: Attribute) -> list[Decimal]:
    return [value for value in attribute.limits.none_of if isinstance(value, Decimal)]


@makes("float")
def _float(attribute: Attribute) -> Code:
    # a key is looked up by its value, which four bytes would have rounded
    if attribute.distinct or attribute.column.primary_key:
        span = value_range_of(attribute)
        divided = f" / {span.unit}" if span is not None and span.unit > 1 else ""
        number = f"({_counted(attribute)}){divided}" if divided else f"float({_counted(attribute)})"
        return Code(f"Use(lambda: {number})", reason="unique")
    low, high = attribute.limits.low, attribute.limits.high
    if low is None:
        low = Decimal(0) if high is None or high > 0 else high - 100
    if high is None:
        high = max(low, Decimal(0)) + 100
    if low == high:
        return Code(str(float(low)), reason="the only value its CHECK allows")
    return Code(f"Use(fake.pyfloat, min_value={_short(low)}, max_value={_short(high)})", reason="a number")


def _short(value: Decimal) -> str:
    return str(int(value)) if value == value.to_integral_value() else str(float(value))


@makes("datetime")
def _naive(attribute: Attribute) -> Code:
    return _datetime(attribute, aware=False)


@makes("datetime_aware")
def _aware(attribute: Attribute) -> Code:
    return _datetime(attribute, aware=True)


def _datetime(attribute: Attribute, *, aware: bool) -> Code:
    zone = ", tzinfo=timezone.utc" if aware else ""
    imports: set[str] = {"from datetime import datetime"}
    if aware:
        imports.add("from datetime import timezone")
    # a key is looked up by its value, which the column may have rounded
    is_rounded = attribute.column.primary_key and innermost(attribute.type).precision is not None
    if attribute.distinct or is_rounded:
        imports.add("from datetime import timedelta")
        start = _EPOCH.format(tz=zone)
        return Code(
            f"Use(lambda: {start} + timedelta(minutes=next(serial)))",
            frozenset(imports),
            "unique",
        )
    imports.discard("from datetime import datetime")
    return Code(
        f"Use(fake.date_time_this_year{', tzinfo=timezone.utc' if aware else ''})",
        frozenset(imports),
        "a point in time",
    )


@makes("date")
def _date(attribute: Attribute) -> Code:
    if attribute.distinct:
        imports = frozenset({"from datetime import date", "from datetime import timedelta"})
        return Code("Use(lambda: date(2000, 1, 1) + timedelta(days=next(serial)))", imports, "unique")
    return Code("Use(fake.date_this_year)", reason="a date")


@makes("time")
def _time(attribute: Attribute) -> Code:
    zone = innermost(attribute.type).timezone
    imports = frozenset(
        {"from datetime import time"} | ({"from datetime import timezone"} if zone else set())
    )
    if attribute.distinct:
        clock = "timetz" if zone else "time"
        return Code(
            f"Use(lambda: datetime.fromtimestamp(next(serial), timezone.utc).{clock}())",
            frozenset({"from datetime import datetime", "from datetime import timezone"}),
            "unique",
        )
    return Code(f"time(12, 30{', tzinfo=timezone.utc' if zone else ''})", imports, "a time of day")


@makes("interval")
def _interval(attribute: Attribute) -> Code:
    imports = frozenset({"from datetime import timedelta"})
    if attribute.distinct:
        return Code("Use(lambda: timedelta(minutes=next(serial)))", imports, "unique")
    return Code("timedelta(hours=1)", imports, "an interval")


@makes("bytes")
def _bytes(attribute: Attribute) -> Code:
    length = innermost(attribute.type).length
    # what is shorter would be filled up
    padded = length is not None and (innermost(attribute.type).ddl or "").startswith("BINARY")
    if attribute.distinct and padded:
        return Code(f'Use(lambda: next(serial).to_bytes({length}, "big"))', reason="unique")
    if attribute.distinct:
        return Code('Use(lambda: b"%d" % next(serial))', reason="unique")
    return Code(f"Use(fake.binary, {min(length or 16, 16)})", reason="bytes")


@makes("inet", "ip_address")
def _inet(attribute: Attribute) -> Code:
    if attribute.distinct:
        imports = frozenset({"from ipaddress import ip_address"})
        return Code("Use(lambda: str(ip_address(0x0A000000 + next(serial))))", imports, "unique")
    return Code("Use(fake.ipv4)", reason="an address")


@makes("cidr")
def _cidr(attribute: Attribute) -> Code:
    if attribute.distinct:
        imports = frozenset({"from ipaddress import ip_network"})
        return Code("Use(lambda: str(ip_network(0x0A000000 + next(serial))))", imports, "unique")
    return Code("Use(fake.ipv4, network=True)", reason="a network")


@makes("bit")
def _bit(attribute: Attribute) -> Code:
    size = bits_of(attribute.type)
    if attribute.distinct:
        number = "next(serial)" if size > 20 else f"next(serial) % {2**size}"
        return Code(f'Use(lambda: f"{{{number}:0{size}b}}")', reason="unique")
    return Code(quoted("1" * size), reason="a bit string")
