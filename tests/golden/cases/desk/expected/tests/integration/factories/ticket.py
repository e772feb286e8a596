"""Factory for `desk.models.Ticket`."""

from __future__ import annotations

from polyfactory import Use

from desk.models import Ticket

from .base import ModelFactory, fake
from .topic import TopicFactory


class TicketFactory(ModelFactory[Ticket]):
    """Makes rows for `Ticket`."""

    __model__ = Ticket

    topic = TopicFactory
    title = Use(fake.catch_phrase)
