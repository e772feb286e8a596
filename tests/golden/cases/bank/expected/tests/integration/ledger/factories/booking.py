"""Factory for `bank.ledger.models.Booking`."""

from __future__ import annotations

from polyfactory import Use

from bank.ledger.models import Booking

from ...factories.base import Parent, fake
from .account import AccountFactory
from .base import ModelFactory


class BookingFactory(ModelFactory[Booking]):
    """Makes rows for `Booking`."""

    __model__ = Booking
    __parents__ = (Parent(AccountFactory, {"account_id": "id"}),)

    text = Use(lambda: fake.sentence()[:140])
