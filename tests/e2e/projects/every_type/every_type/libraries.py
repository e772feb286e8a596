"""Types of libraries."""

import enum
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
import sqlalchemy_utils as utils
from advanced_alchemy.types import (
    GUID,
    BigIntIdentity,
    DateTimeUTC,
    EncryptedString,
    EncryptedText,
    PasswordHash,
)
from advanced_alchemy.types.password_hash.base import HashingBackend
from pgvector.sqlalchemy import BIT, HALFVEC, SPARSEVEC, Vector
from pydantic import EmailStr
from sqlmodel import AutoString, Field, SQLModel

from .base import Base, required, unique
from .plain import Colour


class Size(enum.Enum):
    SMALL = 1
    LARGE = 2


class Utils(Base):
    __tablename__ = "utils"
    arrow = required(utils.ArrowType)
    arrow_aware = required(utils.ArrowType(timezone=True))
    choice = required(utils.ChoiceType([("a", "Admin"), ("u", "User")]))
    choice_number = required(utils.ChoiceType([(1, "one"), (2, "two")], impl=sa.Integer()))
    choice_enum = required(utils.ChoiceType(Colour, impl=sa.String(5)))
    choice_size = required(utils.ChoiceType(Size, impl=sa.Integer()))
    colour = required(utils.ColorType)
    country = required(utils.CountryType)
    currency = required(utils.CurrencyType)
    email = required(utils.EmailType)
    address = required(utils.IPAddressType)
    json = required(utils.JSONType)
    locale = required(utils.LocaleType)
    path = required(utils.LtreeType)
    phone = required(utils.PhoneNumberType(region="GB"))
    tags = required(utils.ScalarListType)
    numbers = required(utils.ScalarListType(int))
    timezone = required(utils.TimezoneType(backend="zoneinfo"))
    url = required(utils.URLType)
    uuid = required(utils.UUIDType)
    uuid_char = required(utils.UUIDType(binary=False, native=False))
    days = required(utils.WeekDaysType)
    search = required(utils.TSVectorType)
    secret = required(utils.StringEncryptedType(sa.Unicode, "key"))
    secret_number = required(utils.StringEncryptedType(sa.Integer, "key"))
    secret_moment = required(utils.StringEncryptedType(sa.DateTime, "key"))
    short_secret = required(utils.StringEncryptedType(sa.Unicode, "key", length=60))
    binary_secret = required(utils.EncryptedType(sa.Unicode, "key"))
    password = required(utils.PasswordType(schemes=["hex_sha256"]))
    dates = required(utils.DateRangeType)
    moments = required(utils.DateTimeRangeType)
    integers = required(utils.IntRangeType)
    bigs = required(utils.Int8RangeType)
    decimals = required(utils.NumericRangeType)


class DistinctUtils(Base):
    __tablename__ = "distinct_utils"
    email = unique(utils.EmailType)
    phone = unique(utils.PhoneNumberType)
    url = unique(utils.URLType)
    uuid = unique(utils.UUIDType)
    arrow = unique(utils.ArrowType)
    secret = unique(utils.StringEncryptedType(sa.Unicode, "key"))
    address = unique(utils.IPAddressType)


class Vectors(Base):
    __tablename__ = "vectors"
    vector = required(Vector(3))
    any_size = required(Vector)
    half = required(HALFVEC(4))
    bits = required(BIT(5))
    sparse = required(SPARSEVEC(6))


class Plain(HashingBackend):
    def hash(self, value: str | bytes) -> str:
        return f"hashed {value!r}"

    def verify(self, plain: str | bytes, hashed: str) -> bool:
        return self.hash(plain) == hashed

    def needs_rehash(self, hashed: str) -> bool:
        return False

    def compare_expression(
        self, column: sa.ColumnElement[str], plain: str | bytes
    ) -> sa.ColumnElement[bool]:
        return column == self.hash(plain)


class Advanced(Base):
    __tablename__ = "advanced"
    guid = required(GUID)
    guid_char = required(GUID(binary=False))
    big = required(BigIntIdentity)
    utc = required(DateTimeUTC(timezone=True))
    secret = required(EncryptedString(key="secret"))
    long_secret = required(EncryptedText(key="secret"))
    password = required(PasswordHash(backend=Plain()))


class Hero(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str
    email: EmailStr = Field(sa_type=AutoString, unique=True)
    code: str = Field(max_length=4)
    salary: Decimal = Field(max_digits=6, decimal_places=2)
    key: UUID
    size: Size
    tags: list[str] = Field(sa_type=sa.JSON)
