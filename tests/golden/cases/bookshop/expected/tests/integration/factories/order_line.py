"""Factory for `bookshop.models.sales.OrderLine`."""

from __future__ import annotations

from decimal import Decimal

from polyfactory import Use

from bookshop.models.sales import OrderLine

from .base import ModelFactory, Parent, fake, serial
from .book import BookFactory
from .order import OrderFactory


class OrderLineFactory(ModelFactory[OrderLine]):
    """Makes rows for `OrderLine`."""

    __model__ = OrderLine
    __parents__ = (Parent(BookFactory, {"book_id": "id"}),)

    order = OrderFactory
    line_no = Use(next, serial)
    quantity = Use(fake.random_int, 1, 10)
    unit_price = Use(lambda: Decimal(fake.random_int(100, 99900)) / 100)
