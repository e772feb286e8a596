"""Factory for `bank.clients.models.Account`."""

from __future__ import annotations

from polyfactory import Use

from bank.clients.models import Account

from .base import ModelFactory, serial
from .client import ClientFactory


class AccountFactory(ModelFactory[Account]):
    """Makes rows for `Account`."""

    __model__ = Account

    client = ClientFactory
    email = Use(lambda: f"user{next(serial)}@example.com")
