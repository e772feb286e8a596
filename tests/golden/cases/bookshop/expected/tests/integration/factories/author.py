"""Factory for `bookshop.models.catalogue.Author`."""

from __future__ import annotations

from polyfactory import Use

from bookshop.models.catalogue import Author

from .base import ModelFactory, fake


class AuthorFactory(ModelFactory[Author]):
    """Makes rows for `Author`."""

    __model__ = Author

    name = Use(fake.name)
