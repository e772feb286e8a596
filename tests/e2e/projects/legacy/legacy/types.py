"""Column types of our own."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Integer, String
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


@dataclass(frozen=True)
class Weight:
    """A weight in grams."""

    grams: int


class WeightType(TypeDecorator[Weight]):
    """Keeps a ``Weight`` as an integer."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Weight | None, dialect: Dialect) -> int | None:
        """Take the grams; anything but a ``Weight`` has none."""
        return None if value is None else value.grams

    def process_result_value(self, value: int | None, dialect: Dialect) -> Weight | None:
        """Make the grams a ``Weight`` again."""
        return None if value is None else Weight(value)


class WordList(TypeDecorator[list[str]]):
    """Keeps a list of words as one string with spaces between them."""

    impl = String(120)
    cache_ok = True

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> str | None:
        """Join the words."""
        return None if value is None else " ".join(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> list[str] | None:
        """Split the words."""
        return None if value is None else value.split()
