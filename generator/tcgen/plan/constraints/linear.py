"""Comparisons of sums of columns, as ``a + b > 3`` or ``total = net + tax``."""

from __future__ import annotations

from decimal import Decimal

from sqlglot import expressions as e

from tcgen.plan.constraints.limits import Limits
from tcgen.plan.constraints.sql import Expression

Sum = dict[str, Decimal]
"""Column name → its factor; ``""`` stands for what is no column."""


def linear_limits(
    left: Expression, right: Expression, kind: type[Expression], whole: set[str]
) -> list[dict[str, Limits]] | None:
    """Return the ways to make a comparison of two sums true; None where they cannot be read.

    Args:
        left: What stands left of the sign.
        right: What stands right of it.
        kind: ``e.GT``, ``e.LTE``, …
        whole: Columns of an integer type.
    """
    mine, theirs = _sum(left), _sum(right)
    if mine is None or theirs is None or kind is e.NEQ:
        return None
    together = _added(mine, theirs, Decimal(-1))
    if kind in (e.LT, e.LTE):
        together = {name: -factor for name, factor in together.items()}
    amount = -together.pop("", Decimal(0))
    factors = {name: factor for name, factor in together.items() if factor}
    if not factors:
        return None
    strict = kind in (e.GT, e.LT)
    step = Decimal(0) if not strict else Decimal(1) if factors.keys() <= whole else Decimal("0.01")
    if kind is e.EQ and amount < 0:
        factors, amount = {name: -factor for name, factor in factors.items()}, -amount
    if kind is not e.EQ and all(factor > 0 for factor in factors.values()):
        return _enough(factors, amount + step)
    if kind is not e.EQ and all(factor < 0 for factor in factors.values()):
        share = -(amount + step) / -sum(factors.values())
        return [{name: Limits(high=share) for name in factors}]
    return _one_of_the_others(factors, amount + (1 if strict else 0))


def _enough(factors: Sum, amount: Decimal) -> list[dict[str, Limits]]:
    """Let one column make up for it alone, while the others are not below zero."""
    least = {name: Limits(low=Decimal(0)) for name in factors}
    return [{**least, name: Limits(low=amount / factor)} for name, factor in factors.items()]


def _one_of_the_others(factors: Sum, amount: Decimal) -> list[dict[str, Limits]] | None:
    """Make the one column that stands alone on its side the sum of the rest and the amount."""
    alone = [name for name, factor in factors.items() if factor == 1]
    rest = tuple(name for name, factor in factors.items() if factor == -1)
    if len(alone) != 1 or len(rest) != len(factors) - 1 or not rest:
        return None
    return [{alone[0]: Limits(same_as=rest, apart=amount)}]


def _sum(node: Expression | None) -> Sum | None:
    while isinstance(node, (e.Paren, e.Cast)):
        node = node.this
    if isinstance(node, e.Column):
        return {node.name: Decimal(1)}
    if isinstance(node, e.Literal):
        return None if node.is_string else {"": Decimal(node.this)}
    if isinstance(node, e.Neg):
        inner = _sum(node.this)
        return None if inner is None else _added({}, inner, Decimal(-1))
    if isinstance(node, (e.Add, e.Sub, e.Mul)):
        mine, theirs = _sum(node.this), _sum(node.expression)
        if mine is None or theirs is None:
            return None
        if isinstance(node, e.Mul):
            return _multiplied(mine, theirs)
        return _added(mine, theirs, Decimal(1 if isinstance(node, e.Add) else -1))
    return None


def _added(mine: Sum, theirs: Sum, sign: Decimal) -> Sum:
    total = dict(mine)
    for name, factor in theirs.items():
        total[name] = total.get(name, Decimal(0)) + sign * factor
    return total


def _multiplied(mine: Sum, theirs: Sum) -> Sum | None:
    if theirs.keys() != {""}:
        mine, theirs = theirs, mine
    return {name: factor * theirs[""] for name, factor in mine.items()} if theirs.keys() == {""} else None
