"""One table of ten columns; none is unique, because plain polyfactory repeats itself within 200 rows."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import DateTime, Numeric, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bench.base import Base


class Customer(Base):
    __tablename__ = "customer"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    email: Mapped[str] = mapped_column(String(120))
    city: Mapped[str] = mapped_column(String(60))
    balance: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    visits: Mapped[int]
    active: Mapped[bool]
    joined_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    born: Mapped[date]
    remarks: Mapped[str] = mapped_column(Text)
