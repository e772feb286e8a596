"""Values of kinds that applications have and that no type or simple CHECK tells."""

from __future__ import annotations

from pathlib import Path

import pytest
from e2e_support import init, pytest_in, write

pytestmark = pytest.mark.e2e

PYPROJECT = """
    [project]
    name = "fleet"
    version = "0.1"
    requires-python = ">=3.10"
    dependencies = ["sqlalchemy>=2", "psycopg[binary]"REQUIREMENTS]
"""
MODELS = """
    import uuid

    from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Integer, String, UniqueConstraint
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, validates


    class Base(DeclarativeBase):
        pass


    class Vehicle(Base):
        \"\"\"How many wheels it has depends on what it is.\"\"\"

        __tablename__ = "vehicle"
        __table_args__ = (
            CheckConstraint(
                "CASE kind WHEN 1 THEN wheels = 4 AND load IS NULL WHEN 2 THEN wheels = 2 AND load IS NULL"
                " WHEN 3 THEN wheels = 6 AND load > 3 ELSE false END"
            ),
        )
        id: Mapped[int] = mapped_column(primary_key=True)
        kind: Mapped[int]
        wheels: Mapped[int]
        load: Mapped[int | None]
        size: Mapped[str]
        __mapper_args__ = {"polymorphic_on": "kind"}
        SIZES: tuple[str, ...] = ()

        @validates("size")
        def known(self, key, value):
            if value not in self.SIZES:
                raise ValueError(f"a {type(self).__name__} is one of {', '.join(self.SIZES)}")
            return value


    class Car(Vehicle):
        __mapper_args__ = {"polymorphic_identity": 1}
        SIZES = ("small", "large")


    class Bike(Vehicle):
        __mapper_args__ = {"polymorphic_identity": 2}
        SIZES = ("26", "28")


    class Truck(Vehicle):
        __mapper_args__ = {"polymorphic_identity": 3}
        SIZES = ("7.5t", "40t")


    class Person(Base):
        __tablename__ = "person"
        id: Mapped[int] = mapped_column(primary_key=True)


    class Licence(Base):
        __tablename__ = "licence"
        person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
        person: Mapped[Person] = relationship()


    class Permit(Base):
        \"\"\"Its key leads to a column that is a key to another table itself.\"\"\"

        __tablename__ = "permit"
        id: Mapped[int] = mapped_column(primary_key=True)
        holder_id: Mapped[int] = mapped_column(ForeignKey("licence.person_id"))
        holder: Mapped[Licence] = relationship()


    class Stamp(Base):
        \"\"\"Two columns, of which one leads over two tables.\"\"\"

        __tablename__ = "stamp"
        __table_args__ = (
            ForeignKeyConstraint(["permit_id", "holder_id"], ["visa.permit_id", "visa.holder_id"]),
        )
        id: Mapped[int] = mapped_column(primary_key=True)
        permit_id: Mapped[int]
        holder_id: Mapped[int]


    class Visa(Base):
        __tablename__ = "visa"
        permit_id: Mapped[int] = mapped_column(ForeignKey("permit.id"), primary_key=True)
        holder_id: Mapped[int] = mapped_column(ForeignKey("licence.person_id"), primary_key=True)


    class Trip(Base):
        \"\"\"One of three, and a name that matches.\"\"\"

        __tablename__ = "trip"
        __table_args__ = (
            CheckConstraint(
                "(person_id IS NOT NULL)::int + (permit_id IS NOT NULL)::int + (trip_id IS NOT NULL)::int = 1"
            ),
            CheckConstraint("code ~* '^[A-Z]+$'"),
        )
        id: Mapped[int] = mapped_column(primary_key=True)
        code: Mapped[str]
        trip_id: Mapped[int | None] = mapped_column(ForeignKey("trip.id"))
        person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
        permit_id: Mapped[int | None] = mapped_column(ForeignKey("permit.id"))


    class Mistake(Base):
        \"\"\"Defaults that are no values.\"\"\"

        __tablename__ = "mistake"
        id: Mapped[int] = mapped_column(primary_key=True)
        person_id: Mapped[int] = mapped_column(Integer, default=ForeignKey("person.id"))
        number: Mapped[int | None] = mapped_column(Integer, default=ForeignKey("person.id"))


    class Hen(Base):
        \"\"\"Each needs the other first.\"\"\"

        __tablename__ = "hen"
        id: Mapped[int] = mapped_column(primary_key=True)
        egg_id: Mapped[int] = mapped_column(ForeignKey("egg.id"))


    class Egg(Base):
        __tablename__ = "egg"
        id: Mapped[int] = mapped_column(primary_key=True)
        hen_id: Mapped[int] = mapped_column(ForeignKey("hen.id"))
"""
SQLMODELS = """
    from datetime import datetime
    from decimal import Decimal
    from uuid import UUID, uuid4

    from sqlmodel import Field, SQLModel


    class Box(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        weight: int = Field(ge=1, le=50)
        fill: float = Field(gt=0, lt=1)
        price: Decimal = Field(ge=Decimal("2.50"), max_digits=6, decimal_places=2)
        code: str = Field(min_length=3, max_length=5, unique=True)
        token: UUID = Field(default=uuid4)
        made: datetime = Field(default=datetime.now)
        note: str | None = Field(default=str)
"""
HELD = """
    from typing import Any

    from pydantic import BaseModel
    from sqlmodel import JSON, Column, Field, Relationship, SQLModel


    class Layout(BaseModel):
        columns: int = 2


    class Page(SQLModel, table=True):
        \"\"\"What it has by default no JSON can be made of.\"\"\"

        id: int | None = Field(default=None, primary_key=True)
        layout: Any = Field(default_factory=Layout, sa_column=Column(JSON))
        extra: dict = Field(default_factory=lambda: {"by": "default"}, sa_column=Column(JSON))


    class Value(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        handle: "Handle" = Relationship(back_populates="value", sa_relationship_kwargs={"uselist": False})


    class Handle(SQLModel, table=True):
        \"\"\"The only one of its value.\"\"\"

        id: int | None = Field(default=None, primary_key=True)
        value_id: int = Field(foreign_key="value.id")
        value: Value = Relationship(back_populates="handle")


    class Edge(SQLModel, table=True):
        parent_id: int = Field(foreign_key="handle.id", primary_key=True)
        child_id: int = Field(foreign_key="handle.id", primary_key=True)
"""
BOUNDS = """
    from fleet.models import Box
    from .factories.box import BoxFactory


    def test_every_box_is_valid(db_session):
        for box in BoxFactory.create_batch_sync(25):
            Box.model_validate(box.model_dump())
            assert isinstance(box.note, str | None)
"""


def started(root: Path, models: str, requirements: str = "") -> Path:
    write(root / "pyproject.toml", PYPROJECT.replace("REQUIREMENTS", requirements))
    write(root / "fleet/__init__.py", "")
    write(root / "fleet/models.py", models)
    return root


@pytest.mark.matrix
def test_all_rows_are_taken(tmp_path: Path, on_a_url: dict[str, str]) -> None:
    root = started(tmp_path / "fleet_project", MODELS)
    done = init(root, prove=True, **on_a_url)
    assert done.err.splitlines()[-1] == (
        "proved 10 classes, repaired 3, left 2 (marked xfail: fleet.models.Egg, fleet.models.Hen)"
    ), done.text
    factories = root / "tests/integration/factories"
    assert 'size = "small"' in (factories / "car.py").read_text()
    assert "wheels = 6" in (factories / "truck.py").read_text()
    assert "PersonFactory" in (factories / "trip.py").read_text()
    green = pytest_in(root, "tests", **on_a_url)
    assert green.status == 0 and "4 xfailed" in green.out, green.text


def test_the_bounds_of_pydantics_fields_hold(tmp_path: Path, on_a_url: dict[str, str]) -> None:
    pytest.importorskip("sqlmodel")
    root = started(tmp_path / "fleet_project", SQLMODELS, ', "sqlmodel"')
    init(root)
    write(root / "tests/integration/test_mine.py", BOUNDS)
    done = pytest_in(root, "tests", **on_a_url)
    assert done.outcomes() == {"passed"}, done.text


def test_what_a_class_holds_by_default_and_alone(tmp_path: Path, on_a_url: dict[str, str]) -> None:
    pytest.importorskip("sqlmodel")
    root = started(tmp_path / "fleet_project", HELD, ', "sqlmodel"')
    done = init(root, prove=True, **on_a_url)
    assert done.err.splitlines()[-1] == "proved 4 classes, repaired 1, left 0", done.text
    factory = (root / "tests/integration/factories/page.py").read_text()
    assert "layout = {}" in factory
    assert "extra" not in factory
    green = pytest_in(root, "tests", **on_a_url)
    assert green.outcomes() == {"passed"}, green.text
