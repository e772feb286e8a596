"""Plain Python values that a type of the project's own may take."""

from __future__ import annotations

import datetime as dt
import decimal
import re
import uuid

from sqlalchemy import types as sqltypes

from ..common import Live
from . import storage

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
    "colour": "#336699",
    "pattern": re.compile("text"),
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
        "colour",
    ]
)
"""Tried only where plain text is refused."""

OTHERS: dict[str, Live] = {
    "str": "Some other words, 2.",
    "int": 94,
    "float": 88.25,
    "list_str": ["other"],
    "list_int": [9],
    "list_float": [-0.25],
}
"""What has to go through as well, before any text or number is believed to do."""

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
    ("decimal", ["decimal"]),
    ("money", ["decimal"]),
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
    ("color", ["colour"]),
    ("colour", ["colour"]),
    ("bool", ["bool"]),
    ("int", ["int"]),
    ("encrypted", ["str"]),
]
TEXT_AS_STORED = {
    "LTREE": "top.branch",
    "DATERANGE": "[2024-01-01,2024-02-01)",
    "TSRANGE": "[2024-01-01 00:00,2024-02-01 00:00)",
    "TSTZRANGE": "[2024-01-01 00:00+00,2024-02-01 00:00+00)",
    "INT4RANGE": "[1,10)",
    "INT8RANGE": "[1,10)",
    "NUMRANGE": "[1,10)",
}


def fitted(name: str, most: int | None) -> Live:
    """The sample, a text cut to so many characters."""
    return _cut(SAMPLES[name], most)


def other(name: str, most: int | None) -> Live:
    """A second value of the sample's kind, or None where the sample speaks for itself."""
    return _cut(OTHERS.get(name), most)


def _cut(value: Live, most: int | None) -> Live:
    return value[:most] if isinstance(value, str) else value


def as_stored(type_: Live) -> Live:
    """A text in the notation PostgreSQL has for the type below, where there is one; else None."""
    plain = storage.innermost(type_)
    text = storage.ddl(plain) or ""
    bits = re.match(r"BIT(?: VARYING)?(?:\((\d+)\))?$", text)
    return "1" * int(bits.group(1) or 1) if bits else TEXT_AS_STORED.get(text)


def preferred(type_: Live, impl: Live) -> list[str]:
    """Names of samples that the type's class, its name or what it stores speak for, best first."""
    order = ["date"] if isinstance(impl, sqltypes.Date) else []
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
