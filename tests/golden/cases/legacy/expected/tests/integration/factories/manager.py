"""Factory for `legacy.assets.Manager`."""

from __future__ import annotations

from polyfactory import Use

from legacy.assets import Manager

from .base import ModelFactory, fake, serial
from .unit import UnitFactory


class ManagerFactory(ModelFactory[Manager]):
    """Makes rows for `Manager`."""

    __model__ = Manager

    unit = UnitFactory
    badge = Use(lambda: f"{next(serial)}")
    email = Use(fake.email)
