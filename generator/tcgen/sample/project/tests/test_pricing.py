"""Prices need no database: these tests run everywhere."""

from decimal import Decimal

import pytest

from bookshop.pricing import line_total, order_total


def test_a_single_copy_costs_its_price():
    assert line_total(Decimal("12.50"), 1) == Decimal("12.50")


def test_five_copies_are_a_tenth_cheaper():
    assert line_total(Decimal("10.00"), 4) == Decimal("40.00")
    assert line_total(Decimal("10.00"), 5) == Decimal("45.00")


def test_halves_of_a_cent_are_rounded_up():
    assert line_total(Decimal("0.99"), 5) == Decimal("4.46")


@pytest.mark.parametrize("quantity", [0, -1])
def test_a_line_needs_a_copy(quantity):
    with pytest.raises(ValueError, match="at least one copy"):
        line_total(Decimal("10.00"), quantity)


def test_an_order_costs_the_sum_of_its_lines():
    assert order_total([(Decimal("12.50"), 2), (Decimal("3.00"), 1)]) == Decimal("28.00")
    assert order_total([]) == Decimal("0.00")
