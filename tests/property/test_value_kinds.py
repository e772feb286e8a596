"""Every kind of value, the whole way: 25 rows of a UNIQUE column of it in a real PostgreSQL, all different.

Where PostgreSQL has no order for a type its column is not UNIQUE, and the values have to differ all the same.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
import sqlalchemy_utils as utils
from pgvector.sqlalchemy import BIT, HALFVEC, SPARSEVEC, Vector
from property_run import Bench
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType
from tests.unit.plan.plan_builders import column, factories, fields_of, key, mapper, table, values_of

from tcgen.introspect.probe import entry
from tcgen.ir.plan import FactoryPlan
from tcgen.ir.schema import TypeFact
from tcgen.plan.constraints.regex import spelled
from tcgen.plan.constraints.value_kinds import KINDS, ValueKind, kind_of, value_kind_of

ROWS = 25
EXTENSIONS = ("citext", "hstore", "ltree", "vector")
WITHOUT_ORDER = {"point", "line", "box", "polygon", "circle", "xml", "jsonpath"}
# the server of the tests has neither PostGIS nor libxml: these values are compared in Python
WITHOUT_SERVER = {"geometry", "raster", "xml"}
# in an array that does not say how deep it is, SQLAlchemy takes a list for one more dimension
LISTS = {"multirange", "vector"}
# MySQL alone has a SET
UNCOUNTED = {"members", "unknown"}


class Named(UserDefinedType[Any]):
    """A type that SQLAlchemy has no class for."""

    cache_ok = True

    def __init__(self, name: str) -> None:
        self.name = name

    def get_col_spec(self, **_: object) -> str:
        return self.name


class Only(TypeDecorator[Any]):
    """Takes what a test lets through and stores it as text, as types of a project's own do."""

    impl = sa.Text
    cache_ok = False

    def __init__(self, takes: Callable[[Any], Any]) -> None:
        super().__init__()
        self.takes = takes

    def process_bind_param(self, value: Any, dialect: Any) -> str:
        if not self.takes(value):
            raise ValueError(value)
        return repr(value)


def text(pattern: str) -> Only:
    return Only(lambda value: isinstance(value, str) and re.fullmatch(pattern, value))


def items(cls: type, of: type) -> Only:
    return Only(lambda value: type(value) is cls and value and all(type(one) is of for one in value))


TYPES: dict[ValueKind, list[TypeEngine[Any]]] = {
    "string": [sa.Text(), sa.String(3), sa.CHAR(6), pg.CITEXT()],
    "uuid": [sa.Uuid()],
    "integer": [sa.Integer(), sa.SmallInteger(), sa.BigInteger(), pg.OID()],
    "datetime": [sa.DateTime()],
    "numeric": [sa.Numeric(8, 2), sa.Numeric()],
    "inet": [pg.INET()],
    "date": [sa.Date()],
    "float": [sa.Float(), pg.REAL(), sa.Double()],
    "bytes": [sa.LargeBinary()],
    "interval": [sa.Interval()],
    "cidr": [pg.CIDR()],
    "macaddr": [pg.MACADDR()],
    "macaddr8": [pg.MACADDR8()],
    "time": [sa.Time(), sa.Time(timezone=True)],
    "money": [pg.MONEY()],
    "bit": [pg.BIT(12), pg.BIT(5), pg.BIT(varying=True), BIT(12)],
    "json": [pg.JSONB()],
    "range": [
        *(pg.INT4RANGE(), pg.INT8RANGE(), pg.NUMRANGE(), pg.DATERANGE(), pg.TSRANGE(), pg.TSTZRANGE()),
        *(utils.IntRangeType(), utils.Int8RangeType(), utils.NumericRangeType(), utils.DateRangeType()),
        utils.DateTimeRangeType(),
    ],
    "multirange": [
        *(pg.INT4MULTIRANGE(), pg.INT8MULTIRANGE(), pg.NUMMULTIRANGE()),
        *(pg.DATEMULTIRANGE(), pg.TSMULTIRANGE(), pg.TSTZMULTIRANGE()),
    ],
    "hstore": [pg.HSTORE()],
    "ltree": [Named("LTREE"), utils.LtreeType()],
    "lsn": [Named("PG_LSN")],
    "xid": [Named("XID8")],
    "regclass": [pg.REGCLASS()],
    "regconfig": [pg.REGCONFIG()],
    "tsvector": [pg.TSVECTOR()],
    "tsquery": [pg.TSQUERY()],
    "vector": [Vector(3), Vector(1), Vector(2), Vector(), HALFVEC(4), SPARSEVEC(6)],
    "geometry": [
        *(
            Named(f"geometry({shape}{axes},4326)")
            for axes in ("", "Z", "ZM")
            for shape in ("POINT", "POLYGON")
        ),
        *(Named(f"geography({shape},4326)") for shape in ("LINESTRING", "MULTIPOINT", "MULTIPOLYGON")),
        *(Named(f"geometry({shape})") for shape in ("CIRCULARSTRING", "GEOMETRYCOLLECTION")),
    ],
    "raster": [Named("raster")],
    "xml": [Named("XML")],
    "jsonpath": [pg.JSONPATH()],
    "point": [Named("POINT")],
    "line": [Named("LINE")],
    "box": [Named("BOX"), Named("LSEG")],
    "polygon": [Named("POLYGON"), Named("PATH")],
    "circle": [Named("CIRCLE")],
    "datetime_aware": [sa.DateTime(timezone=True), utils.ArrowType(timezone=True)],
    "uuid_str": [sa.Uuid(as_uuid=False), text(r"[0-9a-f]{8}-[0-9a-f-]{27}")],
    "uuid_hex": [text(r"[0-9a-f]{32}")],
    "json_str": [text(r"\{.*\}")],
    "email": [text(r".+@.+\..+")],
    "url": [text(r"https?://.+")],
    "phone": [utils.PhoneNumberType(), text(r"\+\d{11}")],
    "colour": [text(r"#[0-9a-f]{6}")],
    "ip_address": [utils.IPAddressType()],
    "pattern": [Only(lambda value: isinstance(value, re.Pattern))],
    "list_str": [items(list, str)],
    "list_int": [items(list, int)],
    "list_float": [items(list, float)],
    "list_dict": [items(list, dict)],
    "set": [items(set, str)],
    "tuple": [items(tuple, str)],
    "country_code": [utils.CountryType()],
    "currency_code": [utils.CurrencyType()],
    "locale_name": [utils.LocaleType()],
    "timezone_name": [utils.TimezoneType(backend="zoneinfo")],
    "bool": [sa.Boolean(), Only(lambda value: isinstance(value, bool))],
    "enum": [sa.Enum("a", "b", "c", name="letters")],
}
ELEMENTS = {kind: of[0] for kind, of in TYPES.items() if kind not in WITHOUT_ORDER | WITHOUT_SERVER}
TYPES["array"] = [
    *(
        pg.ARRAY(one, dimensions=1 if kind in LISTS else None)
        for kind, one in ELEMENTS.items()
        if not isinstance(one, TypeDecorator)
    ),
    *(pg.ARRAY(one) for one in (sa.Enum("a", name="single"), pg.BIT(1), sa.String(1), utils.CountryType())),
    *(pg.ARRAY(one, dimensions=2) for one in (sa.Integer(), sa.Boolean())),
    pg.ARRAY(pg.DOMAIN("large", sa.Integer, check="VALUE > 5")),
]
ALL = [(kind, one) for kind, of in TYPES.items() for one in of]
FEWER = {"bool": 2, "enum": 3}


def described(one: TypeEngine[Any]) -> str:
    name = type(one).__name__ if isinstance(one, TypeDecorator) else one.compile(dialect=pg.dialect())
    return name if not isinstance(one, pg.ARRAY) else f"{name}-{described(one.item_type)}"


def fact_of(bench: Bench, type_: TypeEngine[Any]) -> TypeFact:
    types = importlib.import_module(f"{entry.NAME}.column_types.type_facts")
    return TypeFact.model_validate(types.type_fact(type_))


def planned(fact: TypeFact) -> FactoryPlan:
    things = table("things", key(), column("value", fact), uniques=["value"])
    return factories([things], [mapper("Thing", things)])["Thing"]


def made(plan: FactoryPlan) -> list[Any]:
    scope: dict[str, Any] = {"spelled": spelled}
    for line in plan.imports:
        if line.startswith("from ") and not line.startswith(("from .", "from app.", "from polyfactory ")):
            exec(line, scope)
    return values_of(fields_of(plan)["value"], plan.most_rows or ROWS, **scope)


@pytest.fixture(scope="module")
def engine(bench: Bench) -> Iterator[sa.Engine]:
    """A database with the extensions that the server has."""
    with bench.database("value_kinds") as url:
        made = sa.create_engine(url.set(drivername="postgresql+psycopg"))
        with made.begin() as connection:
            for one in EXTENSIONS:
                connection.exec_driver_sql(f"CREATE EXTENSION {one}")
        yield made
        made.dispose()


def stored(engine: sa.Engine, type_: TypeEngine[Any], values: list[Any], *, unique: bool) -> list[str]:
    """Insert the values and return them as PostgreSQL writes them."""
    things = sa.Table("things", sa.MetaData(), sa.Column("value", type_, nullable=False, unique=unique))
    with engine.connect() as connection, connection.begin() as transaction:
        things.create(connection)
        for value in values:
            connection.execute(things.insert().values(value=value))
        found = connection.execute(sa.text("SELECT value::text FROM things")).scalars().all()
        transaction.rollback()
    return list(found)


def test_every_kind_has_a_type() -> None:
    assert set(TYPES) == set(KINDS) - UNCOUNTED


@pytest.mark.parametrize(("kind", "type_"), ALL, ids=[f"{kind}-{described(one)}" for kind, one in ALL])
def test_rows_of_a_unique_column_differ(
    bench: Bench, engine: sa.Engine, kind: ValueKind, type_: TypeEngine[Any]
) -> None:
    fact = fact_of(bench, type_)
    plain = {"datetime_aware": "datetime", "uuid_str": "uuid"}.get(kind, kind)
    assert kind in (value_kind_of(fact), kind_of(fact)) or plain == value_kind_of(fact)
    plan = planned(fact)
    assert plan.most_rows == FEWER.get(kind)
    values = made(plan)
    if kind in WITHOUT_SERVER:
        found = [str(_bound(value)) for value in values]
    else:
        found = stored(engine, type_, values, unique=kind not in WITHOUT_ORDER)
    assert len(set(found)) == len(found) == FEWER.get(kind, ROWS)


def _bound(value: Any) -> object:
    return value.compile(compile_kwargs={"literal_binds": True}) if hasattr(value, "compile") else value


@pytest.mark.parametrize(("size", "rows"), [(1, 2), (4, 16)])
def test_bits_go_round_what_they_can_hold(bench: Bench, engine: sa.Engine, size: int, rows: int) -> None:
    plan = planned(fact_of(bench, pg.BIT(size)))
    assert plan.most_rows == rows
    assert len(set(stored(engine, pg.BIT(size), made(plan), unique=True))) == rows
