"""Factory for `desk.models.Topic`."""

from __future__ import annotations

from polyfactory import Use

from desk.models import Topic

from .base import ModelFactory, serial


class TopicFactory(ModelFactory[Topic]):
    """Makes rows for `Topic`."""

    __model__ = Topic

    name = Use(lambda: f"name-{next(serial)}")
