"""Factory for `legacy.carriers.Tour`."""

from __future__ import annotations

from decimal import Decimal

from polyfactory import Use

from legacy.carriers import Tour

from .base import ModelFactory, fake
from .carrier import CarrierFactory
from .vehicle import VehicleFactory


class TourFactory(ModelFactory[Tour]):
    """Makes rows for `Tour`."""

    __model__ = Tour

    carrier = CarrierFactory
    vehicle = VehicleFactory
    distance_km = Use(lambda: Decimal(fake.random_int(1, 1000)) / 10)
