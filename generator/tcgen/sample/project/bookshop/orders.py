"""Placing orders."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bookshop.models import Book, BookStatus, Customer, Order, OrderLine
from bookshop.pricing import order_total


class NotForSaleError(Exception):
    """A book was ordered that cannot be bought."""


def place_order(session: Session, customer: Customer, lines: Sequence[tuple[Book, int]]) -> Order:
    """Write an order at today's prices and commit it.

    Args:
        session: Committed before returning; left untouched when the order is refused.
        customer: Who buys.
        lines: Books and how many copies of each.

    Raises:
        NotForSaleError: When one of the books is not available.
    """
    for book, _ in lines:
        if book.status is not BookStatus.AVAILABLE:
            raise NotForSaleError(f"{book.title!r} is {book.status.value}")
    order = Order(customer=customer)
    for number, (book, quantity) in enumerate(lines, start=1):
        line = OrderLine(line_no=number, book_id=book.id, quantity=quantity, unit_price=book.price)
        order.lines.append(line)
    session.add(order)
    session.commit()
    return order


def total_of(order: Order) -> Decimal:
    """What the customer pays for an order."""
    return order_total((line.unit_price, line.quantity) for line in order.lines)


def copies_sold(session: Session, book: Book) -> int:
    """How many copies of a book were ever ordered."""
    query = select(func.coalesce(func.sum(OrderLine.quantity), 0)).where(OrderLine.book_id == book.id)
    return session.scalars(query).one()
