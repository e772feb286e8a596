"""The column types examples are made of, and what is known of each."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from hypothesis import strategies as st

from tcgen.ir.schema import Dialect

Kind = Literal["whole", "number", "text", "enum", "bool", "date", "moment", "other"]


@dataclass(frozen=True)
class Sort:
    """A type.

    Attributes:
        type: Source.
        kind: What a CHECK may ask of it.
        values: How many different values it has; None for plenty, 0 where it cannot be unique.
        size: Most characters of a text; most whole digits of a number.
        default: A Python default, as source.
        server: A server default, as source.
        key: A driver returns a key of this type as it was given, which SQLAlchemy counts on.
        members: Of an enum, what is stored.
    """

    type: str
    kind: Kind = "other"
    values: int | None = None
    size: int | None = None
    default: str | None = None
    server: str | None = None
    key: bool = True
    members: tuple[str, ...] = field(default=())


WHOLE = [
    Sort("_sa.Integer()", "whole", size=9, default="7", server="_sa.text('3')"),
    Sort("_sa.BigInteger()", "whole", size=15, default="7", server="'3'"),
    Sort("_sa.SmallInteger()", "whole", size=4, default="7", server="_sa.text('3')"),
]
FLOATS = [
    Sort("_sa.Float()", "number", size=6, default="1.5", server="'0'"),
    Sort("_sa.Double()", "number", size=6, default="1.5", server="'0'"),
    Sort("_sa.Numeric()", "number", size=9, default="_decimal.Decimal('1.5')"),
    Sort("_pg.REAL()", "number", size=4),
]
TEXTS = [
    Sort("_sa.String()", "text", default="'made'", server="'made'"),
    Sort("_sa.Text()", "text", default="lambda: 'made'", server="''"),
    Sort("_sa.Unicode()", "text"),
    Sort("_pg.CITEXT()", "text"),
]
TIMES = [
    Sort("_sa.Date()", "date", default="_dt.date.today", server="_sa.func.current_date()"),
    Sort("_sa.DateTime()", "moment", default="_dt.datetime.now", server="_sa.func.now()"),
    Sort("_sa.DateTime(timezone=True)", "moment", default="_sa.func.now()", server="_sa.func.now()"),
    Sort("_pg.TIMESTAMP(timezone=True, precision=0)", "moment"),
    Sort("_sa.Time()"),
    Sort("_sa.Time(timezone=True)"),
    Sort("_sa.Interval()"),
]
OTHERS = [
    Sort("_sa.Boolean()", "bool", values=2, default="False", server="_sa.false()"),
    Sort("_sa.Uuid()", default="_uuid.uuid4", server="_sa.func.gen_random_uuid()"),
    Sort("_sa.Uuid(as_uuid=False)", server="_sa.text('gen_random_uuid()')"),
    Sort("_pg.UUID(as_uuid=True)"),
    Sort("_sa.LargeBinary()"),
    Sort("_pg.INET()", key=False),
    Sort("_pg.CIDR()", key=False),
    Sort("_pg.MACADDR()"),
    Sort("_pg.MACADDR8()"),
    Sort("_pg.BIT(16)", key=False),
    Sort("_pg.BIT(varying=True)", key=False),
    Sort("_pg.MONEY()", key=False),
    Sort("_pg.OID()"),
]
NEVER_UNIQUE = [
    Sort("_sa.JSON()", values=0, default="dict", server="'{}'"),
    Sort("_pg.JSONB()", values=0, default="dict"),
    Sort("_pg.JSONB(none_as_null=True)", values=0),
    Sort("_sa.ARRAY(_sa.Integer())", values=0, default="list", server="'{}'"),
    Sort("_pg.ARRAY(_sa.String(3))", values=0),
    Sort("_pg.ARRAY(_sa.Text(), dimensions=2)", values=0),
    Sort("_pg.ARRAY(_sa.Uuid())", values=0),
    Sort("_pg.ARRAY(_sa.Numeric(4, 2))", values=0),
    Sort("_pg.ARRAY(_sa.Enum('new', 'old', name='plain_0'))", values=0),
    Sort("_sa.PickleType()", values=0),
    Sort("Upper()", "text", values=0),
    Sort("Cents()", values=0),
    Sort("_pg.DOMAIN('positive', _sa.Integer(), check='VALUE > 5')", values=0),
    Sort("_pg.HSTORE()", values=0),
    Sort("_pg.TSVECTOR()", values=0),
    Sort("_pg.TSQUERY()", values=0),
    Sort("_pg.REGCLASS()", values=0),
    Sort("_pg.INT4RANGE()", values=0),
    Sort("_pg.INT8RANGE()", values=0),
    Sort("_pg.NUMRANGE()", values=0),
    Sort("_pg.DATERANGE()", values=0),
    Sort("_pg.TSRANGE()", values=0),
    Sort("_pg.TSTZRANGE()", values=0),
    Sort("_pg.INT4MULTIRANGE()", values=0),
    Sort("_pg.DATEMULTIRANGE()", values=0),
]


@st.composite
def _numeric(draw: st.DrawFn) -> Sort:
    precision = draw(st.integers(1, 12))
    scale = draw(st.integers(0, precision))
    return Sort(
        f"_sa.Numeric({precision}, {scale})",
        "number",
        values=10**precision if precision < 4 else None,
        size=precision - scale,
    )


@st.composite
def _sized_text(draw: st.DrawFn) -> Sort:
    size = draw(st.integers(1, 12) | st.sampled_from([20, 50, 255]))
    name = draw(st.sampled_from(["_sa.String", "_sa.Unicode", "_sa.CHAR", "_pg.VARCHAR"]))
    return Sort(f"{name}({size})", "text", size=size, values=36 if size == 1 else None)


def enums(names: dict[str, list[tuple[str, str]]]) -> st.SearchStrategy[Sort]:
    """Types of Python enums (name → members and values), and of plain strings."""

    def made(name: str, form: str) -> Sort:
        members = names[name]
        by_value = "values_callable" in form
        stored = tuple(value if by_value else member for member, value in members)
        return Sort(f"_sa.Enum({name}{form})", "enum", values=len(members), members=stored)

    forms = [
        "",
        ", native_enum=False",
        ", native_enum=False, create_constraint=True",
        ", native_enum=False, values_callable=lambda e: [m.value for m in e]",
    ]
    plain = [("new", "old"), ("a'b", 'c"d', "e f"), ("only",)]
    named = [
        Sort(f"_sa.Enum({', '.join(map(repr, one))}, name='plain_{number}')", "enum", len(one), members=one)
        for number, one in enumerate(plain)
    ]
    return st.sampled_from(named) | st.builds(made, st.sampled_from(sorted(names)), st.sampled_from(forms))


def sorts(names: dict[str, list[tuple[str, str]]], dialect: Dialect) -> st.SearchStrategy[Sort]:
    """Any type that a database has."""
    found = st.one_of(_key_sorts(names), st.sampled_from(OTHERS), st.sampled_from(NEVER_UNIQUE))
    return _of(dialect, found)


def key_sorts(names: dict[str, list[tuple[str, str]]], dialect: Dialect) -> st.SearchStrategy[Sort]:
    """Types of primary keys."""
    found = _key_sorts(names)
    if dialect in ("mysql", "mariadb"):
        found = found.filter(lambda one: one.type not in UNKEYED)
    return _of(dialect, found)


def _of(dialect: Dialect, found: st.SearchStrategy[Sort]) -> st.SearchStrategy[Sort]:
    if dialect == "postgresql":
        return found
    plain = found.filter(lambda one: "_pg." not in one.type and "ARRAY" not in one.type)
    plain = plain.map(lambda one: replace(one, server=None) if "uuid" in str(one.server) else one)
    return plain if dialect == "sqlite" else plain.map(_of_mysql)


def _of_mysql(sort: Sort) -> Sort:
    """Give a text the length that MySQL wants, and none that is too long for a key of several."""
    if sort.type in ("_sa.String()", "_sa.Unicode()"):
        return replace(sort, type=sort.type.replace("()", "(40)"), size=40)
    if sort.size == 255:
        return replace(sort, type=sort.type.replace("255", "60"), size=60)
    if sort.type in UNKEYED:
        return replace(sort, values=0, server=None)
    return replace(sort, server=None) if "current_date" in str(sort.server) else sort


UNKEYED = ("_sa.Text()", "_sa.LargeBinary()")
"""What MySQL has no key of as a whole."""


def _key_sorts(names: dict[str, list[tuple[str, str]]]) -> st.SearchStrategy[Sort]:
    return st.one_of(
        st.sampled_from(WHOLE),
        st.sampled_from(TEXTS),
        _sized_text(),
        st.sampled_from(TIMES),
        _numeric(),
        st.sampled_from(FLOATS),
        enums(names),
        st.sampled_from([one for one in OTHERS if one.key]),
    )
