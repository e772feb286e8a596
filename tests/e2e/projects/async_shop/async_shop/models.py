"""The tables: the shop's own in ``public``, the bookkeeping's in ``billing``."""

from __future__ import annotations

import datetime
import enum
import uuid
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Enum,
    ForeignKey,
    Identity,
    MetaData,
    Numeric,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import CITEXT
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column, relationship

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """Every model is a dataclass with keyword arguments."""

    metadata = MetaData(naming_convention=NAMES)


class InvoiceState(enum.Enum):
    """How far an invoice has come."""

    OPEN = "open"
    SETTLED = "settled"
    WRITTEN_OFF = "written off"


class Account(Base):
    """Somebody who can sign in; addresses that differ in case only are the same."""

    __tablename__ = "account"

    id: Mapped[uuid.UUID] = mapped_column(
        primary_key=True, server_default=text("gen_random_uuid()"), init=False
    )
    email: Mapped[str] = mapped_column(CITEXT, unique=True)
    display_name: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime.datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), init=False
    )

    baskets: Mapped[list[Basket]] = relationship(
        back_populates="account", default_factory=list, cascade="all, delete-orphan"
    )


class Product(Base):
    """Something to buy."""

    __tablename__ = "product"
    __table_args__ = (
        UniqueConstraint("maker", "model"),
        CheckConstraint("price_cents > 0 AND price_cents < 10000000", name="price_in_range"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True, init=False)
    maker: Mapped[str] = mapped_column(String(40))
    model: Mapped[str] = mapped_column(String(40))
    price_cents: Mapped[int] = mapped_column(BigInteger)


class Basket(Base):
    """What an account means to buy."""

    __tablename__ = "basket"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default_factory=uuid.uuid4)
    account_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), index=True, init=False
    )
    note: Mapped[str | None] = mapped_column(String(200), default=None)

    account: Mapped[Account] = relationship(back_populates="baskets")
    items: Mapped[list[BasketItem]] = relationship(default_factory=list, cascade="all, delete-orphan")


class BasketItem(Base):
    """Some pieces of one product in a basket."""

    __tablename__ = "basket_item"
    __table_args__ = (CheckConstraint("pieces BETWEEN 1 AND 99", name="pieces_in_range"),)

    basket_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("basket.id", ondelete="CASCADE"), primary_key=True, init=False
    )
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), primary_key=True, init=False)
    pieces: Mapped[int] = mapped_column(default=1)

    product: Mapped[Product] = relationship()


class Invoice(Base):
    """What an account owes; its number is given by the database."""

    __tablename__ = "invoice"
    __table_args__ = (
        CheckConstraint("total >= 0", name="total_not_negative"),
        {"schema": "billing"},
    )

    number: Mapped[int] = mapped_column(BigInteger, Identity(start=1000), primary_key=True, init=False)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    total: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    due_at: Mapped[datetime.datetime] = mapped_column(DateTime(timezone=True))
    state: Mapped[InvoiceState] = mapped_column(
        Enum(InvoiceState, name="invoice_state", schema="billing"), default=InvoiceState.OPEN
    )
