"""Columns whose names say what they hold."""

import datetime as dt
from decimal import Decimal

from sqlalchemy import CheckConstraint, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base


class Customer(Base):
    __tablename__ = "customers"
    name: Mapped[str] = mapped_column(String(40))
    email: Mapped[str] = mapped_column(String(254), unique=True)
    backup_email: Mapped[str] = mapped_column(String(100))
    website: Mapped[str] = mapped_column(String(200))
    city: Mapped[str] = mapped_column(String(40))
    country: Mapped[str] = mapped_column(String(2))
    country_name: Mapped[str] = mapped_column(String(60))
    birth_date: Mapped[dt.date]
    iban: Mapped[str] = mapped_column(String(34))
    latitude: Mapped[Decimal] = mapped_column(Numeric(9, 6))
    longitude: Mapped[float]
    status: Mapped[str] = mapped_column(String(20))
    api_token: Mapped[str] = mapped_column(String(64))


class Edition(Base):
    __tablename__ = "editions"
    title: Mapped[str] = mapped_column(String(100))
    isbn: Mapped[str] = mapped_column(String(13))
    ean: Mapped[str] = mapped_column(String(13))
    year: Mapped[int]
    price: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    currency: Mapped[str] = mapped_column(String(3))
    discount_percent: Mapped[int]
    quantity: Mapped[int] = mapped_column(CheckConstraint("quantity > 5"))
    tax_rate: Mapped[Decimal] = mapped_column(Numeric(4, 3))
    sha256: Mapped[str] = mapped_column(String(64))
    cover_color: Mapped[str] = mapped_column(String(7))
    file_path: Mapped[str] = mapped_column(String(255))
    version: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(1))
