"""Factory for `async_shop.models.Account`."""

from __future__ import annotations

from polyfactory import Use

from async_shop.models import Account

from .base import ModelFactory, fake, serial


class AccountFactory(ModelFactory[Account]):
    """Makes rows for `Account`."""

    __model__ = Account

    email = Use(lambda: f"user{next(serial)}@example.com")
    display_name = Use(fake.name)
