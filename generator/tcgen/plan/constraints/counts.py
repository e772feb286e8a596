"""Conditions that count others: ``num_nonnulls(a, b) = 1``, sums of casts and of CASEs, CASEs that are conditions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import product
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from sqlglot import expressions as e

from tcgen.plan.constraints.limits import Alternative, joined, joined_all
from tcgen.plan.constraints.sql import Expression

Holds = Callable[[Expression, bool], list[Alternative]]
"""The ways to make a condition true, or with True to make it false."""
Outcome = tuple[Decimal, Alternative]
"""A number, and one of the ways to get it."""

_MANY = 256
_NO_BOUND = Decimal("Infinity")
_SIGNS: dict[type[Expression], Callable[[Any, Any], bool]] = {
    e.EQ: eq,
    e.NEQ: ne,
    e.GT: gt,
    e.GTE: ge,
    e.LT: lt,
    e.LTE: le,
}


def counted(
    node: Expression, kind: type[Expression], wanted: Decimal, holds: Holds
) -> list[Alternative] | None:
    """Return the ways to make a count compare as it should; None where the node counts nothing.

    Args:
        node: What is compared.
        kind: ``e.EQ``, ``e.GTE``, …
        wanted: The number it is compared with.
        holds: What makes a condition true.
    """
    outcomes = _outcomes(node, holds, wanted if kind in (e.EQ, e.LT, e.LTE) else _NO_BOUND)
    if outcomes is None:
        return None
    return [way for number, way in outcomes if _SIGNS[kind](number, wanted)]


def _outcomes(node: Expression, holds: Holds, most: Decimal) -> list[Outcome] | None:
    """Return the numbers a count may have that are no greater than ``most``: of many columns few ways are left."""
    node = _bare(node)
    if isinstance(node, e.Cast):
        return [(Decimal(1), one) for one in holds(node.this, False)] + [
            (Decimal(0), one) for one in holds(node.this, True)
        ]
    if isinstance(node, e.Add):
        return _sums(_outcomes(node.this, holds, most), _outcomes(node.expression, holds, most), most)
    if isinstance(node, e.Case):
        return _of_branches(node, holds, most)
    if isinstance(node, e.Anonymous) and node.name.lower() in ("num_nonnulls", "num_nulls"):
        wanted = node.name.lower() == "num_nonnulls"
        found: list[Outcome] | None = [(Decimal(0), {})]
        for argument in node.expressions:
            null = e.Is(this=argument, expression=e.Null())
            one = [(Decimal(1), way) for way in holds(null, wanted)]
            found = _sums(found, one + [(Decimal(0), way) for way in holds(null, not wanted)], most)
        return found
    return None


def _bare(node: Expression) -> Expression:
    """Return what brackets, and the cast of what is no condition, stand around."""
    while isinstance(node, e.Paren) or (isinstance(node, e.Cast) and not _is_condition(node.this)):
        node = node.this
    return node


def _is_condition(node: Expression) -> bool:
    return isinstance(node.unnest(), (e.Is, e.Not, e.And, e.Or, e.Predicate))


def _sums(mine: list[Outcome] | None, theirs: list[Outcome] | None, most: Decimal) -> list[Outcome] | None:
    if mine is None or theirs is None:
        return None
    pairs = ((one + other, joined(way, also)) for (one, way), (other, also) in product(mine, theirs))
    return [(number, way) for number, way in pairs if way is not None and number <= most][:_MANY]


def _of_branches(node: e.Case, holds: Holds, most: Decimal) -> list[Outcome] | None:
    found: list[Outcome] = []
    for way, result in _branches(node, holds):
        if result is None:  # NULL compares with nothing, and no CHECK minds
            continue
        inner = _bare(result)
        if isinstance(inner, e.Literal) and not inner.is_string:
            outcomes: list[Outcome] | None = [(Decimal(inner.this), {})]
        else:
            outcomes = _outcomes(inner, holds, most)
        if outcomes is None:
            return None
        both = ((number, joined(way, more)) for number, more in outcomes)
        found += [(number, one) for number, one in both if one is not None]
    return found[:_MANY]


def cases(node: e.Case, negated: bool, holds: Holds) -> list[Alternative]:
    """Return the ways to make a CASE true that is a condition itself."""
    found: list[Alternative] = []
    for way, result in _branches(node, holds):
        found += joined_all([way], [{}] if result is None else holds(result, negated))
    return found[:_MANY]


def _branches(node: e.Case, holds: Holds) -> Iterator[tuple[Alternative, Expression | None]]:
    """Give each way into a branch, what all branches before it ask left out, with the branch's result."""
    before: list[Alternative] = [{}]
    for branch in node.args["ifs"]:
        condition = branch.this if node.this is None else e.EQ(this=node.this, expression=branch.this)
        result = branch.args["true"]
        yield from ((way, result) for way in joined_all(before, holds(condition, False))[:_MANY])
        before = joined_all(before, holds(condition, True))[:_MANY]
    yield from ((way, node.args.get("default")) for way in before)
