"""What all tables have in common."""

from typing import Any

from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, mapped_column


class Base(DeclarativeBase):
    id: Mapped[int] = mapped_column(primary_key=True)


def required(type_: Any) -> MappedColumn[Any]:
    """A column that must not be NULL."""
    return mapped_column(type_, nullable=False)


def unique(type_: Any) -> MappedColumn[Any]:
    """A column of which no two rows have the same value."""
    return mapped_column(type_, nullable=False, unique=True)
