"""Factory for `async_shop.models.Basket`."""

from __future__ import annotations

from polyfactory import Use

from async_shop.models import Basket

from .account import AccountFactory
from .base import ModelFactory, fake


class BasketFactory(ModelFactory[Basket]):
    """Makes rows for `Basket`."""

    __model__ = Basket

    account = AccountFactory
    id = Use(fake.uuid4, cast_to=None)
