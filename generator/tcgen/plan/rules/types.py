"""Values by type."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from tcgen.ir.schema import EnumFact, TypeFact
from tcgen.plan.columns import Attribute
from tcgen.plan.naming import is_plain_name
from tcgen.plan.rules.kinds import innermost, kind_of
from tcgen.plan.rules.pattern import example
from tcgen.plan.rules.text import bounded, numbered
from tcgen.plan.source import Code, quoted

_EPOCH = "datetime(2024, 1, 1{tz})"


def enum(attribute: Attribute) -> Code | None:
    """A member of the Python enum, or one of the strings."""
    fact = attribute.type.enum or innermost(attribute.type).enum
    if fact is None or (attribute.type.impl is not None and not _takes_members(attribute.type)):
        return None
    values = members(fact, attribute.limits.one_of)
    if values is None:
        return None
    if values.single is not None:
        return Code(values.single, values.imports, reason="the only value allowed")
    return Code(f"Use(fake.random_element, {values.all})", values.imports, reason="an enum")


def _takes_members(fact: TypeFact) -> bool:
    return "enum_member" in fact.accepts or (not fact.accepts and kind_of(fact) == "enum")


@dataclass(frozen=True)
class Members:
    """Source for the values of an enum: all that are allowed, and the one where there is only one."""

    all: str
    single: str | None
    imports: frozenset[str] = frozenset()


def members(fact: EnumFact, allowed: tuple[object, ...] | None) -> Members | None:
    """Return the enum's values as source; None where the constraint leaves none."""
    if fact.cls is None or not fact.members or not is_plain_name(fact.cls.dotted):
        values = [value for value in fact.values if allowed is None or value in allowed]
        if not values:
            return None
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
    listed = f"list({fact.cls.qualname})" if everything else f"[{', '.join(names)}]"
    return Members(listed, names[0] if len(names) == 1 else None, imports)


def _member(enum: str, name: str) -> str:
    return f"{enum}.{name}" if is_plain_name(name) else f"{enum}[{quoted(name)}]"


_SAMPLES: dict[str, str] = {
    "str": "string",
    "email": "string",
    "url": "url",
    "int": "integer",
    "float": "float",
    "decimal": "numeric",
    "bool": "bool",
    "datetime_naive": "datetime",
    "datetime_aware": "datetime_aware",
    "date": "date",
    "time": "time",
    "timedelta": "interval",
    "uuid": "uuid",
    "uuid_str": "uuid_str",
    "uuid_hex": "uuid_hex",
    "bytes": "bytes",
    "dict": "json",
    "list": "array",
    "list_str": "list_str",
    "list_dict": "array",
    "list_float": "list_float",
    "empty_dict": "json",
    "empty_list": "array",
    "timezone_name": "timezone_name",
    "country_code": "country_code",
    "currency_code": "currency_code",
    "locale_name": "locale_name",
    "phone": "phone",
    "list_int": "list_int",
    "set": "set",
    "tuple": "tuple",
    "json_str": "json_str",
    "ip_str": "inet",
}


def decorated(attribute: Attribute) -> Code | None:
    """A type of the project's own: the first sample that went through it unharmed."""
    accepts, example = attribute.type.accepts, attribute.type.example
    if example is not None and (not accepts or accepts[0].startswith("empty_")):
        return Code(f"Use(lambda: {quoted(ast.literal_eval(example))})", reason="a document its type takes")
    for sample in attribute.type.accepts:
        if sample in _SAMPLES:
            return _by_kind(attribute, _SAMPLES[sample])
    return None if accepts else _built(attribute)


def _built(attribute: Attribute) -> Code | None:
    cls, stored = attribute.type.built, plain(attribute)
    if cls is None or stored is None or not is_plain_name(cls.dotted):
        return None
    return Code(
        f"Use(lambda: {cls.qualname}({_value(stored.text)}))",
        stored.imports | {f"from {cls.module} import {cls.qualname.partition('.')[0]}"},
        reason=f"{cls.qualname} around {stored.reason}",
    )


def _value(code: str) -> str:
    """Return the value an expression stands for: ``Use(make, 1)`` gives ``make(1)``."""
    if not code.startswith("Use("):
        return code
    inner = code[len("Use(") : -1]
    if inner.startswith("lambda: "):
        return inner[len("lambda: ") :]
    maker, _, arguments = inner.partition(", ")
    return f"{maker}({arguments})"


def plain(attribute: Attribute) -> Code | None:
    """A type of SQLAlchemy's own."""
    kind = kind_of(attribute.type)
    inner = innermost(attribute.type)
    if kind == "datetime" and inner.timezone:
        kind = "datetime_aware"
    if kind == "uuid" and inner.as_uuid is False:
        kind = "uuid_str"
    return _by_kind(attribute, kind)


def fallback(attribute: Attribute) -> Code:
    """A type nobody knows: what its Python type can be made of, else a short text."""
    known = {"int": "integer", "dict": "json", "list": "array", "bytes": "bytes", "float": "float"}
    kind = known.get(attribute.type.python_type or "", "string")
    return _by_kind(attribute, kind) or Code('"value"', reason="an unknown type")


def _by_kind(attribute: Attribute, kind: str) -> Code | None:
    maker = _MAKERS.get(kind)
    return None if maker is None else maker(attribute)


def _string(attribute: Attribute) -> Code:
    if attribute.limits.pattern:
        return _patterned(attribute, attribute.limits.pattern)
    if attribute.distinct:
        return numbered(attribute)
    if _is_text(attribute.type) and not attribute.limits.max_length:
        return bounded(attribute, "sentence", None)
    return bounded(attribute, "word", 14)


def _is_text(fact: TypeFact) -> bool:
    inner = innermost(fact)
    return inner.length is None and (inner.ddl or "").upper().startswith("TEXT")


def _patterned(attribute: Attribute, pattern: str) -> Code:
    text = example(pattern)
    return numbered(attribute) if text is None else Code(quoted(text), reason="matches its CHECK")


def _number_bounds(attribute: Attribute, low: int, high: int) -> tuple[int, int]:
    limits = attribute.limits
    if limits.low is not None:
        low = int(limits.low.to_integral_value(rounding="ROUND_CEILING"))
        high = high if low < high else low + 100
    if limits.high is not None:
        high = int(limits.high.to_integral_value(rounding="ROUND_FLOOR"))
        low = min(low, high) if limits.low is None else low
    refused = {int(value) for value in limits.none_of if isinstance(value, Decimal)}
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


def _integer(attribute: Attribute) -> Code:
    if attribute.distinct:
        return Code("Use(next, serial)", reason="unique")
    low, high = _number_bounds(attribute, 1, 100)
    if low == high:
        return Code(str(low), reason="the only value its CHECK allows")
    return Code(f"Use(fake.random_int, {low}, {high})", reason="a whole number")


def _numeric(attribute: Attribute) -> Code:
    inner = innermost(attribute.type)
    scale = 2 if inner.scale is None else inner.scale
    whole = 6 if inner.precision is None else inner.precision - scale
    imports = frozenset({"from decimal import Decimal"})
    if attribute.distinct:
        value = "next(serial)" if whole >= 4 else f"next(serial) % {10 ** max(whole, 0) or 1}"
        return Code(f"Use(lambda: Decimal({value}))", imports, reason="unique")
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
    return Code(f"Use(lambda: Decimal(fake.random_int({low}, {high})) / {unit})", imports, "a number")


def _float(attribute: Attribute) -> Code:
    if attribute.distinct:
        return Code("Use(lambda: float(next(serial)))", reason="unique")
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


def _datetime(attribute: Attribute, *, aware: bool) -> Code:
    zone = ", tzinfo=timezone.utc" if aware else ""
    imports = {"from datetime import datetime"} | ({"from datetime import timezone"} if aware else set())
    if attribute.distinct:
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


def _date(attribute: Attribute) -> Code:
    if attribute.distinct:
        imports = frozenset({"from datetime import date", "from datetime import timedelta"})
        return Code("Use(lambda: date(2000, 1, 1) + timedelta(days=next(serial)))", imports, "unique")
    return Code("Use(fake.date_this_year)", reason="a date")


def _time(attribute: Attribute) -> Code:
    zone = innermost(attribute.type).timezone
    imports = frozenset(
        {"from datetime import time"} | ({"from datetime import timezone"} if zone else set())
    )
    return Code(f"time(12, 30{', tzinfo=timezone.utc' if zone else ''})", imports, "a time of day")


def _interval(attribute: Attribute) -> Code:
    imports = frozenset({"from datetime import timedelta"})
    if attribute.distinct:
        return Code("Use(lambda: timedelta(minutes=next(serial)))", imports, "unique")
    return Code("timedelta(hours=1)", imports, "an interval")


def _array(attribute: Attribute) -> Code:
    if attribute.limits.low is not None or attribute.distinct:
        item = attribute.type.item
        values = {"integer": "[next(serial)]", "string": "[str(next(serial))]"}
        text = values.get(kind_of(item) if item else "string", "[]")
        return Code(f"Use(lambda: {text})", reason="unique")
    names = {"integer": "int", "float": "float", "string": "str"}
    held = names.get(kind_of(attribute.type.item), "object") if attribute.type.item else "object"
    return Code(f"Use(list[{held}])", reason="an array")


def _bytes(attribute: Attribute) -> Code:
    if attribute.distinct:
        return Code('Use(lambda: b"%d" % next(serial))', reason="unique")
    length = innermost(attribute.type).length
    return Code(f"Use(fake.binary, {min(length or 16, 16)})", reason="bytes")


def _inet(attribute: Attribute) -> Code:
    if attribute.distinct:
        imports = frozenset({"from ipaddress import ip_address"})
        return Code("Use(lambda: str(ip_address(0x0A000000 + next(serial))))", imports, "unique")
    return Code("Use(fake.ipv4)", reason="an address")


def _uuid(template: str) -> Callable[[Attribute], Code]:
    return lambda attribute: Code(template, reason="a UUID")


def _constant(text: str, *imports: str) -> Callable[[Attribute], Code]:
    return lambda attribute: Code(text, frozenset(imports))


def _bit(attribute: Attribute) -> Code:
    found = re.search(r"\((\d+)\)", innermost(attribute.type).ddl or "")
    return Code(quoted("1" * (int(found.group(1)) if found else 1)), reason="a bit string")


def _vector(attribute: Attribute) -> Code:
    found = re.search(r"\((\d+)\)", innermost(attribute.type).ddl or "")
    size = int(found.group(1)) if found else 3
    return Code(f"Use(lambda: [fake.pyfloat(min_value=-1, max_value=1) for _ in range({size})])")


def _geometry(attribute: Attribute) -> Code:
    found = re.search(r"\((\w+)\s*,\s*(-?\d+)", innermost(attribute.type).ddl or "")
    shape, srid = (found.group(1).upper(), int(found.group(2))) if found else ("POINT", 4326)
    body = {
        "LINESTRING": "LINESTRING(0 0, 1 1)",
        "POLYGON": "POLYGON((0 0, 0 1, 1 1, 0 0))",
        "MULTIPOINT": "MULTIPOINT((0 0), (1 1))",
        "MULTILINESTRING": "MULTILINESTRING((0 0, 1 1))",
        "MULTIPOLYGON": "MULTIPOLYGON(((0 0, 0 1, 1 1, 0 0)))",
        "GEOMETRYCOLLECTION": "GEOMETRYCOLLECTION(POINT(0 0))",
    }.get(shape, "POINT(0 0)")
    return Code(quoted(f"SRID={srid};{body}" if srid > 0 else body), reason="a shape")


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


def _range(attribute: Attribute) -> Code:
    name = (innermost(attribute.type).ddl or "INT4RANGE").upper()
    bounds_, imports = next(value for key, value in _RANGES.items() if name.startswith(key))
    needed = frozenset({"from sqlalchemy.dialects.postgresql import Range", *imports})
    return Code(f"Range({bounds_})", needed, "a range")


def _multirange(attribute: Attribute) -> Code:
    single = _range(attribute)
    return Code(f"Use(lambda: [{single.text}])", single.imports, "ranges")


_MAKERS: dict[str, Callable[[Attribute], Code]] = {
    "string": _string,
    "integer": _integer,
    "numeric": _numeric,
    "float": _float,
    "bool": _constant("Use(fake.pybool)"),
    "datetime": lambda attribute: _datetime(attribute, aware=False),
    "datetime_aware": lambda attribute: _datetime(attribute, aware=True),
    "date": _date,
    "time": _time,
    "interval": _interval,
    "uuid": _uuid("Use(fake.uuid4, cast_to=None)"),
    "uuid_str": _uuid("Use(fake.uuid4)"),
    "uuid_hex": _uuid("Use(lambda: fake.uuid4(cast_to=None).hex)"),
    "json": _constant("Use(dict[str, object])"),
    "json_str": _constant('"{}"'),
    "hstore": _constant("Use(dict[str, str])"),
    "array": _array,
    "list_str": _constant('Use(lambda: ["value"])'),
    "list_int": _constant("Use(lambda: [1])"),
    "list_float": _constant("Use(lambda: [0.5])"),
    "timezone_name": _constant('"UTC"'),
    "country_code": _constant("Use(fake.country_code)"),
    "currency_code": _constant("Use(fake.currency_code)"),
    "locale_name": _constant('"en"'),
    "phone": _constant('"+33123456789"'),
    "set": _constant("Use(set[str])"),
    "tuple": _constant("()"),
    "bytes": _bytes,
    "inet": _inet,
    "cidr": _constant("Use(fake.ipv4, network=True)"),
    "macaddr": _constant("Use(fake.mac_address)"),
    "macaddr8": _constant('"08:00:2b:01:02:03:04:05"'),
    "url": lambda attribute: bounded(attribute, "url", 60),
    "tsvector": _constant('Use(func.to_tsvector, "some words")', "from sqlalchemy import func"),
    "tsquery": _constant('Use(func.to_tsquery, "words")', "from sqlalchemy import func"),
    "bit": _bit,
    "money": _constant('"12.34"'),
    "regclass": _constant('"pg_class"'),
    "xml": _constant('"<root/>"'),
    "ltree": _constant('"top.branch"'),
    "vector": _vector,
    "geometry": _geometry,
    "range": _range,
    "multirange": _multirange,
}
