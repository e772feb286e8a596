"""Factory for `legacy.assets.Server`."""

from __future__ import annotations

from polyfactory import Use
from sqlalchemy.dialects.postgresql import Range

from legacy.assets import Server

from .base import ModelFactory, fake


class ServerFactory(ModelFactory[Server]):
    """Makes rows for `Server`."""

    __model__ = Server

    label = Use(fake.word)
    bought_on = Use(fake.date_this_year)
    tags = Use(lambda: [fake.sentence()])
    address = Use(fake.ipv4)
    ports = Range(1, 10)
    load = Use(lambda: [[fake.random_int(1, 100)]])
