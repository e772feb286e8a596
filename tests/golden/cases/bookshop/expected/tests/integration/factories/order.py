"""Factory for `bookshop.models.sales.Order`."""

from __future__ import annotations

from bookshop.models.sales import Order

from .base import ModelFactory
from .customer import CustomerFactory


class OrderFactory(ModelFactory[Order]):
    """Makes rows for `Order`."""

    __model__ = Order

    customer = CustomerFactory
