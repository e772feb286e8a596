"""Factory for `ferry.models.Boat`."""

from __future__ import annotations

from polyfactory import Use

from ferry.models import Boat

from .base import ModelFactory, serial


class BoatFactory(ModelFactory[Boat]):
    """Makes rows for `Boat`."""

    __model__ = Boat

    name = Use(lambda: f"name-{next(serial)}")
