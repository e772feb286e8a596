"""Factory for `bank.clients.models.Client`."""

from __future__ import annotations

from polyfactory import Use

from bank.clients.models import Client

from .base import ModelFactory, fake


class ClientFactory(ModelFactory[Client]):
    """Makes rows for `Client`."""

    __model__ = Client

    name = Use(fake.word)
