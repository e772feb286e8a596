"""What is said of types, columns, constraints and mapped classes."""

from __future__ import annotations

import pytest

from tcgen.ir.schema import ColumnFact, Schema

from .conftest import Inspect, mapper, table

MODELS = """
    import datetime, decimal, enum, json, uuid
    import sqlalchemy as sa
    from sqlalchemy.dialects import postgresql as pg
    from sqlalchemy.ext.associationproxy import association_proxy
    from sqlalchemy.ext.hybrid import hybrid_property
    from sqlalchemy.orm import DeclarativeBase, Mapped, composite, mapped_column, relationship, synonym, validates

    class Colour(enum.Enum):
        RED = "r"
        BLUE = "b"

    class EnumAsString(sa.types.TypeDecorator):
        impl = sa.String(10)
        cache_ok = True
        def __init__(self, enum_class):
            super().__init__()
            self.enum_class_ = enum_class
        def process_bind_param(self, value, dialect):
            return None if value is None else value.name
        def process_result_value(self, value, dialect):
            return None if value is None else self.enum_class_[value]

    class Utc(sa.types.TypeDecorator):
        impl = sa.DateTime(timezone=True)
        cache_ok = True
        def process_bind_param(self, value, dialect):
            if value is not None and value.tzinfo is None:
                raise ValueError("naive")
            return value

    class Json(sa.types.TypeDecorator):
        impl = sa.Text
        cache_ok = True
        def process_bind_param(self, value, dialect):
            return json.dumps(value)
        def process_result_value(self, value, dialect):
            return json.loads(value)

    class Base(DeclarativeBase):
        pass

    class Hundredth:
        def __init__(self, percent):
            self.percent = percent
        def __composite_values__(self):
            return (self.percent,)

    class Everything(Base):
        __tablename__ = "everything"
        id: Mapped[int] = mapped_column(sa.Identity(always=True), primary_key=True)
        name: Mapped[str] = mapped_column(sa.String(30), default="x", comment="a name")
        price: Mapped[decimal.Decimal] = mapped_column(sa.Numeric(8, 2), server_default=sa.text("0"))
        colour: Mapped[Colour]
        stored: Mapped[Colour] = mapped_column(sa.Enum(Colour, values_callable=lambda e: [m.value for m in e]))
        tags: Mapped[list[str]] = mapped_column(pg.ARRAY(sa.String(5), dimensions=2))
        data: Mapped[dict] = mapped_column(sa.JSON().with_variant(pg.JSONB(), "postgresql"))
        when: Mapped[datetime.datetime] = mapped_column(Utc, default=lambda: None)
        mode = mapped_column(EnumAsString(Colour))
        blob = mapped_column(Json)
        uid: Mapped[uuid.UUID]
        double: Mapped[int] = mapped_column(sa.Computed("id * 2"))
        percent = mapped_column(sa.Integer)
        __table_args__ = (
            sa.CheckConstraint("percent % 10 = 0", name="tens"),
            sa.UniqueConstraint("name", "price"),
            sa.Index("lower_name", sa.func.lower(name), unique=True, postgresql_where=sa.text("percent > 0")),
        )
        @validates("name")
        def check_name(self, key, value):
            return value
        label = synonym("name")
        hundredth = composite(Hundredth, "percent")
        alias = property(lambda self: self.name, lambda self, value: setattr(self, "name", value))
        read_only = property(lambda self: self.name)
        @hybrid_property
        def shout(self):
            return self.name
        @shout.setter
        def shout(self, value):
            self.name = value

    class Animal(Base):
        __tablename__ = "animals"
        id: Mapped[int] = mapped_column(primary_key=True)
        kind: Mapped[str]
        parent_id = mapped_column(sa.ForeignKey("animals.id", deferrable=True, initially="DEFERRED"))
        parent: Mapped["Animal"] = relationship(remote_side=[id])
        parent_kind = association_proxy("parent", "kind")
        __mapper_args__ = {"polymorphic_on": "kind"}
    class Dog(Animal):
        __tablename__ = "dogs"
        id: Mapped[int] = mapped_column(sa.ForeignKey("animals.id"), primary_key=True)
        bark: Mapped[str]
        __mapper_args__ = {"polymorphic_identity": "dog"}
    class Custom(Base):
        __tablename__ = "custom"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str]
        __mapper_args__ = {"version_id_col": id}
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
    class Refusing(Base):
        __tablename__ = "refusing"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str]
        def __init__(self, **kwargs):
            self.name = "always"
"""


@pytest.fixture
def schema(inspect: Inspect) -> Schema:
    return inspect({"shop/models.py": MODELS})


def test_columns_and_types(schema: Schema) -> None:
    columns: dict[str, ColumnFact] = {c.name: c for c in table(schema, "everything").columns}

    assert columns["id"].identity == "always" and columns["id"].autoincrement
    assert (columns["name"].type.length, columns["name"].default) == (30, "scalar")
    assert columns["name"].comment == "a name"
    assert (columns["price"].type.precision, columns["price"].type.scale) == (8, 2)
    assert columns["price"].server_default == "0"
    assert columns["when"].default == "callable"
    assert columns["double"].computed and columns["double"].server_default is None
    assert columns["data"].type.name == "JSONB" and columns["data"].type.ddl == "JSONB"
    assert columns["data"].type.bases[:2] == ("JSONB", "JSON")
    tags = columns["tags"].type
    assert tags.dimensions == 2 and tags.item is not None and tags.item.length == 5
    assert columns["uid"].type.as_uuid is True


def test_enums(schema: Schema) -> None:
    columns = {c.name: c.type.enum for c in table(schema, "everything").columns}

    for name, values in (("colour", ("RED", "BLUE")), ("stored", ("r", "b")), ("mode", ("RED", "BLUE"))):
        enum = columns[name]
        assert enum is not None and enum.cls is not None
        assert (enum.values, enum.members, enum.cls.dotted) == (values, ("RED", "BLUE"), "shop.models.Colour")
    assert columns["colour"] is not None and columns["colour"].name == "colour"


def test_trial_binds_of_types_of_the_projects_own(schema: Schema) -> None:
    columns = {c.name: c.type for c in table(schema, "everything").columns}

    assert columns["when"].accepts == ("datetime_aware",)
    assert columns["mode"].accepts[0] == "enum_member"
    assert columns["blob"].accepts[0] == "dict"
    assert columns["when"].impl is not None and columns["when"].impl.timezone
    assert columns["name"].accepts == ()


def test_constraints(schema: Schema) -> None:
    everything = table(schema, "everything")

    assert [(c.name, c.sql) for c in everything.checks] == [("tens", "percent % 10 = 0")]
    plain, functional = everything.uniques
    assert plain.columns == ("name", "price")
    assert (functional.columns, functional.expressions, functional.where) == (
        ("name",),
        ("lower(name)",),
        "percent > 0",
    )
    (key,) = table(schema, "animals").foreign_keys
    assert (key.columns, key.target, key.deferrable, key.initially_deferred) == (
        ("parent_id",),
        "animals",
        True,
        True,
    )


def test_inheritance_and_relationships(schema: Schema) -> None:
    animal, dog = mapper(schema, "Animal"), mapper(schema, "Dog")

    assert animal.abstract and animal.discriminator == "kind"
    assert not dog.abstract and dog.polymorphic_identity == "'dog'"
    assert dog.tables == ("animals", "dogs") and dog.table == "dogs"
    assert dog.inherits is not None and dog.inherits.qualname == "Animal"
    assert {a.key: a.columns for a in dog.attributes}["id"] == (("dogs", "id"), ("animals", "id"))
    (parent,) = animal.relationships
    assert parent.pairs == (("parent_id", "id"),) and not parent.uselist
    assert mapper(schema, "Everything").validators == ("name",)
    assert mapper(schema, "Everything").indirect == ("alias", "hundredth", "label", "shout")
    assert animal.indirect == ("parent_kind",)


def test_constructors(schema: Schema) -> None:
    kinds = {m.cls.qualname: (m.constructor.kind, m.constructor.calls_default) for m in schema.mappers}

    assert kinds["Everything"] == ("declarative", False)
    assert kinds["Custom"] == ("custom", True)
    assert kinds["Refusing"] == ("custom", False)
    assert mapper(schema, "Custom").version_id == "id"


PYDANTIC = """
    import enum
    import sqlalchemy as sa
    from pydantic import BaseModel, TypeAdapter, model_validator
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
    class Base(DeclarativeBase):
        pass
    class Point(BaseModel):
        x: int
        y: int
    class Shape(BaseModel):
        points: list[Point]
        colour: str | None = None
        @model_validator(mode="after")
        def some_colour(self):
            assert self.colour, "a colour is needed"
            return self
    class Document(sa.types.TypeDecorator):
        impl = sa.JSON
        cache_ok = True
        def __init__(self, model):
            super().__init__()
            self._model = TypeAdapter(model)
            self.model_ = model
        def process_bind_param(self, value, dialect):
            return self._model.dump_python(self._model.validate_python(value), mode="json")
        def process_result_value(self, value, dialect):
            return self._model.validate_python(value)
    class Drawing(Base):
        __tablename__ = "drawings"
        id: Mapped[int] = mapped_column(primary_key=True)
        start = mapped_column(Document(Point))
        shape = mapped_column(Document(Shape))
"""


def test_documents_for_columns_of_pydantic_models(inspect: Inspect) -> None:
    columns = {c.name: c.type for c in table(inspect({"shop/models.py": PYDANTIC}), "drawings").columns}

    assert columns["start"].accepts == ()
    assert columns["start"].example == "{'x': 1, 'y': 1}"
    assert columns["shape"].example == "{'points': [], 'colour': 'text'}"
    assert columns["start"].not_null


INSTANCES = """
    from typing import Optional, Union
    import sqlalchemy as sa
    from pydantic import BaseModel, TypeAdapter
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
    class Base(DeclarativeBase):
        pass
    class Point(BaseModel):
        x: int
    class Line(BaseModel):
        ends: list[Point]
    class OfUnion(sa.types.TypeDecorator):
        impl = sa.JSON
        cache_ok = True
        def process_bind_param(self, value: "Optional[Union[Line, Point]]", dialect):
            assert isinstance(value, (Line, Point))
            return value.model_dump()
    def of(model):
        class Document(sa.types.TypeDecorator):
            impl = sa.JSON
            cache_ok = True
            def bind_processor(self, dialect):
                return lambda value: value if value is None else self._dumped(value)
            def _dumped(self, value):
                return TypeAdapter(model).validate_python(value).model_dump()
        return Document
    def dumped(shape):
        if not isinstance(shape, Point):
            raise ValueError(shape)
        return shape.model_dump()
    class Helped(sa.types.TypeDecorator):
        impl = sa.JSON
        cache_ok = True
        def process_bind_param(self, value, dialect):
            return dumped(value)
    class Drawing(Base):
        __tablename__ = "drawings"
        id: Mapped[int] = mapped_column(primary_key=True)
        end = mapped_column(Helped)
        shape = mapped_column(OfUnion)
        start = mapped_column(of(Point))
"""


def test_instances_of_pydantic_models_that_only_methods_name(inspect: Inspect) -> None:
    columns = {c.name: c.type for c in table(inspect({"shop/models.py": INSTANCES}), "drawings").columns}

    shape, start = columns["shape"], columns["start"]
    assert shape.built is not None and shape.built.dotted == "shop.models.Line"
    assert (shape.built_by, shape.example, shape.not_null) == ("validated", "{'ends': []}", True)
    assert (start.example, start.not_null) == ("{'x': 1}", False)
    end = columns["end"]
    assert end.built is not None and (end.built.dotted, end.example) == ("shop.models.Point", "{'x': 1}")


PICKY = """
    import enum
    import sqlalchemy as sa
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
    class Base(DeclarativeBase):
        pass
    class Mode(enum.Enum):
        TEXT = "text"
        OTHER = "other"
    class OneText(sa.types.TypeDecorator):
        impl = sa.String
        cache_ok = True
        def process_bind_param(self, value, dialect):
            if value != "text":
                raise ValueError(value)
            return value
    class OneMode(OneText):
        impl = sa.Enum("text", "other", name="mode")
        modes = Mode
    class Unread(OneText):
        def process_result_value(self, value, dialect):
            raise ValueError(value)
    class Path(sa.types.UserDefinedType):
        cache_ok = True
        def get_col_spec(self, **_):
            return "LTREE"
        def bind_processor(self, dialect):
            return lambda value: value.replace("/", ".")
    class Thing(Base):
        __tablename__ = "things"
        id: Mapped[int] = mapped_column(primary_key=True)
        one = mapped_column(OneText)
        mode = mapped_column(OneMode)
        unread = mapped_column(Unread)
        path = mapped_column(Path)
"""


def test_a_sample_that_went_through_alone_is_an_example_and_no_kind(inspect: Inspect) -> None:
    columns = {c.name: c.type for c in table(inspect({"shop/models.py": PICKY}), "things").columns}

    for name in ("one", "mode", "unread"):
        assert (columns[name].accepts, columns[name].example) == ((), "'text'")
    assert columns["path"].example == "'top.branch'"
    assert "as_stored" not in columns["path"].accepts


def test_a_unique_column_that_is_computed_is_what_it_is_made_of(inspect: Inspect) -> None:
    models = """
        import sqlalchemy as sa
        from sqlalchemy.orm import declarative_base

        Base = declarative_base()

        class Molecule(Base):
            __tablename__ = "molecule"
            id = sa.Column(sa.Integer, primary_key=True)
            name = sa.Column(sa.String(100), nullable=False)
            lname = sa.Column(sa.String(100), sa.Computed("LOWER(name)", persisted=True), nullable=False)
            __table_args__ = (sa.UniqueConstraint("lname"),)
    """
    schema = inspect({"shop/__init__.py": "", "shop/models.py": models})
    (unique,) = schema.tables[0].uniques
    assert (unique.columns, unique.expressions) == (("name",), ("LOWER(name)",))
