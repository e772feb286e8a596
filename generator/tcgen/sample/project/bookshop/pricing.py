"""Prices and discounts."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
BULK_QUANTITY = 5
BULK_DISCOUNT = Decimal("0.10")


def line_total(unit_price: Decimal, quantity: int) -> Decimal:
    """What ``quantity`` copies cost together; from five copies on, a tenth less.

    Raises:
        ValueError: When the quantity is not positive.
    """
    if quantity < 1:
        raise ValueError(f"a line needs at least one copy, not {quantity}")
    total = unit_price * quantity
    if quantity >= BULK_QUANTITY:
        total -= total * BULK_DISCOUNT
    return total.quantize(CENT, rounding=ROUND_HALF_UP)


def order_total(lines: Iterable[tuple[Decimal, int]]) -> Decimal:
    """The sum over lines of unit price and quantity."""
    return sum((line_total(price, quantity) for price, quantity in lines), start=Decimal("0.00"))
