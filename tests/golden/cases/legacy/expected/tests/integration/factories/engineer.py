"""Factory for `legacy.assets.Engineer`."""

from __future__ import annotations

from polyfactory import Use

from legacy.assets import Engineer

from .base import ModelFactory, fake, serial
from .unit import UnitFactory


class EngineerFactory(ModelFactory[Engineer]):
    """Makes rows for `Engineer`."""

    __model__ = Engineer

    unit = UnitFactory
    badge = Use(lambda: f"{next(serial)}")
    email = Use(fake.email)
