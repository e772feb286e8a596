"""Which types were made by ``Mutable.as_mutable``: the mapped attribute then takes only what that class does."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import suppress

from sqlalchemy.ext.mutable import Mutable
from sqlalchemy.orm import Mapper

from ..common import Live

_KNOWN: dict[int, tuple[Live, Live]] = {}


def mutable_class(type_: Live) -> Live:
    """The ``Mutable`` class a type was given to, or None."""
    if id(type_) not in _KNOWN:
        _KNOWN.update({id(one): (one, cls) for one, cls in _associations()})
    return _KNOWN.get(id(type_), (None, None))[1]


def takes(cls: Live, value: Live) -> bool:
    """Whether an attribute of that class may be set to a value."""
    with suppress(Exception):
        return cls.coerce("value", value) is not None
    return False


def _associations() -> Iterator[tuple[Live, Live]]:
    # as_mutable keeps the pair nowhere but in the listener that waits for the mapper
    mapper: Live = Mapper
    for listeners in mapper.dispatch.mapper_configured._clslevel.values():
        for listener in listeners:
            yield from _pairs(listener, 0)


def _pairs(function: Live, depth: int) -> Iterator[tuple[Live, Live]]:
    held = _closure(function) if depth < 5 and inspect.isfunction(function) else {}
    cls, type_ = held.get("cls"), held.get("sqltype")
    if type_ is not None and inspect.isclass(cls) and issubclass(cls, Mutable):
        yield type_, cls
    for value in held.values():
        yield from _pairs(value, depth + 1)


def _closure(function: Live) -> dict[str, Live]:
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    found = {}
    for name, cell in cells:
        with suppress(ValueError):  # not filled yet
            found[name] = cell.cell_contents
    return found
