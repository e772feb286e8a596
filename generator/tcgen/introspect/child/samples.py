"""Trial binds: which plain Python values a type of the project's own takes."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import ipaddress
import json
import re
import uuid
from collections.abc import Iterable

from sqlalchemy import types as sqltypes

from .common import Live

SAMPLES: dict[str, Live] = {
    "str": "text",
    "int": 7,
    "float": 1.5,
    "decimal": decimal.Decimal("1.5"),
    "bool": True,
    "datetime_aware": dt.datetime(2024, 1, 2, 3, 4, 5, tzinfo=dt.timezone.utc),
    "datetime_naive": dt.datetime(2024, 1, 2, 3, 4, 5),
    "date": dt.date(2024, 1, 2),
    "time": dt.time(3, 4, 5),
    "timedelta": dt.timedelta(hours=1),
    "uuid": uuid.UUID("6f1d7a52-0b0c-4e5e-9d6b-2f5f3c1a9e10"),
    "bytes": b"bytes",
    "dict": {"key": "value"},
    "list": ["value", 1],
    "list_str": ["value"],
    "list_int": [1, 2, 3],
    "list_float": [0.5, 1.5, 2.5],
    "list_dict": [{"key": "value"}],
    "set": {"value"},
    "tuple": ("value",),
    "empty_dict": {},
    "empty_list": [],
    "json_str": '{"key": "value"}',
    "uuid_str": "6f1d7a52-0b0c-4e5e-9d6b-2f5f3c1a9e10",
    "uuid_hex": "6f1d7a520b0c4e5e9d6b2f5f3c1a9e10",
    "ip_str": "192.0.2.1",
    "email": "user@example.com",
    "url": "https://example.com/",
    "timezone_name": "UTC",
    "country_code": "FR",
    "currency_code": "EUR",
    "locale_name": "en",
    "phone": "+33123456789",
}
"""Name → value, in the order they are preferred where nothing else speaks for one."""

KINDS_OF_TEXT = frozenset(
    [
        "json_str",
        "uuid_str",
        "uuid_hex",
        "ip_str",
        "email",
        "url",
        "timezone_name",
        "country_code",
        "currency_code",
        "locale_name",
        "phone",
    ]
)
"""Tried only where plain text is refused."""

NATURAL: list[tuple[Live, list[str]]] = [
    (bool, ["bool"]),
    (int, ["int"]),
    (float, ["float"]),
    (decimal.Decimal, ["decimal"]),
    (str, ["str"]),
    (bytes, ["bytes"]),
    (dt.datetime, ["datetime_aware", "datetime_naive"]),
    (dt.date, ["date"]),
    (dt.time, ["time"]),
    (dt.timedelta, ["timedelta"]),
    (uuid.UUID, ["uuid", "uuid_str"]),
    (dict, ["dict", "empty_dict"]),
    (list, ["list_str", "list"]),
    (set, ["set"]),
]
BY_NAME: list[tuple[str, list[str]]] = [
    ("uuid", ["uuid", "uuid_str", "uuid_hex"]),
    ("guid", ["uuid", "uuid_str", "uuid_hex"]),
    ("timezone", ["timezone_name"]),
    ("date", ["datetime_aware", "datetime_naive", "date"]),
    ("time", ["datetime_aware", "datetime_naive", "time"]),
    ("datetime", ["datetime_aware", "datetime_naive"]),
    ("timestamp", ["datetime_aware", "datetime_naive"]),
    ("list", ["list_str", "list"]),
    ("array", ["list_str", "list"]),
    ("set", ["set"]),
    ("tuple", ["tuple"]),
    ("dict", ["dict"]),
    ("json", ["dict", "list"]),
    ("map", ["dict"]),
    ("email", ["email"]),
    ("url", ["url"]),
    ("ip", ["ip_str"]),
    ("country", ["country_code"]),
    ("currency", ["currency_code"]),
    ("locale", ["locale_name"]),
    ("phone", ["phone"]),
    ("bool", ["bool"]),
    ("int", ["int"]),
    ("encrypted", ["str"]),
]
RANGES = {"SmallInteger": 2**15, "BigInteger": 2**63}


def accepted(type_: Live, impl: Live, dialect: Live, extra: dict[str, Live] | None = None) -> list[str]:
    """Names of the samples a type binds, those that come back unchanged first, natural ones before others.

    Args:
        type_: The type under trial.
        impl: The innermost SQLAlchemy type that stores it, or None when that is not known.
        dialect: PostgreSQL.
        extra: More samples to try, before all others (members of an enum).
    """
    try:
        bind = type_.bind_processor(dialect)
        result = type_.result_processor(dialect, None)
    except Exception:
        return []
    if impl is None and bind is None:
        return []
    preferred = [*(extra or {}), *_preferred(type_, impl)]
    samples = {**(extra or {}), **SAMPLES}
    graded: dict[str, int] = {}
    for name in dict.fromkeys([*preferred, "str", "dict", *samples]):
        if name in KINDS_OF_TEXT and graded.get("str") == 0 and name not in preferred:
            continue
        grade = _trial(samples[name], bind, result, impl)
        if grade is not None:
            graded[name] = grade
        if name == "dict" and graded.get("str") == 0 and grade != 0 and isinstance(impl, sqltypes.String):
            break  # Text it is; encryption and hashing can be slow on purpose.
    if graded.get("dict") == graded.get("list") == graded.get("str") == 0:
        # It encodes whatever it is given: a document is what such a column is for.
        preferred = [*(n for n in preferred if n not in ("str", "bytes")), "dict"]
    order = {name: i for i, name in enumerate(dict.fromkeys([*preferred, *samples]))}
    return sorted(graded, key=lambda n: (graded[n], order[n]))


def first_document(type_: Live, impl: Live, dialect: Live, documents: Iterable[Live]) -> str | None:
    """``repr`` of the first document a type binds and reads back; None when it refuses them all."""
    try:
        bind = type_.bind_processor(dialect)
        result = type_.result_processor(dialect, None)
    except Exception:
        return None
    for document in documents:
        grade = _trial(document, bind, result, impl)
        if grade in (0, 1):
            return repr(document)
    return None


def class_around(type_: Live, impl: Live, dialect: Live) -> Live:
    """The class of what a type reads back, where a call of it on what is stored makes an equal object."""
    for name in _preferred(impl, impl):
        sample = SAMPLES[name]
        try:
            value = type_.result_processor(dialect, None)(sample)
            made = type(value)(sample)
            if made == value and type_.bind_processor(dialect)(made) == sample:
                return type(value)
        except Exception:  # noqa: S112 - another sample may do
            continue
    return None


def _preferred(type_: Live, impl: Live) -> list[str]:
    order: list[str] = []
    for owner in (type_, impl):
        python_type = _python_type(owner)
        by_class = [names for cls, names in NATURAL if python_type is cls]
        words = {w.lower() for w in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", type(owner).__name__)}
        by_name = [names for word, names in BY_NAME if word in words or word + "s" in words]
        for names in (by_class + by_name) if owner is impl else (by_name + by_class):
            order += [n for n in names if n not in order]
    return order


def _python_type(type_: Live) -> Live:
    try:
        return type_.python_type
    except Exception:
        return None


def _trial(value: Live, bind: Live, result: Live, impl: Live) -> int | None:
    """0 when the value comes back as it was, 1 when something else does, None when it is refused."""
    try:
        bound = bind(value) if bind else value
        if bound is None or not (impl is None or storable(impl, bound)):
            return None
    except Exception:
        return None
    try:
        back = result(bound) if result else bound
        return 0 if back == value and type(back) is type(value) else 1
    except Exception:
        # What a driver hands back need not be what was bound: the trial of reading proves little.
        return 2


def storable(impl: Live, value: Live) -> bool:
    """Whether PostgreSQL takes a bound value for a column of a plain SQLAlchemy type."""
    for cls, check in CHECKS:
        if isinstance(impl, cls):
            return bool(check(impl, value))
    return True


def _text(impl: Live, value: Live) -> bool:
    if isinstance(impl, sqltypes.Enum) and impl.enums:
        return value in impl.enums
    length = getattr(impl, "length", None)
    return (
        isinstance(value, str) and not isinstance(value, enum.Enum) and (not length or len(value) <= length)
    )


def _json(_: Live, value: Live) -> bool:
    if isinstance(value, str):
        json.loads(value)
    return isinstance(value, (str, dict, list))


def _moment(impl: Live, value: Live) -> bool:
    aware = getattr(value, "tzinfo", None) is not None
    return isinstance(value, dt.datetime) and aware == bool(getattr(impl, "timezone", False))


def _integer(impl: Live, value: Live) -> bool:
    limits = [limit for cls, limit in RANGES.items() if cls in (c.__name__ for c in type(impl).__mro__)]
    limit = limits[0] if limits else 2**31
    return isinstance(value, int) and not isinstance(value, bool) and -limit <= value < limit


def _number(_: Live, value: Live) -> bool:
    return isinstance(value, (int, float, decimal.Decimal)) and not isinstance(value, bool)


def _uuid(_: Live, value: Live) -> bool:
    return isinstance(value, uuid.UUID) or bool(uuid.UUID(value))


def _address(_: Live, value: Live) -> bool:
    ipaddress.ip_network(str(value), strict=False)
    return True


def _of(*classes: Live) -> Live:
    return lambda _, value: isinstance(value, classes)


def _checks() -> list[tuple[Live, Live]]:
    from sqlalchemy.dialects import postgresql as pg

    uuid_types = tuple(c for c in (getattr(sqltypes, "Uuid", None), pg.UUID) if c is not None)
    return [
        (uuid_types, _uuid),
        (sqltypes.JSON, _json),
        ((sqltypes.String, pg.CITEXT) if hasattr(pg, "CITEXT") else sqltypes.String, _text),
        (sqltypes.DateTime, _moment),
        (sqltypes.Date, lambda _, v: isinstance(v, dt.date) and not isinstance(v, dt.datetime)),
        (sqltypes.Time, _of(dt.time)),
        (sqltypes.Interval, _of(dt.timedelta)),
        (sqltypes.Boolean, _of(bool)),
        (sqltypes.Integer, _integer),
        (sqltypes.Numeric, _number),
        (sqltypes.LargeBinary, _of(bytes, bytearray, memoryview)),
        (sqltypes._Binary, _of(bytes, bytearray, memoryview)),
        (sqltypes.ARRAY, _of(list, tuple)),
        ((pg.INET, pg.CIDR), _address),
        (pg.HSTORE, _of(dict, str)),
    ]


CHECKS = _checks()
