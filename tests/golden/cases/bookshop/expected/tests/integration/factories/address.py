"""Factory for `bookshop.models.customers.Address`."""

from __future__ import annotations

from polyfactory import Use

from bookshop.models.customers import Address

from .base import ModelFactory, fake
from .customer import CustomerFactory


class AddressFactory(ModelFactory[Address]):
    """Makes rows for `Address`."""

    __model__ = Address

    customer = CustomerFactory
    street = Use(fake.street_address)
    city = Use(fake.city)
    postcode = Use(fake.postcode)
    country = Use(fake.country_code)
