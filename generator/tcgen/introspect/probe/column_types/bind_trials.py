"""BindTrial binds: what a type of the project's own does with a value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from time import monotonic

from sqlalchemy import types as sqltypes
from sqlalchemy.types import TypeDecorator

from ..common import Live
from . import probe_values
from .storage import is_foreign, storable, wrapped

SLOW = 0.1
"""Seconds after which a type that takes text is asked no further."""

UNBOUNDED = 255
"""Characters that a text has to be allowed, before its column is taken for one without a bound."""
AS_STORED = "as_stored"
"""Name of the text that PostgreSQL's own notation has for a type."""


@dataclass(frozen=True)
class Taken:
    """A sample that a type binds.

    Attributes:
        name: Its name.
        grade: How well: see ``BindTrial.grade``.
        alone: Another value of its kind is refused, so that it says nothing of its kind.
    """

    name: str
    grade: int
    alone: bool

    @property
    def is_kind(self) -> bool:
        """Whether values of the sample's kind are taken, not only this one."""
        return not self.alone and self.name != AS_STORED


class BindTrial:
    """Binds values of one type and reads them back.

    Attributes:
        impl: The plain SQLAlchemy type that stores them, or None when that is not known.
    """

    def __init__(self, type_: Live, impl: Live, dialect: Live) -> None:
        self.impl = impl
        self.bind = type_.bind_processor(dialect)
        self.result = type_.result_processor(dialect, None)

    def grade(self, value: Live) -> int | None:
        """0 when the value comes back as it was, 1 when something else does, None when it is refused."""
        try:
            bound = self.bind(value) if self.bind else value
            if bound is None or not (self.impl is None or storable(self.impl, bound)):
                return None
        except Exception:
            return None
        try:
            back = self.result(bound) if self.result else bound
            return 0 if type(back) is type(value) and back == value else 1
        except Exception:
            # What a driver hands back need not be what was bound: the trial of reading proves little.
            return 2

    def refuses_null(self) -> bool:
        """Whether a row without a value is refused before the database sees it."""
        try:
            if self.bind:
                self.bind(None)
        except Exception:
            return True
        return False

    def stands_alone(self, name: str, most: int | None) -> bool:
        """Whether a second value of the sample's kind is refused, however short it is cut."""
        other = probe_values.other(name, most)
        return other is not None and self.grade(other) is None


def trial(type_: Live, impl: Live, dialect: Live) -> BindTrial | None:
    """A trial of the type, or None when it has no way of its own with values."""
    if isinstance(type_, TypeDecorator) and not is_foreign(wrapped(type_)):
        own = type(type_)
        if (
            own.process_bind_param is TypeDecorator.process_bind_param
            and own.bind_processor is TypeDecorator.bind_processor
        ):
            return None
    try:
        made = BindTrial(type_, impl, dialect)
    except Exception:
        return None
    return made if isinstance(type_, TypeDecorator) or made.bind is not None else None


def taken(type_: Live, impl: Live, dialect: Live, extra: dict[str, Live] | None = None) -> list[Taken]:
    """The samples a type binds, those that come back unchanged first, natural ones before others.

    Args:
        type_: The type under trial.
        impl: The plain SQLAlchemy type that stores it, or None when that is not known.
        dialect: Of the database.
        extra: More samples to try, before all others (members of an enum).
    """
    tried = trial(type_, impl, dialect)
    if tried is None or (impl is None and tried.bind is None):
        return []
    preferred = [*(extra or {}), *probe_values.preferred(type_, impl)]
    most = longest_text(tried)
    graded: dict[str, Taken] = {}
    started = monotonic()
    for name in dict.fromkeys([*preferred, "str", "dict", *probe_values.SAMPLES]):
        text = _grade(graded, "str") in (0, 1)
        if name in probe_values.KINDS_OF_TEXT and text and name not in preferred:
            continue
        own = (extra or {}).get(name)
        grade = tried.grade(probe_values.fitted(name, most) if own is None else own)
        if grade is not None:
            graded[name] = Taken(name, grade, tried.stands_alone(name, most))
        if text and name == "dict" and grade != 0 and monotonic() - started > SLOW:
            break  # Text it is; encryption and hashing can be slow on purpose.
    if all(_grade(graded, name) == 0 for name in ("dict", "list", "str")):
        # It encodes whatever it is given: a document is what such a column is for.
        preferred = [*(n for n in preferred if n not in ("str", "bytes")), "dict"]
    order = {name: i for i, name in enumerate(dict.fromkeys([*preferred, *probe_values.SAMPLES]))}
    return sorted(graded.values(), key=lambda one: (one.grade, order[one.name]))


def _grade(graded: dict[str, Taken], name: str) -> int | None:
    one = graded.get(name)
    return None if one is None or one.alone else one.grade


def first_accepted(
    type_: Live, impl: Live, dialect: Live, values: Iterable[Live], unread: bool = False
) -> Live:
    """The first of some values that a type binds and, unless it may be ``unread``, reads back; None when it refuses all."""
    tried = trial(type_, impl, dialect)
    grades = (0, 1, 2) if unread else (0, 1)
    return None if tried is None else next((v for v in values if tried.grade(v) in grades), None)


def longest_text(tried: BindTrial) -> int | None:
    """The most characters that still fit when they are bound; None for no bound."""
    length = getattr(tried.impl, "length", None)
    if not isinstance(tried.impl, sqltypes.String) or tried.grade("xy") is None:
        return length if isinstance(length, int) else None
    high = length if isinstance(length, int) else UNBOUNDED
    if tried.grade("x" * high) is not None:
        return length
    low = 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if tried.grade("x" * middle) is None else (middle, high)
    return low


def class_around(type_: Live, impl: Live, dialect: Live) -> Live:
    """The class of what a type reads back, where a call of it on what is stored makes an equal object."""
    tried = trial(type_, impl, dialect)
    stored = probe_values.as_stored(type_)
    values = [probe_values.SAMPLES[name] for name in probe_values.preferred(impl, impl)]
    for value in ([] if stored is None else [stored]) + values:
        try:
            read = tried.result(value)  # type: ignore[union-attr]
            made = type(read)(value)
            if made == read and tried.bind(made) == value:  # type: ignore[union-attr]
                return type(read)
        except Exception:  # noqa: S112 - another sample may do
            continue
    return None
