"""The kinds of value there are, and which of them a type holds, whatever its class is called.

``KINDS`` is all that is known of a column type: a new one is an entry there and a column in
``tests/property/test_value_kinds.py``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tcgen.ir.schema import TypeFact

ValueKind = Literal[
    "string",
    "uuid",
    "integer",
    "datetime",
    "numeric",
    "inet",
    "date",
    "float",
    "bytes",
    "interval",
    "array",
    "cidr",
    "macaddr",
    "macaddr8",
    "time",
    "money",
    "bit",
    "json",
    "range",
    "multirange",
    "hstore",
    "ltree",
    "lsn",
    "xid",
    "regclass",
    "regconfig",
    "tsvector",
    "tsquery",
    "vector",
    "geometry",
    "raster",
    "xml",
    "jsonpath",
    "point",
    "line",
    "box",
    "polygon",
    "circle",
    "datetime_aware",
    "uuid_str",
    "uuid_hex",
    "json_str",
    "email",
    "url",
    "phone",
    "colour",
    "ip_address",
    "pattern",
    "list_str",
    "list_int",
    "list_float",
    "list_dict",
    "set",
    "tuple",
    "bool",
    "enum",
    "members",
    "country_code",
    "currency_code",
    "locale_name",
    "timezone_name",
    "unknown",
]


@dataclass(frozen=True)
class KindSpec:
    """What is known of one kind of value.

    Attributes:
        bases: Names of SQLAlchemy's classes that hold it.
        ddl: Names of its types in PostgreSQL: patterns of what stands before length, precision or time zone.
        samples: Values of the probe (``probe_values.SAMPLES``) whose acceptance means this kind.
        python_types: Names of Python types that mean it where nothing is known of the column's type.
        value: How a factory makes a value, as source; None where a function of ``plan/values`` makes all.
        distinct: An expression, evaluated for each row, for a value of the row's own; None where ``fresh`` or
            ``values`` say enough, or such a function makes these as well.
        element: The same for an element of an array, where a call that PostgreSQL evaluates cannot stand.
        imports: The statements that ``value`` and ``distinct`` need.
        reason: Why this value, for ``tcgen plan``.
        fresh: A value made anew is never one that was there before; so is one that a callable default makes.
        few: Rows have to share its values although neither ``values`` nor ``distinct`` say so.
        values: All there are, where the list is closed or as good as closed: rows take them in turn.
        unit: What is added to keep two of them in the order a CHECK asks: numbers, or these units of time.
        widest: Name of SQLAlchemy's class → the greatest value it takes, where that is not plenty.
        as_stored: A type of the project's own may take it as PostgreSQL writes it
            (``probe_values.TEXT_AS_STORED``), and there is a value of the row's own in that notation.
        ddl_alone: PostgreSQL's name decides, whatever a lenient type of the project's own lets through.
        extensions: Name of a type in PostgreSQL → the extension that brings it.
        candidates: What ``tcgen verify`` tries where values are refused, as source, the likeliest first.
    """

    bases: tuple[str, ...] = ()
    ddl: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()
    python_types: tuple[str, ...] = ()
    value: str | None = None
    distinct: str | None = None
    element: str | None = None
    imports: tuple[str, ...] = ()
    reason: str = ""
    fresh: bool = False
    few: bool = False
    values: tuple[object, ...] = ()
    unit: Literal["number", "hours", "days"] | None = None
    widest: Mapping[str, int] = field(default_factory=dict)
    as_stored: bool = False
    ddl_alone: bool = False
    extensions: Mapping[str, str] = field(default_factory=dict)
    candidates: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether there is a value of its own for each row, however many there are."""
        if self.few or self.values:
            return False
        return self.fresh or self.value is None or self.distinct is not None


_FUNC = ("from sqlalchemy import func",)
_COUNTRIES = """
    AR AT AU BE BR CA CH CL CN CZ DE DK ES FI FR GB GR IE IN IT JP KR MX NL NO NZ PL PT SE TR US ZA
"""
_CURRENCIES = """
    AUD BRL CAD CHF CLP CNY CZK DKK EUR GBP HKD HUF IDR ILS INR ISK JPY KRW MXN MYR NOK NZD PHP PLN RON SEK
    SGD THB TRY USD ZAR
"""
_LOCALES = (
    "ar bg ca cs da de el en es et fi fr he hi hr hu it ja ko lt lv nb nl pl pt ro ru sk sl sv tr uk zh"
)
_TIMEZONES = """
    UTC Africa/Cairo Africa/Johannesburg Africa/Lagos Africa/Nairobi America/Bogota America/Chicago
    America/Denver America/Lima America/Los_Angeles America/Mexico_City America/New_York America/Santiago
    America/Sao_Paulo America/Toronto Asia/Bangkok Asia/Dubai Asia/Hong_Kong Asia/Jakarta Asia/Karachi
    Asia/Manila Asia/Seoul Asia/Shanghai Asia/Singapore Asia/Tokyo Australia/Perth Australia/Sydney
    Europe/Berlin Europe/Lisbon Europe/London Europe/Paris Pacific/Auckland
"""

KINDS: Mapping[ValueKind, KindSpec] = {
    "string": KindSpec(
        bases=("String", "CITEXT"),
        ddl=("(VAR)?CHAR", "CHARACTER", "(TINY|MEDIUM|LONG)?TEXT", "CITEXT"),
        samples=("str",),
        extensions={"CITEXT": "citext"},
    ),
    "uuid": KindSpec(
        bases=("UUID", "Uuid"),
        ddl=("UUID",),
        samples=("uuid",),
        python_types=("UUID",),
        value="Use(fake.uuid4, cast_to=None)",
        reason="a UUID",
        fresh=True,
        candidates=("Use(fake.uuid4, cast_to=None)", "Use(fake.uuid4)"),
    ),
    "integer": KindSpec(
        bases=("BigInteger", "SmallInteger", "Integer", "OID"),
        ddl=("(BIG|MEDIUM|SMALL|TINY)?INT", "INTEGER", "(BIG|SMALL)?SERIAL", "OID"),
        samples=("int",),
        python_types=("int",),
        unit="number",
        widest={"SmallInteger": 2**15 - 1, "SMALLINT": 2**15 - 1},
    ),
    "datetime": KindSpec(
        bases=("DateTime",),
        ddl=("TIMESTAMP(TZ)?", "DATETIME"),
        samples=("datetime_naive",),
        python_types=("datetime",),
        unit="hours",
    ),
    "numeric": KindSpec(
        bases=("Numeric",),
        ddl=("NUMERIC", "DECIMAL"),
        samples=("decimal",),
        python_types=("Decimal",),
        unit="number",
    ),
    "inet": KindSpec(bases=("INET", "INET4"), ddl=("INET4?",)),
    "date": KindSpec(
        bases=("Date",),
        ddl=("DATE",),
        samples=("date",),
        python_types=("date",),
        unit="days",
        candidates=(
            "Use(fake.past_date)",
            "Use(fake.future_date)",
            "Use(lambda: fake.past_date().replace(day=1))",
            "Use(lambda: fake.past_date().replace(month=1, day=1))",
            "Use(fake.date_of_birth, minimum_age=18)",
            'Use(fake.future_date, "+10y")',
        ),
    ),
    "float": KindSpec(
        bases=("Float", "Double", "REAL"),
        ddl=(r"FLOAT[48]?", "REAL", "DOUBLE"),
        samples=("float",),
        python_types=("float",),
        unit="number",
    ),
    "bytes": KindSpec(
        bases=("LargeBinary", "_Binary", "BYTEA"),
        ddl=("BYTEA", "(TINY|MEDIUM|LONG)?BLOB", "(VAR)?BINARY"),
        samples=("bytes",),
        python_types=("bytes",),
        candidates=('b"a"', 'b""', "Use(fake.binary, 16)", "Use(fake.binary, 32)"),
    ),
    "interval": KindSpec(
        bases=("Interval", "INTERVAL"),
        ddl=("INTERVAL",),
        samples=("timedelta",),
        unit="hours",
        candidates=tuple(
            f'Use(lambda: fake.time_delta("+{one}"))' for one in ("1h", "1d", "7d", "30d", "10m", "1m", "1s")
        ),
    ),
    "array": KindSpec(
        bases=("ARRAY",),
        ddl=(r".*\[\]",),
        candidates=("[]", '["a"]', '["a", "b"]', "[1]", "[1, 2]", "[1.0]", "[0, 0]"),
    ),
    "cidr": KindSpec(bases=("CIDR",), ddl=("CIDR",)),
    "macaddr": KindSpec(
        bases=("MACADDR",),
        ddl=("MACADDR",),
        value="Use(fake.mac_address)",
        distinct='spelled(next(serial), "02:00:00:##:##:##")',
    ),
    "macaddr8": KindSpec(
        bases=("MACADDR8",),
        ddl=("MACADDR8",),
        value='"08:00:2b:01:02:03:04:05"',
        distinct='spelled(next(serial), "02:00:00:00:00:##:##:##")',
    ),
    "time": KindSpec(
        bases=("Time",),
        ddl=("TIME(TZ)?",),
        samples=("time",),
        candidates=("Use(fake.time_object)", "Use(lambda: fake.time_object().replace(microsecond=0))"),
    ),
    "money": KindSpec(bases=("MONEY",), ddl=("MONEY",), value='"12.34"', distinct="str(next(serial))"),
    "bit": KindSpec(bases=("BIT",), ddl=("(VAR)?BIT",), as_stored=True),
    "json": KindSpec(
        bases=("JSON",),
        ddl=("JSONB?",),
        samples=("dict",),
        python_types=("dict",),
        candidates=(
            "{}",
            "[]",
            '{"key": "value"}',
            '{"id": 1, "name": "a", "type": "a"}',
            "[{}]",
            '["a"]',
            "1",
            '"a"',
        ),
    ),
    "range": KindSpec(
        bases=("AbstractSingleRange", "AbstractRange"),
        ddl=("(INT4|INT8|NUM|TS|TSTZ|DATE)RANGE",),
        as_stored=True,
    ),
    "multirange": KindSpec(bases=("AbstractMultiRange",), ddl=("(INT4|INT8|NUM|TS|TSTZ|DATE)MULTIRANGE",)),
    "hstore": KindSpec(
        bases=("HSTORE",),
        ddl=("HSTORE",),
        value="Use(dict[str, str])",
        distinct='{"number": str(next(serial))}',
        extensions={"HSTORE": "hstore"},
    ),
    "ltree": KindSpec(
        ddl=("LTREE",),
        value='"top.branch"',
        distinct='f"top.branch{next(serial)}"',
        as_stored=True,
        extensions={"LTREE": "ltree"},
    ),
    "lsn": KindSpec(ddl=("PG_LSN",), value='"0/1"', distinct='f"0/{next(serial):X}"'),
    "xid": KindSpec(ddl=("XID8",), value='"42"', distinct="str(next(serial))"),
    # PostgreSQL takes the number of an object for its name, whether there is one or not
    "regclass": KindSpec(
        bases=("REGCLASS",), ddl=("REGCLASS",), value='"pg_class"', distinct="str(next(serial))"
    ),
    "regconfig": KindSpec(
        bases=("REGCONFIG",), ddl=("REGCONFIG",), value='"english"', distinct="str(next(serial))"
    ),
    "tsvector": KindSpec(
        bases=("TSVECTOR",),
        ddl=("TSVECTOR",),
        value='Use(func.to_tsvector, "some words")',
        distinct='func.to_tsvector(f"word{next(serial)}")',
        element='f"word{next(serial)}"',
        imports=_FUNC,
    ),
    "tsquery": KindSpec(
        bases=("TSQUERY",),
        ddl=("TSQUERY",),
        value='Use(func.to_tsquery, "words")',
        distinct='func.to_tsquery(f"word{next(serial)}")',
        element='f"word{next(serial)}"',
        imports=_FUNC,
    ),
    "vector": KindSpec(
        ddl=("(HALF|SPARSE)?VEC(TOR)?",),
        ddl_alone=True,
        extensions={"VECTOR": "vector", "HALFVEC": "vector", "SPARSEVEC": "vector"},
    ),
    "geometry": KindSpec(
        ddl=("GEOMETRY", "GEOGRAPHY"),
        ddl_alone=True,
        extensions={"GEOMETRY": "postgis", "GEOGRAPHY": "postgis"},
    ),
    "raster": KindSpec(
        ddl=("RASTER",),
        value="Use(func.ST_MakeEmptyRaster, 1, 1, 0, 0, 1)",
        distinct="func.ST_MakeEmptyRaster(1, 1, next(serial), 0, 1)",
        imports=_FUNC,
        reason="a raster",
        ddl_alone=True,
    ),
    "xml": KindSpec(ddl=("XML",), value='"<root/>"', distinct='f"<root>{next(serial)}</root>"'),
    "jsonpath": KindSpec(
        bases=("JSONPATH",), ddl=("JSONPATH",), value='"$.key"', distinct='f"$.key{next(serial)}"'
    ),
    "point": KindSpec(ddl=("POINT",), value='"(1,2)"', distinct='f"(1,{next(serial)})"'),
    "line": KindSpec(ddl=("LINE",), value='"{1,2,3}"', distinct='f"{{1,2,{next(serial)}}}"'),
    "box": KindSpec(ddl=("LSEG", "BOX"), value='"(0,0),(1,1)"', distinct='f"(0,0),(1,{next(serial)})"'),
    "polygon": KindSpec(
        ddl=("PATH", "POLYGON"),
        value='"((0,0),(0,1),(1,1))"',
        distinct='f"((0,0),(0,1),(1,{next(serial)}))"',
    ),
    "circle": KindSpec(ddl=("CIRCLE",), value='"<(0,0),1>"', distinct='f"<(0,0),{next(serial)}>"'),
    "datetime_aware": KindSpec(samples=("datetime_aware",)),
    "uuid_str": KindSpec(samples=("uuid_str",), value="Use(fake.uuid4)", reason="a UUID", fresh=True),
    "uuid_hex": KindSpec(
        samples=("uuid_hex",),
        value="Use(lambda: fake.uuid4(cast_to=None).hex)",
        reason="a UUID",
        fresh=True,
    ),
    "json_str": KindSpec(samples=("json_str",), value='"{}"', distinct="f'{{\"number\": {next(serial)}}}'"),
    "email": KindSpec(
        samples=("email",), value="Use(fake.email)", distinct='f"user{next(serial)}@example.com"'
    ),
    "url": KindSpec(
        samples=("url",), value="Use(fake.url)", distinct='f"https://example.com/{next(serial)}"'
    ),
    "phone": KindSpec(samples=("phone",), value='"+33612345678"', distinct='f"+336{next(serial):08}"'),
    "colour": KindSpec(samples=("colour",), value="Use(fake.hex_color)", distinct='f"#{next(serial):06x}"'),
    "ip_address": KindSpec(samples=("ip_str",)),
    "pattern": KindSpec(
        samples=("pattern",),
        value='Use(compile, "text")',
        distinct='compile(f"text-{next(serial)}")',
        imports=("from re import compile",),
    ),
    "list_str": KindSpec(
        samples=("list_str", "list"),
        python_types=("list",),
        value='Use(lambda: ["value"])',
        distinct='[f"value-{next(serial)}"]',
    ),
    "list_int": KindSpec(samples=("list_int",), value="Use(lambda: [1])", distinct="[next(serial)]"),
    "list_float": KindSpec(
        samples=("list_float",), value="Use(lambda: [0.5])", distinct="[float(next(serial))]"
    ),
    "list_dict": KindSpec(
        samples=("list_dict",), value='Use(lambda: [{"key": "value"}])', distinct='[{"number": next(serial)}]'
    ),
    "set": KindSpec(samples=("set",), value='Use(lambda: {"value"})', distinct='{f"value-{next(serial)}"}'),
    "tuple": KindSpec(samples=("tuple",), value='("value",)', distinct='(f"value-{next(serial)}",)'),
    "bool": KindSpec(
        bases=("Boolean",),
        ddl=("BOOL(EAN)?",),
        samples=("bool",),
        python_types=("bool",),
        value="Use(fake.pybool)",
        values=(True, False),
        candidates=("True", "False"),
    ),
    "enum": KindSpec(bases=("Enum",), few=True),
    "members": KindSpec(bases=("SET",), few=True),
    "country_code": KindSpec(samples=("country_code",), value='"FR"', values=tuple(_COUNTRIES.split())),
    "currency_code": KindSpec(samples=("currency_code",), value='"EUR"', values=tuple(_CURRENCIES.split())),
    "locale_name": KindSpec(samples=("locale_name",), value='"en"', values=tuple(_LOCALES.split())),
    "timezone_name": KindSpec(samples=("timezone_name",), value='"UTC"', values=tuple(_TIMEZONES.split())),
    "unknown": KindSpec(
        few=True,
        candidates=("1", '"a"', '"1"', "{}", "[]", "True", "Use(fake.uuid4, cast_to=None)"),
    ),
}
"""Kind → what is known of it. Of several columns that could keep rows apart the first kind here does."""

PREFERENCE: tuple[ValueKind, ...] = tuple(KINDS)
EMPTY_SAMPLES = {"empty_dict": "Use(dict[str, object])", "empty_list": "Use(list[object])"}
"""Samples of the probe that are of no kind: sample → the only value that is known to be taken."""

_BY_BASE: Mapping[str, ValueKind] = {base: kind for kind, spec in KINDS.items() for base in spec.bases}
_BY_SAMPLE: Mapping[str, ValueKind] = {
    sample: kind for kind, spec in KINDS.items() for sample in spec.samples
}
_BY_PYTHON_TYPE: Mapping[str, ValueKind] = {
    name: kind for kind, spec in KINDS.items() for name in spec.python_types
}
_EXTENSIONS = {name: one for spec in KINDS.values() for name, one in spec.extensions.items()}
# length or precision, then words like VARYING or WITH TIME ZONE; brackets are an array's
_BY_DDL: tuple[tuple[re.Pattern[str], ValueKind], ...] = tuple(
    (re.compile(rf"(?:{'|'.join(spec.ddl)})(?:\s*\([^()]*\))?(?:\s[^\[\]]*)?", re.IGNORECASE), kind)
    for kind, spec in KINDS.items()
    if spec.ddl
)


def kind_of(fact: TypeFact) -> ValueKind:
    """Return the kind that the database stores: ``string``, ``integer``, ``datetime``, …, ``unknown``."""
    if fact.impl is not None:
        return kind_of(fact.impl)
    for base in fact.bases:
        if base in _BY_BASE:
            return _BY_BASE[base]
    return next(iter(kinds_of_ddl(fact.ddl or "")), "unknown")


def kinds_of_ddl(ddl: str) -> tuple[ValueKind, ...]:
    """Return the kinds whose types PostgreSQL calls so: one at most, if the table is as it should be."""
    return tuple(kind for pattern, kind in _BY_DDL if pattern.fullmatch(ddl))


def kind_of_python_type(name: str | None) -> ValueKind:
    """Return the kind that a Python type means where nothing else is known: a short text for most."""
    return _BY_PYTHON_TYPE.get(name or "", "string")


def kind_of_samples(fact: TypeFact) -> ValueKind | None:
    """Return the kind of the first value that a type of the project's own was seen to take.

    Returns:
        None where no value of any kind comes first: only an empty one, or a member of an enum.
    """
    for sample in fact.accepts:
        if sample in EMPTY_SAMPLES:
            return None
        if sample in _BY_SAMPLE:
            return _BY_SAMPLE[sample]
    return None


def value_kind_of(fact: TypeFact) -> ValueKind:
    """Return the kind of value that a factory gives, which a type of the project's own may store as another.

    Returns:
        ``unknown`` where one example is all that is known to be taken.
    """
    stored = kind_of(fact)
    if is_written_as_stored(fact) or is_known_by_ddl(fact):
        return stored
    if fact.example is not None:
        return "string" if fact.numbered else "unknown"
    if any(sample in EMPTY_SAMPLES or sample in _BY_SAMPLE for sample in fact.accepts):
        return kind_of_samples(fact) or "unknown"
    return stored


def is_written_as_stored(fact: TypeFact) -> bool:
    """Tell whether a type of the project's own takes its values as PostgreSQL writes them."""
    return (
        KINDS[kind_of(fact)].as_stored
        and fact.example is not None
        and isinstance(ast.literal_eval(fact.example), str)
    )


def is_known_by_ddl(fact: TypeFact) -> bool:
    """Tell whether the name of the type decides, whatever went through it."""
    return KINDS[kind_of(fact)].ddl_alone and (fact.impl is None or "list_float" in fact.accepts)


def is_number(fact: TypeFact) -> bool:
    """Tell whether a type stores numbers that can be compared and counted."""
    return KINDS[kind_of(fact)].unit == "number"


def extension_of(fact: TypeFact) -> str | None:
    """Return the PostgreSQL extension that brings a type."""
    name = re.match(r"\w*", fact.ddl or "")
    return _EXTENSIONS.get(name.group().upper()) if name else None
