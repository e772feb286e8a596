"""Types of SQLAlchemy's PostgreSQL dialect."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.mutable import MutableDict, MutableList

from .base import Base, required, unique
from .plain import Colour, stored


class Scalars(Base):
    __tablename__ = "scalars"
    inet = required(pg.INET)
    cidr = required(pg.CIDR)
    macaddr = required(pg.MACADDR)
    macaddr8 = required(pg.MACADDR8)
    money = required(pg.MONEY)
    oid = required(pg.OID)
    regclass = required(pg.REGCLASS)
    regconfig = required(pg.REGCONFIG)
    tsvector = required(pg.TSVECTOR)
    tsquery = required(pg.TSQUERY)
    bit = required(pg.BIT)
    bits = required(pg.BIT(4))
    bit_varying = required(pg.BIT(varying=True))
    bits_varying = required(pg.BIT(9, varying=True))
    bytea = required(pg.BYTEA)
    citext = required(pg.CITEXT)
    hstore = required(pg.HSTORE)
    json = required(pg.JSON)
    jsonb = required(pg.JSONB)
    jsonpath = required(pg.JSONPATH)
    uuid = required(pg.UUID)
    uuid_text = required(pg.UUID(as_uuid=False))
    double = required(pg.DOUBLE_PRECISION)
    real = required(pg.REAL)
    enum = required(pg.ENUM("p", "q", name="pq"))
    colour = required(pg.ENUM(Colour, name="pg_colour"))
    variant = required(sa.JSON().with_variant(pg.JSONB(), "postgresql"))
    variant_uuid = required(sa.String(32).with_variant(pg.UUID(as_uuid=True), "postgresql"))
    mutable = required(MutableDict.as_mutable(pg.JSONB()))
    mutable_hstore = required(MutableDict.as_mutable(pg.HSTORE()))


class DistinctScalars(Base):
    __tablename__ = "distinct_scalars"
    inet = unique(pg.INET)
    cidr = unique(pg.CIDR)
    macaddr = unique(pg.MACADDR)
    macaddr8 = unique(pg.MACADDR8)
    money = unique(pg.MONEY)
    bits = unique(pg.BIT(12))
    citext = unique(pg.CITEXT)
    jsonb = unique(pg.JSONB)
    array = unique(pg.ARRAY(sa.Integer))


class Times(Base):
    __tablename__ = "times"
    timestamp = required(pg.TIMESTAMP)
    timestamp_precise = required(pg.TIMESTAMP(timezone=True, precision=0))
    time_precise = required(pg.TIME(precision=3))
    time_aware = required(pg.TIME(timezone=True))
    interval = required(pg.INTERVAL)
    interval_fields = required(pg.INTERVAL(fields="DAY TO SECOND", precision=3))
    interval_months = required(pg.INTERVAL(fields="YEAR TO MONTH"))


class Ranges(Base):
    __tablename__ = "ranges"
    int4 = required(pg.INT4RANGE)
    int8 = required(pg.INT8RANGE)
    num = required(pg.NUMRANGE)
    date = required(pg.DATERANGE)
    ts = required(pg.TSRANGE)
    tstz = required(pg.TSTZRANGE)
    int4s = required(pg.INT4MULTIRANGE)
    int8s = required(pg.INT8MULTIRANGE)
    nums = required(pg.NUMMULTIRANGE)
    dates = required(pg.DATEMULTIRANGE)
    tss = required(pg.TSMULTIRANGE)
    tstzs = required(pg.TSTZMULTIRANGE)


class Arrays(Base):
    __tablename__ = "arrays"
    integers = required(pg.ARRAY(sa.Integer))
    bigs = required(pg.ARRAY(sa.BigInteger))
    floats = required(pg.ARRAY(sa.Float))
    numbers = required(pg.ARRAY(sa.Numeric(8, 2)))
    booleans = required(pg.ARRAY(sa.Boolean))
    short_texts = required(pg.ARRAY(sa.String(5)))
    texts = required(sa.ARRAY(sa.Text))
    table_of_texts = required(pg.ARRAY(sa.Text, dimensions=2))
    cube = required(pg.ARRAY(sa.Integer, dimensions=3))
    as_tuple = required(pg.ARRAY(sa.Integer, as_tuple=True))
    enums = required(pg.ARRAY(sa.Enum("a", "b", name="array_letters")))
    members = required(pg.ARRAY(sa.Enum(Colour, name="array_colour")))
    values = required(pg.ARRAY(sa.Enum(Colour, values_callable=stored, name="array_stored")))
    not_native = required(pg.ARRAY(sa.Enum(Colour, native_enum=False)))
    uuids = required(pg.ARRAY(sa.Uuid))
    uuid_texts = required(pg.ARRAY(pg.UUID(as_uuid=False)))
    moments = required(pg.ARRAY(sa.DateTime))
    aware_moments = required(pg.ARRAY(sa.DateTime(timezone=True)))
    dates = required(pg.ARRAY(sa.Date))
    intervals = required(pg.ARRAY(sa.Interval))
    documents = required(pg.ARRAY(pg.JSONB))
    addresses = required(pg.ARRAY(pg.INET))
    insensitive = required(pg.ARRAY(pg.CITEXT))
    binaries = required(pg.ARRAY(sa.LargeBinary))
    ranges = required(pg.ARRAY(pg.INT4RANGE))
    mutable = required(MutableList.as_mutable(pg.ARRAY(sa.Text)))


ZIP = pg.DOMAIN("us_zip", sa.Text, check=r"VALUE ~ '^\d{5}$'")


class Domains(Base):
    __tablename__ = "domains"
    zip = required(ZIP)
    another_zip = unique(ZIP)
    between = required(pg.DOMAIN("between", sa.Integer, check="VALUE > 100 AND VALUE < 110"))
    share = required(pg.DOMAIN("share", sa.Numeric(5, 2), check=sa.text("VALUE BETWEEN 0 AND 1")))
    mood = required(pg.DOMAIN("mood", sa.String(10), check="VALUE IN ('ok', 'bad')"))
    code = required(pg.DOMAIN("code", sa.String(10), check="char_length(VALUE) = 8"))
    key = required(pg.DOMAIN("key", sa.Uuid))
    never_null = sa.orm.mapped_column(pg.DOMAIN("never_null", sa.Integer, not_null=True))
    aware = required(pg.DOMAIN("aware", sa.DateTime(timezone=True)))
    several = required(pg.ARRAY(pg.DOMAIN("several", sa.Integer, check="VALUE > 5")))
