"""Books, who wrote them and where they stand."""

from __future__ import annotations

import datetime
import enum
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKey, Numeric, String, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bookshop.models.base import Base, values_enum


class BookStatus(enum.Enum):
    """Whether a book can be bought."""

    ANNOUNCED = "announced"
    AVAILABLE = "available"
    OUT_OF_PRINT = "out of print"


book_authors = Table(
    "book_authors",
    Base.metadata,
    Column("book_id", ForeignKey("books.id", ondelete="CASCADE"), primary_key=True),
    Column("author_id", ForeignKey("authors.id", ondelete="CASCADE"), primary_key=True),
)


class Category(Base):
    """A shelf, or a part of one."""

    __tablename__ = "categories"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"), index=True)

    parent: Mapped[Category | None] = relationship(back_populates="children", remote_side=[id])
    children: Mapped[list[Category]] = relationship(back_populates="parent")
    books: Mapped[list[Book]] = relationship(back_populates="category")


class Author(Base):
    """Somebody who wrote a book, alone or with others."""

    __tablename__ = "authors"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    biography: Mapped[str | None] = mapped_column(Text)

    books: Mapped[list[Book]] = relationship(secondary=book_authors, back_populates="authors")


class Book(Base):
    """A book in the catalogue."""

    __tablename__ = "books"
    __table_args__ = (CheckConstraint("price > 0", name="price_positive"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    isbn: Mapped[str] = mapped_column(String(13), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    price: Mapped[Decimal] = mapped_column(Numeric(8, 2))
    status: Mapped[BookStatus] = mapped_column(values_enum(BookStatus, "book_status"))
    published_on: Mapped[datetime.date | None]
    attributes: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"), index=True)

    category: Mapped[Category] = relationship(back_populates="books")
    authors: Mapped[list[Author]] = relationship(secondary=book_authors, back_populates="books")
