"""Factory for `bookshop.models.customers.Review`."""

from __future__ import annotations

from polyfactory import Use

from bookshop.models.customers import Review

from .base import ModelFactory, fake
from .book import BookFactory
from .customer import CustomerFactory


class ReviewFactory(ModelFactory[Review]):
    """Makes rows for `Review`."""

    __model__ = Review

    book = BookFactory
    customer = CustomerFactory
    rating = Use(fake.random_int, 1, 5)
