"""Factory for `legacy.assets.Ticket`."""

from __future__ import annotations

from polyfactory import Use

from legacy.assets import Ticket

from .asset import AssetFactory
from .base import ModelFactory, fake


class TicketFactory(ModelFactory[Ticket]):
    """Makes rows for `Ticket`."""

    __model__ = Ticket
    __bypass_init__ = True

    asset = AssetFactory
    subject = Use(lambda: fake.catch_phrase()[:60])
    details = Use(fake.sentence)
