"""Factory for `bookshop.models.catalogue.Book`."""

from __future__ import annotations

from decimal import Decimal

from polyfactory import Use

from bookshop.models.catalogue import Book, BookStatus

from .base import ModelFactory, fake, serial
from .category import CategoryFactory


class BookFactory(ModelFactory[Book]):
    """Makes rows for `Book`."""

    __model__ = Book

    category = CategoryFactory
    isbn = Use(lambda: f"isbn-{next(serial)}")
    title = Use(fake.catch_phrase)
    price = Use(lambda: Decimal(fake.random_int(100, 99900)) / 100)
    status = Use(fake.random_element, list(BookStatus))
