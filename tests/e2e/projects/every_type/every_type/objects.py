"""Columns of pydantic models, dataclasses and the like."""

import dataclasses
import datetime as dt
import decimal
import re
from typing import Annotated, Any, Literal, NamedTuple

import sqlalchemy as sa
from pydantic import BaseModel, Field, HttpUrl, RootModel, TypeAdapter, field_validator, model_validator
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.types import TypeDecorator

from .base import Base, required, unique
from .plain import Level


class Label(BaseModel):
    tags: list[str] = Field(min_length=1)
    share: float = Field(gt=0, lt=1)

    @field_validator("tags")
    @classmethod
    def known(cls, tags: list[str]) -> list[str]:
        if "x" not in tags[0]:
            raise ValueError("a tag needs an 'x'")
        return tags


class Order(BaseModel):
    number: int
    when: dt.datetime
    day: dt.date
    page: HttpUrl
    colour: Annotated[str, Field(pattern="^#[0-9a-f]{6}$")]
    price: decimal.Decimal = Field(gt=0, max_digits=6, decimal_places=2)
    level: Level
    label: Label
    note: str | None = None

    @model_validator(mode="after")
    def noted(self) -> "Order":
        assert self.note, "orders want a note"
        return self


class Resource(BaseModel):
    labels: dict[str, str]

    @field_validator("labels")
    @classmethod
    def identified(cls, labels: dict[str, str]) -> dict[str, str]:
        if "app.resource.id" not in labels:
            raise ValueError("Resources must include the app.resource.id label")
        return labels


class Dog(BaseModel):
    kind: Literal["dog"]
    tricks: int


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = Field(ge=1, le=9)


class Pydantic(TypeDecorator[Any]):
    """Validates whatever it is given."""

    impl = pg.JSONB
    cache_ok = True

    def __init__(self, annotation: Any) -> None:
        super().__init__()
        self._adapter = TypeAdapter(annotation)
        self.annotation = annotation

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        if value is None:
            return None
        return self._adapter.dump_python(self._adapter.validate_python(value), mode="json")

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        return None if value is None else self._adapter.validate_python(value)


class Model(TypeDecorator[Any]):
    """Takes instances only."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, model: type[BaseModel]) -> None:
        super().__init__()
        self.model = model

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        return None if value is None else value.model_dump_json()

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        return None if value is None else self.model.model_validate_json(value)


class FixedModel(TypeDecorator[Any]):
    impl = sa.JSON
    cache_ok = True

    def process_bind_param(self, value: Dog | None, dialect: Any) -> Any:
        return None if value is None else Dog.model_validate(value).model_dump()

    def process_result_value(self, value: Any, dialect: Any) -> Dog | None:
        return None if value is None else Dog.model_validate(value)


@dataclasses.dataclass
class Point:
    x: int
    y: int
    label: str = "a point"


class PointType(TypeDecorator[Point]):
    impl = sa.JSON
    cache_ok = True

    def process_bind_param(self, value: Point | None, dialect: Any) -> Any:
        return None if value is None else dataclasses.asdict(value)

    def process_result_value(self, value: Any, dialect: Any) -> Point | None:
        return None if value is None else Point(**value)


class Price(NamedTuple):
    amount: int
    currency: str


class PriceType(TypeDecorator[Price]):
    impl = sa.String(20)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        return None if value is None else f"{value.amount} {value.currency}"

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        return None if value is None else Price(int(value.split()[0]), value.split()[1])


class Slug(RootModel[str]):
    root: Annotated[str, Field(pattern=r"^[a-z0-9]([_a-z0-9-]*[a-z0-9])?$")]


class SlugType(TypeDecorator[Slug]):
    impl = sa.String
    cache_ok = True

    def process_bind_param(self, value: Slug | None, dialect: Any) -> str | None:
        assert value is None or isinstance(value, Slug)
        return None if value is None else value.root

    def process_result_value(self, value: Any, dialect: Any) -> Slug | None:
        return None if value is None else Slug.model_validate(value)


class PatternType(TypeDecorator[re.Pattern[str]]):
    impl = sa.String
    cache_ok = True

    def process_bind_param(self, value: re.Pattern[str] | None, dialect: Any) -> str | None:
        if value is not None and not isinstance(value, re.Pattern):
            raise TypeError(f"no pattern: {value!r}")
        return None if value is None else value.pattern

    def process_result_value(self, value: Any, dialect: Any) -> re.Pattern[str] | None:
        return None if value is None else re.compile(value)


class Objects(Base):
    __tablename__ = "objects"
    order = required(Pydantic(Order))
    resource = required(Pydantic(Resource))
    orders = required(Pydantic(list[Order]))
    animal = required(Pydantic(Dog | Cat))
    animals = required(Pydantic(dict[str, Cat]))
    instance = required(Model(Cat))
    nested_instance = required(Model(Order))
    fixed = required(FixedModel)
    point = required(PointType)
    price = required(PriceType)
    pattern = required(PatternType)
    slug = unique(SlugType)
    unique_pattern = unique(PatternType)
