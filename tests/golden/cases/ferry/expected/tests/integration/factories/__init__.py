"""A factory for each mapped class."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from .base import ModelFactory, is_factory


def all_factories() -> list[type[ModelFactory[Any]]]:
    """Return the factories of all modules here, in the order of their names."""
    found: dict[str, type[ModelFactory[Any]]] = {}
    for module in iter_modules(__path__):
        for value in vars(import_module(f".{module.name}", __name__)).values():
            if value is not ModelFactory and is_factory(value):
                found[f"{value.__module__}.{value.__name__}"] = value
    return [found[name] for name in sorted(found)]
