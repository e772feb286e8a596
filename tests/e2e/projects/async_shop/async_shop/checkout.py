"""Turning a basket into an invoice."""

from __future__ import annotations

import datetime
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from async_shop.models import Basket, BasketItem, Invoice

PAYMENT_TERM = datetime.timedelta(days=14)


async def check_out(session: AsyncSession, basket: Basket) -> Invoice:
    """Write the invoice for a basket, delete the basket, commit both."""
    items = selectinload(Basket.items).selectinload(BasketItem.product)
    loaded = await session.get_one(Basket, basket.id, options=[items], populate_existing=True)
    cents = sum(item.pieces * item.product.price_cents for item in loaded.items)
    due_at = datetime.datetime.now(datetime.timezone.utc) + PAYMENT_TERM
    invoice = Invoice(account_id=loaded.account_id, total=Decimal(cents) / 100, due_at=due_at)
    session.add(invoice)
    await session.delete(loaded)
    await session.commit()
    return invoice
