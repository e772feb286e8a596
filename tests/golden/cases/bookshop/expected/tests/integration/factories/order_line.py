"""Factory for `bookshop.models.sales.OrderLine`."""

from __future__ import annotations

from decimal import Decimal

from polyfactory import Use

from bookshop.models.sales import OrderLine

from .base import ModelFactory, Parent, fake
from .book import BookFactory
from .order import OrderFactory


class OrderLineFactory(ModelFactory[OrderLine]):
    __model__ = OrderLine
    __parents__ = (Parent(BookFactory, {"book_id": "id"}),)

    order = OrderFactory
    line_no = Use(fake.random_int, 1, 100)
    quantity = Use(fake.random_int, 1, 100)
    unit_price = Use(lambda: Decimal(fake.random_int(1, 10000)) / 100)
