"""Factory for `courier.models.Parcel`."""

from __future__ import annotations

from polyfactory import Use

from courier.models import Parcel

from .base import ModelFactory, fake


class ParcelFactory(ModelFactory[Parcel]):
    """Makes rows for `Parcel`."""

    __model__ = Parcel

    address = Use(fake.street_address)
