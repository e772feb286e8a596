"""Factory for `bank.ledger.models.Account`."""

from __future__ import annotations

from decimal import Decimal

from polyfactory import Use

from bank.ledger.models import Account

from ...factories.base import fake, serial
from .base import ModelFactory


class AccountFactory(ModelFactory[Account]):
    """Makes rows for `Account`."""

    __model__ = Account

    iban = Use(lambda: f"iban-{next(serial)}")
    balance = Use(lambda: Decimal(fake.random_int(100, 99900)) / 100)
