"""What a type stands on: the plain SQLAlchemy type the database stores it as, and the values that one takes."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import ipaddress
import json
import re
import uuid
from contextlib import suppress

from sqlalchemy import types as sqltypes
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.types import TypeDecorator

from .. import dialect
from ..common import Live

DIALECT = dialect.bare()
WHOLE_NUMBERS = {"SmallInteger": 2**15, "BigInteger": 2**63}
NAMES = {
    **DIALECT.ischema_names,
    "varchar": sqltypes.String,
    "char": sqltypes.CHAR,
    "decimal": sqltypes.Numeric,
    "int": sqltypes.Integer,
    "bool": sqltypes.Boolean,
}


def as_variant(type_: Live) -> Live:
    """The variant ``with_variant`` gave for the database, or the type itself."""
    mapping = getattr(type_, "_variant_mapping", None)
    if mapping and dialect.name() in mapping:
        return mapping[dialect.name()]
    if type(type_).__name__ == "Variant" and hasattr(type_, "mapping"):  # SQLAlchemy 1.4
        return type_.mapping.get(dialect.name(), type_.impl)
    return type_


def wrapped(type_: Live) -> Live:
    """The type a decorator (or a domain) stands on for the database, or None."""
    if _is_emulated(type_):
        return None
    if isinstance(type_, TypeDecorator):
        with suppress(Exception):
            return as_variant(type_.load_dialect_impl(DIALECT))
        return getattr(type_, "impl_instance", None) or type_.impl
    return getattr(type_, "data_type", None) if is_domain(type_) else None


def _is_emulated(type_: Live) -> bool:
    """Whether SQLAlchemy writes it as another type because the database has none: it takes the same values."""
    return isinstance(type_, sqltypes.Interval) and dialect.name() != "postgresql"


def is_domain(type_: Live) -> bool:
    """Whether it is PostgreSQL's DOMAIN."""
    return type(type_).__name__ == "DOMAIN" and hasattr(type_, "data_type")


def innermost(type_: Live) -> Live:
    """The plain type below all decorators."""
    for _ in range(8):
        inner = wrapped(type_)
        if inner is None or inner is type_:
            break
        type_ = inner
    return type_


def ddl(type_: Live) -> str | None:
    """What the database's dialect calls the type, or None where it cannot."""
    with suppress(Exception):
        return str(type_.compile(dialect=DIALECT))
    return None


def is_foreign(type_: Live) -> bool:
    """Whether the type is a decorator, or none of SQLAlchemy's own."""
    if _is_emulated(type_):
        return False
    return isinstance(type_, TypeDecorator) or not type(type_).__module__.startswith("sqlalchemy.")


def storage(type_: Live) -> Live:
    """The plain SQLAlchemy type below, found by its DDL where even that is foreign, or None."""
    plain = innermost(type_)
    return plain if not is_foreign(plain) else _by_ddl(ddl(plain) or "")


def _by_ddl(text: str) -> Live:
    found = re.match(r"([a-z ]+?)\s*(?:\(([\d, ]+)\))?( with time zone)?$", text.lower())
    if not found:
        return None
    cls: Live = NAMES.get(found.group(1))
    if cls is None or not cls.__module__.startswith("sqlalchemy."):
        return None
    sizes = [int(size) for size in (found.group(2) or "").split(",") if size.strip()]
    with suppress(Exception):
        return cls(timezone=True) if found.group(3) else cls(*sizes)
    return None


def storable(impl: Live, value: Live) -> bool:
    """Whether the database takes a bound value for a column of a plain SQLAlchemy type."""
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
    else:
        json.dumps(value)
    return isinstance(value, (str, dict, list))


def _moment(impl: Live, value: Live) -> bool:
    aware = getattr(value, "tzinfo", None) is not None
    return isinstance(value, dt.datetime) and aware == bool(getattr(impl, "timezone", False))


def _integer(impl: Live, value: Live) -> bool:
    limits = [
        limit for cls, limit in WHOLE_NUMBERS.items() if cls in (c.__name__ for c in type(impl).__mro__)
    ]
    limit = limits[0] if limits else 2**31
    return isinstance(value, int) and not isinstance(value, bool) and -limit <= value < limit


def _number(_: Live, value: Live) -> bool:
    return isinstance(value, (int, float, decimal.Decimal)) and not isinstance(value, bool)


def _uuid(_: Live, value: Live) -> bool:
    return isinstance(value, uuid.UUID) or bool(uuid.UUID(value))


def _address(_: Live, value: Live) -> bool:
    ipaddress.ip_network(str(value), strict=False)
    return True


def _bits(impl: Live, value: Live) -> bool:
    length = 1 if impl.length is None else impl.length
    fits = len(value) <= length if impl.varying else len(value) == length
    return isinstance(value, str) and not set(value) - {"0", "1"} and (fits or not impl.length)


def _range(impl: Live, value: Live) -> bool:
    if not isinstance(value, str):
        return hasattr(value, "lower") and hasattr(value, "upper")
    dates = type(impl).__name__.startswith(("DATE", "TS"))
    return bool(re.match(r"[\[(]\d{4}-" if dates else r"[\[(]\d+ ?,", value))


def _of(*classes: Live) -> Live:
    return lambda _, value: isinstance(value, classes)


def _checks() -> list[tuple[Live, Live]]:
    uuid_types = tuple(c for c in (getattr(sqltypes, "Uuid", None), pg.UUID) if c is not None)
    known = [getattr(pg, name) for name in ("CITEXT", "TSVECTOR", "TSQUERY", "REGCLASS") if hasattr(pg, name)]
    # their common base has another name in 1.4, in the first releases of 2.0, and since
    ranges = (pg.INT4RANGE, pg.INT8RANGE, pg.NUMRANGE, pg.DATERANGE, pg.TSRANGE, pg.TSTZRANGE)
    return [
        (uuid_types, _uuid),
        (sqltypes.JSON, _json),
        ((sqltypes.String, *known), _text),
        (sqltypes.DateTime, _moment),
        (sqltypes.Date, lambda _, v: isinstance(v, dt.date) and not isinstance(v, dt.datetime)),
        (sqltypes.Time, _of(dt.time)),
        ((sqltypes.Interval, pg.INTERVAL), _of(dt.timedelta)),
        (sqltypes.Boolean, _of(bool)),
        (sqltypes.Integer, _integer),
        (sqltypes.Numeric, _number),
        (sqltypes.LargeBinary, _of(bytes, bytearray, memoryview)),
        (sqltypes._Binary, _of(bytes, bytearray, memoryview)),
        (sqltypes.ARRAY, _of(list, tuple)),
        ((pg.INET, pg.CIDR), _address),
        (pg.HSTORE, _of(dict, str)),
        (pg.BIT, _bits),
        (ranges, _range),
    ]


def _as_text() -> list[tuple[Live, Live]]:
    """What SQLite has no types for: SQLAlchemy checks these values itself, and writes them as texts or numbers."""
    written = (sqltypes.DateTime, sqltypes.Date, sqltypes.Time, sqltypes.Interval, sqltypes.Boolean)
    return [(written, _of(str, int))] if dialect.name() == "sqlite" else []


CHECKS = [*_as_text(), *_checks()]
