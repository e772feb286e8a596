"""Factory for `async_shop.models.Product`."""

from __future__ import annotations

from polyfactory import Use

from async_shop.models import Product

from .base import ModelFactory, fake, serial


class ProductFactory(ModelFactory[Product]):
    """Makes rows for `Product`."""

    __model__ = Product

    maker = Use(lambda: f"maker-{next(serial)}")
    model = Use(fake.word)
    price_cents = Use(fake.random_int, 100, 99999)
