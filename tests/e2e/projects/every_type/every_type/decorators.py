"""Types of the project's own."""

import datetime as dt
import decimal
import enum
import json
import uuid
import zlib
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

from .base import Base, required, unique
from .plain import Colour, Level


class Decorator(TypeDecorator[Any]):
    """None stays None; the rest is for `bound` and `read`."""

    impl: Any = sa.Text
    cache_ok = True

    def bound(self, value: Any) -> Any:
        return value

    def read(self, value: Any) -> Any:
        return value

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        return None if value is None else self.bound(value)

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        return None if value is None else self.read(value)


class UtcDateTime(Decorator):
    impl = sa.DateTime(timezone=True)

    def bound(self, value: dt.datetime) -> dt.datetime:
        if value.tzinfo is None:
            raise ValueError("naive")
        return value


class StoredNaive(Decorator):
    impl = sa.DateTime

    def bound(self, value: dt.datetime) -> dt.datetime:
        assert value.tzinfo is not None
        return value.astimezone(dt.timezone.utc).replace(tzinfo=None)

    def read(self, value: dt.datetime) -> dt.datetime:
        return value.replace(tzinfo=dt.timezone.utc)


class Epoch(Decorator):
    impl = sa.BigInteger

    def bound(self, value: dt.datetime) -> int:
        return int(value.timestamp() * 1000)

    def read(self, value: int) -> dt.datetime:
        return dt.datetime.fromtimestamp(value / 1000, dt.timezone.utc)


class Cents(Decorator):
    impl = sa.Integer

    def bound(self, value: decimal.Decimal) -> int:
        return int((value * 100).to_integral_value())

    def read(self, value: int) -> decimal.Decimal:
        return decimal.Decimal(value) / 100


class CommaSeparated(Decorator):
    def bound(self, value: list[str]) -> str:
        return ",".join(value)

    def read(self, value: str) -> list[str]:
        return value.split(",")


class Digits(Decorator):
    impl = sa.String(50)

    def bound(self, value: list[int]) -> str:
        return " ".join(f"{number:d}" for number in value)

    def read(self, value: str) -> list[int]:
        return [int(part) for part in value.split()]


class BinaryUuid(Decorator):
    impl = sa.LargeBinary(16)

    def bound(self, value: uuid.UUID) -> bytes:
        return value.bytes

    def read(self, value: bytes) -> uuid.UUID:
        return uuid.UUID(bytes=value)


class CharUuid(Decorator):
    impl = sa.CHAR(32)

    def bound(self, value: uuid.UUID) -> str:
        return value.hex

    def read(self, value: str) -> uuid.UUID:
        return uuid.UUID(value)


class PortableUuid(Decorator):
    """Another type for PostgreSQL than for the rest."""

    impl = sa.CHAR(32)

    def load_dialect_impl(self, dialect: Any) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(pg.UUID(as_uuid=True))
        return dialect.type_descriptor(sa.CHAR(32))

    def bound(self, value: uuid.UUID) -> uuid.UUID:
        if not isinstance(value, uuid.UUID):
            raise TypeError(value)
        return value


class TextJson(Decorator):
    def bound(self, value: Any) -> str:
        return json.dumps(value)

    def read(self, value: str) -> Any:
        return json.loads(value)


class CompressedJson(TextJson):
    impl = sa.LargeBinary

    def bound(self, value: Any) -> bytes:
        return zlib.compress(json.dumps(value).encode())

    def read(self, value: bytes) -> Any:
        return json.loads(zlib.decompress(value))


class Settings(Decorator):
    """JSON that has to follow a schema."""

    impl = pg.JSONB

    def bound(self, value: dict[str, Any]) -> dict[str, Any]:
        assert set(value) <= {"theme", "size"}, value
        return value


class EnumByNumber(Decorator):
    impl = sa.Integer

    def __init__(self, members: type[enum.Enum]) -> None:
        super().__init__()
        self._members = members

    def bound(self, value: enum.Enum) -> Any:
        return value.value

    def read(self, value: int) -> enum.Enum:
        return self._members(value)


class FixedColour(TypeDecorator[Colour]):
    impl = sa.String(10)
    cache_ok = True

    def process_bind_param(self, value: Colour | None, dialect: Any) -> str | None:
        return None if value is None else value.value

    def process_result_value(self, value: Any, dialect: Any) -> Colour | None:
        return None if value is None else Colour(value)


class Scrambled(Decorator):
    """Three times as long as what goes in."""

    impl = sa.String(30)

    def bound(self, value: str) -> str:
        return value + "=" * 2 * len(value)

    def read(self, value: str) -> str:
        return value[: len(value) // 3]


class AtMostFive(Decorator):
    impl = sa.String

    def bound(self, value: str) -> str:
        if len(value) > 5:
            raise ValueError("too long")
        return value


class Letters(Decorator):
    def bound(self, value: str) -> str:
        assert value.isalpha(), value
        return value


class Digit(Decorator):
    impl = sa.SmallInteger
    coerce_to_is_types = ()

    def bound(self, value: int) -> int:
        if not 0 <= value < 10:
            raise ValueError(value)
        return value

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        return self.impl


class Code(TypeDecorator[str]):
    """Nothing of its own."""

    impl = sa.String(5)
    cache_ok = True


class Weight:
    def __init__(self, grams: int) -> None:
        self.grams = grams

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Weight) and self.grams == other.grams

    def __hash__(self) -> int:
        return hash(self.grams)


class WeightType(Decorator):
    impl = sa.Integer

    def bound(self, value: Weight) -> int:
        return value.grams

    def read(self, value: int) -> Weight:
        return Weight(value)


class Spec(UserDefinedType[Any]):
    cache_ok = True

    def __init__(self, spec: str) -> None:
        self.spec = spec

    def get_col_spec(self, **_: Any) -> str:
        return self.spec


class UpperSpec(Spec):
    def bind_processor(self, dialect: Any) -> Any:
        return lambda value: value.upper()


class Decorated(Base):
    __tablename__ = "decorated"
    utc = required(UtcDateTime)
    stored_naive = required(StoredNaive)
    epoch = required(Epoch)
    cents = required(Cents)
    comma_separated = required(CommaSeparated)
    digits = required(Digits)
    binary_uuid = required(BinaryUuid)
    char_uuid = required(CharUuid)
    portable_uuid = required(PortableUuid)
    text_json = required(TextJson)
    compressed_json = required(CompressedJson)
    settings = required(Settings)
    enum_by_number = required(EnumByNumber(Level))
    fixed_colour = required(FixedColour)
    scrambled = required(Scrambled)
    at_most_five = required(AtMostFive)
    letters = required(Letters)
    digit = required(Digit)
    code = required(Code)
    weight = required(WeightType)
    several_colours = required(pg.ARRAY(FixedColour))


class DistinctDecorated(Base):
    __tablename__ = "distinct_decorated"
    utc = unique(UtcDateTime)
    epoch = unique(Epoch)
    cents = unique(Cents)
    comma_separated = unique(CommaSeparated)
    char_uuid = unique(CharUuid)
    compressed_json = unique(CompressedJson)
    scrambled = unique(Scrambled)
    at_most_five = unique(AtMostFive)
    weight = unique(WeightType)


class Specs(Base):
    __tablename__ = "specs"
    uuid = required(Spec("UUID"))
    text = required(Spec("VARCHAR(20)"))
    upper = required(UpperSpec("VARCHAR(5)"))
    aware = required(Spec("TIMESTAMP WITH TIME ZONE"))
    number = required(Spec("NUMERIC(3, 1)"))
    box = required(Spec("BOX"))
    point = required(Spec("POINT"))
    line = required(Spec("LINE"))
    path = required(Spec("PATH"))
    polygon = required(Spec("POLYGON"))
    circle = required(Spec("CIRCLE"))
    lsn = required(Spec("PG_LSN"))
