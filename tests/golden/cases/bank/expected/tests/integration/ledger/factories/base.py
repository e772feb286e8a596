"""What the factories of this database have in common."""

from __future__ import annotations

from typing import Any, ClassVar, TypeGuard, TypeVar

from ... import current
from ...factories import base

T = TypeVar("T")


class ModelFactory(base.ModelFactory[T]):
    """Makes rows by the session of this database."""

    __is_base_factory__ = True
    __session__: ClassVar[Any] = current.ledger_sessions.session
    __async_session__: ClassVar[Any] = current.ledger_sessions.async_session

    @classmethod
    def is_supported_type(cls, value: Any) -> TypeGuard[type[T]]:
        """Keep polyfactory from making factories of other classes with this one."""
        return cls is not ModelFactory and super().is_supported_type(value)
