"""Factory for `legacy.assets.Unit`."""

from __future__ import annotations

from polyfactory import PostGenerated, Use

from legacy.assets import Unit

from .base import ModelFactory, serial


class UnitFactory(ModelFactory[Unit]):
    """Makes rows for `Unit`."""

    __model__ = Unit

    id = Use(next, serial)
    name = Use(lambda: f"name-{next(serial)}")
    parent_id = PostGenerated(lambda _, values: values["id"])
