"""Factory for `legacy.assets.Manual`."""

from __future__ import annotations

from polyfactory import Use

from legacy.assets import Manual

from .base import ModelFactory, fake


class ManualFactory(ModelFactory[Manual]):
    """Makes rows for `Manual`."""

    __model__ = Manual

    title = Use(fake.catch_phrase)
    body = Use(fake.sentence)
