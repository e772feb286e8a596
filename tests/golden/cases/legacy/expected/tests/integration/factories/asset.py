"""Factory for `legacy.assets.Asset`."""

from __future__ import annotations

from polyfactory import Use

from legacy.assets import Asset

from .base import ModelFactory, fake


class AssetFactory(ModelFactory[Asset]):
    """Makes rows for `Asset`."""

    __model__ = Asset

    label = Use(fake.word)
    bought_on = Use(fake.date_this_year)
    tags = Use(lambda: [fake.sentence()])
