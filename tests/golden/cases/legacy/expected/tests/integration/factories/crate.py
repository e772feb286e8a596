"""Factory for `legacy.assets.Crate`."""

from __future__ import annotations

from polyfactory import Use

from legacy.assets import Crate

from .base import ModelFactory, Parent, fake, serial
from .employee import EmployeeFactory
from .shelf import ShelfFactory


class CrateFactory(ModelFactory[Crate]):
    """Makes rows for `Crate`."""

    __model__ = Crate
    __parents__ = (Parent(EmployeeFactory, {"inspector_id": "id"}),)

    shelf = ShelfFactory
    code = Use(lambda: f"co-{next(serial)}")
    grams = Use(fake.random_int, 1, 50000)
