"""What the factories of this database have in common."""

from __future__ import annotations

from typing import Any, TypeGuard, TypeVar

from ...factories import base

T = TypeVar("T")


class ModelFactory(base.ModelFactory[T]):
    """Makes rows by the session of this database."""

    __is_base_factory__ = True

    @classmethod
    def is_supported_type(cls, value: Any) -> TypeGuard[type[T]]:
        """Keep polyfactory from making factories of other classes with this one."""
        return cls is not ModelFactory and super().is_supported_type(value)


# a test that has a session of the first database only has none for these rows
ModelFactory.__session__ = None
ModelFactory.__async_session__ = None
