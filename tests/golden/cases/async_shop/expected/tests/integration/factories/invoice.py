"""Factory for `async_shop.models.Invoice`."""

from __future__ import annotations

from datetime import timezone
from decimal import Decimal

from polyfactory import Use

from async_shop.models import Invoice

from .account import AccountFactory
from .base import ModelFactory, Parent, fake


class InvoiceFactory(ModelFactory[Invoice]):
    """Makes rows for `Invoice`."""

    __model__ = Invoice
    __parents__ = (Parent(AccountFactory, {"account_id": "id"}),)

    total = Use(lambda: Decimal(fake.random_int(100, 99900)) / 100)
    due_at = Use(fake.date_time_this_year, tzinfo=timezone.utc)
