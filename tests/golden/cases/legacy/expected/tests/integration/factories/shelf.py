"""Factory for `legacy.assets.Shelf`."""

from __future__ import annotations

from polyfactory import Use

from legacy.assets import Shelf
from legacy.types import Weight

from .base import ModelFactory, fake, serial


class ShelfFactory(ModelFactory[Shelf]):
    """Makes rows for `Shelf`."""

    __model__ = Shelf

    warehouse = Use(lambda: fake.word()[:3])
    number = Use(next, serial)
    max_grams = Use(lambda: Weight(grams=7))
