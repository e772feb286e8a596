"""Factory for `legacy.assets.Vehicle`."""

from __future__ import annotations

from polyfactory import Use

from legacy.assets import Vehicle
from legacy.types import Weight

from .base import ModelFactory, fake, serial


class VehicleFactory(ModelFactory[Vehicle]):
    """Makes rows for `Vehicle`."""

    __model__ = Vehicle

    label = Use(fake.word)
    bought_on = Use(fake.date_this_year)
    tags = Use(lambda: [fake.sentence()])
    plate = Use(lambda: f"pl-{next(serial)}")
    weight = Use(lambda: Weight(grams=7))
