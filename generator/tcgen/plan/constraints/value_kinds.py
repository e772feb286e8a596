"""The kind of value a type holds, whatever its class is called."""

from __future__ import annotations

import re

from tcgen.ir.schema import TypeFact

_BY_BASE = {
    "Boolean": "bool",
    "BigInteger": "integer",
    "SmallInteger": "integer",
    "Integer": "integer",
    "Float": "float",
    "Double": "float",
    "REAL": "float",
    "Numeric": "numeric",
    "Interval": "interval",
    "INTERVAL": "interval",
    "DateTime": "datetime",
    "Date": "date",
    "Time": "time",
    "UUID": "uuid",
    "Uuid": "uuid",
    "ARRAY": "array",
    "JSON": "json",
    "LargeBinary": "bytes",
    "_Binary": "bytes",
    "BYTEA": "bytes",
    "INET": "inet",
    "CIDR": "cidr",
    "MACADDR": "macaddr",
    "MACADDR8": "macaddr8",
    "HSTORE": "hstore",
    "BIT": "bit",
    "MONEY": "money",
    "OID": "integer",
    "REGCLASS": "regclass",
    "REGCONFIG": "regconfig",
    "JSONPATH": "jsonpath",
    "TSVECTOR": "tsvector",
    "TSQUERY": "tsquery",
    "AbstractSingleRange": "range",
    "AbstractRange": "range",
    "AbstractMultiRange": "multirange",
    "Enum": "enum",
    "CITEXT": "string",
    "String": "string",
}

_BY_DDL = (
    (r"(INT4|INT8|NUM|TS|TSTZ|DATE)MULTIRANGE", "multirange"),
    (r"(INT4|INT8|NUM|TS|TSTZ|DATE)RANGE", "range"),
    (r".*\[\]$", "array"),
    (r"JSONB?$|JSONB? ", "json"),
    (r"UUID", "uuid"),
    (r"(BIG|SMALL)?INT(EGER)?\b|(BIG|SMALL)?SERIAL|OID", "integer"),
    (r"NUMERIC|DECIMAL", "numeric"),
    (r"FLOAT|REAL|DOUBLE", "float"),
    (r"BOOL", "bool"),
    (r"TIMESTAMP", "datetime"),
    (r"DATE", "date"),
    (r"TIME\b", "time"),
    (r"INTERVAL", "interval"),
    (r"BYTEA", "bytes"),
    (r"INET", "inet"),
    (r"CIDR", "cidr"),
    (r"MACADDR8", "macaddr8"),
    (r"MACADDR", "macaddr"),
    (r"HSTORE", "hstore"),
    (r"TSVECTOR", "tsvector"),
    (r"TSQUERY", "tsquery"),
    (r"(VAR)?BIT", "bit"),
    (r"MONEY", "money"),
    (r"XML", "xml"),
    (r"LTREE", "ltree"),
    (r"POINT", "point"),
    (r"LINE", "line"),
    (r"LSEG|BOX", "box"),
    (r"PATH|POLYGON", "polygon"),
    (r"CIRCLE", "circle"),
    (r"PG_LSN", "lsn"),
    (r"(HALF|SPARSE)?VEC(TOR)?\b", "vector"),
    (r"(GEOMETRY|GEOGRAPHY)", "geometry"),
    (r"RASTER", "raster"),
    (r"REGCLASS", "regclass"),
    (r"REGCONFIG", "regconfig"),
    (r"JSONPATH", "jsonpath"),
    (r"CHAR|VARCHAR|TEXT|CITEXT", "string"),
)


def kind_of(fact: TypeFact) -> str:
    """Return the kind: ``string``, ``integer``, ``datetime``, …, ``unknown``."""
    if fact.impl is not None:
        return kind_of(fact.impl)
    for base in fact.bases:
        if base in _BY_BASE:
            return _BY_BASE[base]
    for pattern, kind in _BY_DDL:
        if fact.ddl and re.match(pattern, fact.ddl, re.IGNORECASE):
            return kind
    return "unknown"


def innermost(fact: TypeFact) -> TypeFact:
    """Return the type at the bottom of a stack of TypeDecorators."""
    return innermost(fact.impl) if fact.impl is not None else fact


def length_of(fact: TypeFact) -> int | None:
    """Return the most characters the database takes."""
    if fact.longest is not None:
        return fact.longest
    inner = innermost(fact)
    if inner.length is not None:
        return inner.length
    found = re.match(r"(N?CHAR)$|(?:VAR)?CHAR\((\d+)\)", inner.ddl or "", re.IGNORECASE)
    # CHAR alone is CHAR(1)
    return int(found.group(2) or 1) if found else None
