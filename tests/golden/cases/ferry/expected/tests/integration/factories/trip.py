"""Factory for `ferry.models.Trip`."""

from __future__ import annotations

from polyfactory import Use

from ferry.models import Trip

from .base import ModelFactory, fake
from .boat import BoatFactory


class TripFactory(ModelFactory[Trip]):
    """Makes rows for `Trip`."""

    __model__ = Trip

    boat = BoatFactory
    seats = Use(fake.random_int, 1, 100)
