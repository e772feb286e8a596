"""Factory for `legacy.carriers.Carrier`."""

from __future__ import annotations

from polyfactory import Use

from legacy.carriers import Carrier

from .base import ModelFactory, fake, serial


class CarrierFactory(ModelFactory[Carrier]):
    """Makes rows for `Carrier`."""

    __model__ = Carrier

    vat_no = Use(lambda: f"vat-no-{next(serial)}")
    name = Use(fake.word)
