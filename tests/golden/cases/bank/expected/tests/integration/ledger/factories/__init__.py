"""A factory for each mapped class."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from ...factories.base import ModelFactory as AnyFactory
from ...factories.base import is_factory
from .base import ModelFactory


def all_factories() -> list[type[AnyFactory[Any]]]:
    """Return the factories of all modules here, in the order of their names."""
    found: dict[str, type[AnyFactory[Any]]] = {}
    for module in iter_modules(__path__):
        for value in vars(import_module(f".{module.name}", __name__)).values():
            if value is not ModelFactory and is_factory(value):
                found[f"{value.__module__}.{value.__name__}"] = value
    return [found[name] for name in sorted(found)]
