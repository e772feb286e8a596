"""Declarative models: inheritance, composite keys and types only PostgreSQL has."""

from __future__ import annotations

import datetime
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Computed,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import INET, INT4RANGE, TSVECTOR, Range
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, validates

from legacy.types import Weight, WeightType, WordList


class Base(DeclarativeBase):
    """The base of the declarative models; the imperative ones share its registry."""


class Unit(Base):
    """A part of the organisation; the one at the top is its own parent."""

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    parent_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))


class Employee(Base):
    """Everybody in one table; ``kind`` says what somebody is."""

    __tablename__ = "employee"
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "employee"}

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    badge: Mapped[str] = mapped_column(String(8), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    email: Mapped[str] = mapped_column(String(80))

    unit: Mapped[Unit] = relationship()

    @validates("email")
    def check_email(self, key: str, value: str) -> str:
        """Refuse what can't be an address."""
        if "@" not in value:
            raise ValueError(f"{value!r} is no e-mail address")
        return value


class Manager(Employee):
    """Somebody with a budget."""

    __mapper_args__ = {"polymorphic_identity": "manager"}

    budget: Mapped[int | None]


class Engineer(Employee):
    """Somebody with skills."""

    __mapper_args__ = {"polymorphic_identity": "engineer"}

    skills: Mapped[list[str] | None] = mapped_column(WordList)


class Asset(Base):
    """Something owned; what is special to a kind has a table of its own."""

    __tablename__ = "asset"
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "asset"}

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    label: Mapped[str] = mapped_column(String(60))
    bought_on: Mapped[datetime.date] = mapped_column(Date)
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text))


class Vehicle(Asset):
    """An asset with wheels."""

    __tablename__ = "vehicle"
    __mapper_args__ = {"polymorphic_identity": "vehicle"}

    id: Mapped[int] = mapped_column(ForeignKey("asset.id"), primary_key=True)
    plate: Mapped[str] = mapped_column(String(10), unique=True)
    weight: Mapped[Weight] = mapped_column(WeightType)


class Server(Asset):
    """An asset with an address."""

    __tablename__ = "server"
    __mapper_args__ = {"polymorphic_identity": "server"}

    id: Mapped[int] = mapped_column(ForeignKey("asset.id"), primary_key=True)
    address: Mapped[IPv4Address | IPv6Address] = mapped_column(INET)
    ports: Mapped[Range[int]] = mapped_column(INT4RANGE)
    load: Mapped[list[list[int]]] = mapped_column(ARRAY(Integer, dimensions=2))


class Shelf(Base):
    """A place in a warehouse."""

    __tablename__ = "shelf"

    warehouse: Mapped[str] = mapped_column(String(3), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    max_grams: Mapped[Weight] = mapped_column(WeightType)


class Crate(Base):
    """A box on a shelf; who looked into it last is only a number to the mapper."""

    __tablename__ = "crate"
    __table_args__ = (
        ForeignKeyConstraint(["warehouse", "shelf_number"], ["shelf.warehouse", "shelf.number"]),
        UniqueConstraint("warehouse", "code"),
        CheckConstraint("grams BETWEEN 1 AND 50000", name="ck_crate_grams"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    warehouse: Mapped[str] = mapped_column(String(3))
    shelf_number: Mapped[int]
    code: Mapped[str] = mapped_column(String(10))
    grams: Mapped[int]
    inspector_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))

    shelf: Mapped[Shelf] = relationship()


class Manual(Base):
    """A text that can be searched."""

    __tablename__ = "manual"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(80))
    body: Mapped[str] = mapped_column(Text)
    words: Mapped[Any] = mapped_column(
        TSVECTOR, Computed("to_tsvector('english'::regconfig, title || ' ' || body)", persisted=True)
    )


class Ticket(Base):
    """A complaint; its constructor takes a sentence, not columns."""

    __tablename__ = "ticket"

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(60))
    details: Mapped[str] = mapped_column(Text)
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"))

    asset: Mapped[Asset] = relationship()

    def __init__(self, sentence: str, about: Asset) -> None:
        """Split the sentence into a subject and the rest."""
        self.subject, _, self.details = sentence.partition(": ")
        self.asset = about
