"""Seven classes, each related to every other, both ways; none needs another to be there."""

from typing import Any

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import mapped_column, relationship

from bench.base import Base

NAMES = ("Alpha", "Bravo", "Charlie", "Delta", "Echo", "Foxtrot", "Golf")


def _related(name: str, before: tuple[str, ...]) -> type[Base]:
    """Make a class with a key to each of those before, and a list at the other end."""
    body: dict[str, Any] = {
        "__tablename__": name.lower(),
        "__module__": __name__,
        "id": mapped_column(Integer, primary_key=True),
        "label": mapped_column(String(40), nullable=False),
    }
    for other in before:
        body[f"{other.lower()}_id"] = mapped_column(ForeignKey(f"{other.lower()}.id"))
        body[other.lower()] = relationship(other, backref=f"{name.lower()}s")
    return type(name, (Base,), body)


Alpha, Bravo, Charlie, Delta, Echo, Foxtrot, Golf = (
    _related(name, NAMES[:place]) for place, name in enumerate(NAMES)
)
