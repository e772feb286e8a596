"""Factory for `bookshop.models.customers.Customer`."""

from __future__ import annotations

from polyfactory import Use

from bookshop.models.customers import Customer

from .base import ModelFactory, fake, serial


class CustomerFactory(ModelFactory[Customer]):
    """Makes rows for `Customer`."""

    __model__ = Customer

    email = Use(lambda: f"user{next(serial)}@example.com")
    name = Use(fake.name)
