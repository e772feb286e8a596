"""Factory for `bookshop.models.catalogue.Category`."""

from __future__ import annotations

from polyfactory import Use

from bookshop.models.catalogue import Category

from .base import ModelFactory, fake, serial


class CategoryFactory(ModelFactory[Category]):
    """Makes rows for `Category`."""

    __model__ = Category

    slug = Use(lambda: f"slug-{next(serial)}")
    name = Use(fake.word)
