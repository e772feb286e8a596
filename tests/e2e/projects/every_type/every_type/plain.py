"""SQLAlchemy's generic types and those of the SQL standard."""

import enum

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.ext.mutable import MutableDict, MutableList, MutableSet
from sqlalchemy.orm import synonym

from .base import Base, required, unique


class Colour(enum.Enum):
    RED = "r"
    GREEN = "g"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


def stored(members: type[enum.Enum]) -> list[str]:
    return [str(member.value) for member in members]


class Numbers(Base):
    __tablename__ = "numbers"
    integer = required(sa.Integer)
    small = required(sa.SmallInteger)
    big = required(sa.BigInteger)
    standard_int = required(sa.INT)
    standard_bigint = required(sa.BIGINT)
    standard_smallint = required(sa.SMALLINT)
    number = required(sa.Numeric)
    money = required(sa.Numeric(8, 2))
    as_float = required(sa.Numeric(8, 2, asdecimal=False))
    whole = required(sa.Numeric(3, 0))
    below_one = required(sa.Numeric(5, 5))
    hundreds = required(sa.Numeric(4, -2))
    huge = required(sa.Numeric(38, 18))
    decimal = required(sa.DECIMAL(5, 1))
    floating = required(sa.Float)
    precise = required(sa.Float(53))
    as_decimal = required(sa.Float(24, asdecimal=True))
    double = required(sa.Double)
    double_precision = required(sa.DOUBLE_PRECISION)
    real = required(sa.REAL)
    other_float = required(sa.FLOAT(10))
    boolean = required(sa.Boolean)
    standard_boolean = required(sa.BOOLEAN)
    tiny = required(sa.Integer().with_variant(mysql.TINYINT(), "mysql"))


class DistinctNumbers(Base):
    __tablename__ = "distinct_numbers"
    integer = unique(sa.Integer)
    small = unique(sa.SmallInteger)
    number = unique(sa.Numeric(8, 2))
    below_one = unique(sa.Numeric(5, 5))
    floating = unique(sa.Float)


class Texts(Base):
    __tablename__ = "texts"
    string = required(sa.String)
    one = required(sa.String(1))
    two = required(sa.String(2))
    thirty = required(sa.String(30))
    text = required(sa.Text)
    unicode = required(sa.Unicode(12))
    unicode_text = required(sa.UnicodeText)
    varchar = required(sa.VARCHAR(5))
    char = required(sa.CHAR)
    char_eight = required(sa.CHAR(8))
    nchar = required(sa.NCHAR(4))
    binary = required(sa.LargeBinary)
    short_binary = required(sa.LargeBinary(4))
    uuid = required(sa.Uuid)
    uuid_text = required(sa.Uuid(as_uuid=False))
    uuid_upper = required(sa.UUID)
    uuid_upper_text = required(sa.UUID(as_uuid=False))
    uuid_as_char = required(sa.Uuid(native_uuid=False))
    mysql_text = required(mysql.VARCHAR(20, charset="utf8mb4"))


class DistinctTexts(Base):
    __tablename__ = "distinct_texts"
    text = unique(sa.Text)
    three = unique(sa.String(3))
    thirty = unique(sa.String(30))
    char = unique(sa.CHAR(6))
    binary = unique(sa.LargeBinary)
    uuid = unique(sa.Uuid)


class Moments(Base):
    __tablename__ = "moments"
    naive = required(sa.DateTime)
    aware = required(sa.DateTime(timezone=True))
    timestamp = required(sa.TIMESTAMP)
    timestamp_aware = required(sa.TIMESTAMP(timezone=True))
    date = required(sa.Date)
    time = required(sa.Time)
    time_aware = required(sa.Time(timezone=True))
    interval = required(sa.Interval)
    interval_second = required(sa.Interval(second_precision=3))
    interval_as_date = required(sa.Interval(native=False))
    sqlite_date = required(sa.Date().with_variant(sqlite.DATE(), "sqlite"))


class DistinctMoments(Base):
    __tablename__ = "distinct_moments"
    naive = unique(sa.DateTime)
    aware = unique(sa.DateTime(timezone=True))
    date = unique(sa.Date)
    time = unique(sa.Time)
    interval = unique(sa.Interval)


class Enums(Base):
    __tablename__ = "enums"
    strings = required(sa.Enum("a", "b", name="letters"))
    hostile = required(sa.Enum("it's", '"; import os', "two words", name="hostile"))
    members = required(sa.Enum(Colour))
    values = required(sa.Enum(Colour, values_callable=stored, name="stored"))
    numbers = required(sa.Enum(Level))
    checked = required(sa.Enum(Colour, native_enum=False, length=20, create_constraint=True, name="checked"))
    inherited = required(sa.Enum("x", "y", name="inherited", inherit_schema=True))
    elsewhere = synonym("members")


class Documents(Base):
    __tablename__ = "documents"
    json = required(sa.JSON)
    no_null = required(sa.JSON(none_as_null=True))
    pickled = required(sa.PickleType)
    mutable_dict = required(MutableDict.as_mutable(sa.JSON()))
    mutable_list = required(MutableList.as_mutable(sa.JSON()))
    mutable_set = required(MutableSet.as_mutable(sa.PickleType()))
    pickled_list = required(MutableList.as_mutable(sa.PickleType()))
