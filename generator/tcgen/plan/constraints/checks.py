"""CHECK constraints read with an SQL parser and turned into limits on columns.

A condition becomes a list of alternatives, each a set of limits that makes it true; a part that cannot be
read asks nothing, so that the worst case is a row the database refuses, with its message.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import Decimal
from typing import cast

import sqlglot
from sqlglot import expressions as e
from sqlglot.errors import SqlglotError

from tcgen.plan.constraints.counts import Holds, cases, counted
from tcgen.plan.constraints.limits import Alternative, Limits, joined_all
from tcgen.plan.constraints.linear import linear_limits
from tcgen.plan.constraints.regex import texts_of
from tcgen.plan.constraints.sql import Expression

_MANY = 64
_EPSILON = Decimal("0.01")

_MIRRORED: dict[type[Expression], type[Expression]] = {
    e.GT: e.LT,
    e.GTE: e.LTE,
    e.LT: e.GT,
    e.LTE: e.GTE,
    e.EQ: e.EQ,
    e.NEQ: e.NEQ,
}
_NEGATED: dict[type[Expression], type[Expression]] = {
    e.GT: e.LTE,
    e.GTE: e.LT,
    e.LT: e.GTE,
    e.LTE: e.GT,
    e.EQ: e.NEQ,
    e.NEQ: e.EQ,
}


def limits_of(
    checks: Iterable[str],
    *,
    required: set[str],
    whole: set[str],
    values: Mapping[str, tuple[str, ...]] | None = None,
    known: Mapping[str, Limits] | None = None,
    avoided: Collection[str] = (),
) -> dict[str, Limits]:
    """Return limits that make all conditions true at once.

    Args:
        checks: SQL conditions of one table.
        required: Columns that will hold a value; the others stay NULL unless a condition wants more.
        whole: Columns of an integer type, where ``> 0`` means ``>= 1``.
        values: Columns of an enum → the values it has.
        known: What is asked of some columns already.
        avoided: Columns that had better stay NULL where there is a choice.

    Returns:
        Column name → limits, for the alternative that needs the fewest extra columns.
    """
    states: list[Alternative] = [dict(known or {})]
    for sql in checks:
        try:
            condition = cast("Expression", sqlglot.parse_one(sql, dialect="postgres"))
        except SqlglotError:
            continue
        choices = _alternatives(condition, whole)
        merged = [both for both in joined_all(states, choices) if _leaves_values(both, values or {})]
        states = sorted(merged, key=lambda state: _cost(state, required, avoided))[:_MANY] or states
    return min(states, key=lambda state: _cost(state, required, avoided))


def _cost(state: Alternative, required: set[str], avoided: Collection[str]) -> tuple[int, int]:
    extra = sum(1 for name, limit in state.items() if limit.null is False and name not in required)
    missing = sum(10 for name, limit in state.items() if limit.null and name in required)
    return extra + missing, sum(1 for name in avoided if name in state and state[name].null is False)


def _leaves_values(state: Alternative, values: Mapping[str, tuple[str, ...]]) -> bool:
    for name, limit in state.items():
        left = [one for one in values.get(name, ()) if one not in limit.none_of]
        if name in values and not [one for one in left if limit.one_of is None or one in limit.one_of]:
            return False
    return True


def _alternatives(node: Expression, whole: set[str], negated: bool = False) -> list[Alternative]:
    if isinstance(node, e.Paren):
        return _alternatives(node.this, whole, negated)
    if isinstance(node, e.Not):
        return _alternatives(node.this, whole, not negated)
    if isinstance(node, (e.And, e.Or)):
        left = _alternatives(node.this, whole, negated)
        right = _alternatives(node.expression, whole, negated)
        if isinstance(node, e.And) != negated:
            return joined_all(left, right)[:_MANY]
        return (left + right)[:_MANY]
    # newer sqlglot marks IS NOT, NOT IN and the like on the node, older wraps it in Not
    negated = negated != bool(node.args.get("negate"))
    for kind, reader in _READERS:
        if isinstance(node, kind):
            found = reader(node, whole, negated)
            return [{}] if found is None else found
    return [{}]


def _column(node: Expression | None) -> str | None:
    while isinstance(node, (e.Paren, e.Cast, e.Lower, e.Upper, e.Trim)):
        node = node.this
    return node.name if isinstance(node, e.Column) else None


def _length_of(node: Expression | None) -> str | None:
    while isinstance(node, e.Paren):
        node = node.this
    return _column(node.this) if isinstance(node, e.Length) else None


def _bare(node: Expression) -> Expression:
    while isinstance(node, (e.Paren, e.Cast)):
        node = node.this
    return node


def _constant(node: Expression | None) -> object:
    node = None if node is None else _bare(node)
    if isinstance(node, e.Neg):
        inner = _constant(node.this)
        return -inner if isinstance(inner, Decimal) else None
    if isinstance(node, e.Literal):
        return node.this if node.is_string else Decimal(node.this)
    if isinstance(node, e.Boolean):
        return bool(node.this)
    return None


def _compare(node: Expression, whole: set[str], negated: bool) -> list[Alternative] | None:
    left, right, kind = node.this, node.expression, type(node)
    if negated:
        kind = _NEGATED[kind]
    if _constant(left) is not None:
        left, right, kind = right, left, _MIRRORED[kind]
    value = _constant(right)
    if isinstance(left.unnest(), (e.Is, e.Not)) and isinstance(right.unnest(), (e.Is, e.Not)):
        return _same_truth(left, right, whole, kind is e.EQ)
    if isinstance(right, e.Any) and kind is e.EQ:
        return _in(e.In(this=left, expressions=_bare(right.this).expressions), whole, False)
    if isinstance(value, Decimal) and (ways := counted(left, kind, value, _holds(whole))) is not None:
        return ways
    if (measured := _length_of(left)) and isinstance(value, Decimal):
        return _length_limit(measured, kind, int(value))
    name, other = _column(left), _column(right)
    if name and name == other:
        return _same_letters(name, left, right) if kind is e.EQ else None
    if name and other:
        return _two_columns(name, other, kind)
    if name is None or value is None:
        return linear_limits(left, right, kind, whole)
    limit = _bound(kind, value, name in whole)
    return None if limit is None else [{name: limit}]


def _same_truth(left: Expression, right: Expression, whole: set[str], same: bool) -> list[Alternative]:
    found: list[Alternative] = []
    for negated in (False, True):
        found += joined_all(_alternatives(left, whole, negated), _alternatives(right, whole, negated == same))
    return found[:_MANY]


def _holds(whole: set[str]) -> Holds:
    return lambda node, negated: _alternatives(node, whole, negated)


def _case(node: Expression, whole: set[str], negated: bool) -> list[Alternative] | None:
    return cases(cast("e.Case", node), negated, _holds(whole))


def _bound(kind: type[Expression], value: object, whole: bool) -> Limits | None:
    if kind is e.EQ:
        return Limits(one_of=(value,))
    if kind is e.NEQ:
        if value == "":
            return Limits(min_length=1)
        return Limits(none_of=(value,))
    if not isinstance(value, Decimal):
        return None
    step = Decimal(1) if whole else _EPSILON
    if kind is e.GTE:
        return Limits(low=value)
    if kind is e.GT:
        return Limits(low=value + step)
    if kind is e.LTE:
        return Limits(high=value)
    return Limits(high=value - step)


def _length_limit(name: str, kind: type[Expression], size: int) -> list[Alternative]:
    if kind is e.EQ:
        return [{name: Limits(min_length=size, max_length=size)}]
    if kind in (e.GT, e.GTE):
        return [{name: Limits(min_length=size + (kind is e.GT))}]
    if kind in (e.LT, e.LTE):
        return [{name: Limits(max_length=size - (kind is e.LT))}]
    return [{name: Limits(min_length=size + 1)}]


def _two_columns(name: str, other: str, kind: type[Expression]) -> list[Alternative] | None:
    if kind in (e.GT, e.NEQ):
        return [{name: Limits(more_than=other)}]
    if kind is e.GTE:
        return [{name: Limits(at_least=other)}]
    if kind is e.LT:
        return [{other: Limits(more_than=name)}]
    if kind is e.LTE:
        return [{other: Limits(at_least=name)}]
    return [{name: Limits(same_as=(other,))}]


def _same_letters(name: str, left: Expression, right: Expression) -> list[Alternative] | None:
    """Read ``lower(a) = a`` and the like."""
    for kind, pattern in _LETTERS.items():
        if isinstance(left, kind) or isinstance(right, kind):
            return [{name: Limits(patterns=(pattern,))}]
    return None


SMALL, CAPITAL = "^[^A-Z]+$", "^[^a-z]+$"
"""Texts of which each part is one of the same kind."""

_LETTERS: dict[type[Expression], str] = {
    e.Lower: SMALL,
    e.Upper: CAPITAL,
    e.Trim: r"^\w+$",
}


def _is_null(node: Expression, whole: set[str], negated: bool) -> list[Alternative] | None:
    name = _column(node.this)
    if isinstance(node.this, e.Coalesce) and isinstance(node.expression, e.Null):
        return _all_null(node.this, negated)
    if name is None:
        return None
    if isinstance(node.expression, e.Null):
        return [{name: Limits(null=not negated)}]
    if isinstance(node.expression, e.Boolean):
        return [{name: Limits(one_of=(bool(node.expression.this) != negated,))}]
    return None


def _all_null(node: e.Coalesce, negated: bool) -> list[Alternative] | None:
    names = [_column(one) for one in (node.this, *node.expressions)]
    if None in names:
        return None
    if negated:
        return [{str(name): Limits(null=False)} for name in names]
    return [{str(name): Limits(null=True) for name in names}]


def _in(node: Expression, whole: set[str], negated: bool) -> list[Alternative] | None:
    name = _column(node.this)
    values = tuple(_constant(item) for item in node.expressions)
    if name is None or not values or None in values:
        return None
    return [{name: Limits(none_of=values) if negated else Limits(one_of=values)}]


def _between(node: Expression, whole: set[str], negated: bool) -> list[Alternative] | None:
    low, high = _constant(node.args["low"]), _constant(node.args["high"])
    if not isinstance(low, Decimal) or not isinstance(high, Decimal):
        return None
    below, above = (e.LT, e.GT) if negated else (e.GTE, e.LTE)
    if measured := _length_of(node.this):
        if negated:
            return [*_length_limit(measured, below, int(low)), *_length_limit(measured, above, int(high))]
        return [{measured: Limits(min_length=int(low), max_length=int(high))}]
    name = _column(node.this)
    if name is None:
        return None
    if not negated:
        return [{name: Limits(low=low, high=high)}] if low <= high else []
    bounds = (_bound(below, low, name in whole), _bound(above, high, name in whole))
    return [{name: bound} for bound in bounds if bound is not None]


def _matches(node: Expression, whole: set[str], negated: bool) -> list[Alternative] | None:
    name, pattern = _column(node.this), _constant(node.expression)
    if name is None or not isinstance(pattern, str):
        return None
    expression = _regular_expression(node, pattern)
    listed = None if negated else texts_of(expression)
    if listed and len(listed) > 1:
        return [{name: Limits(one_of=listed)}]
    return [{name: Limits(unlike=(expression,)) if negated else Limits(patterns=(expression,))}]


def _regular_expression(node: Expression, pattern: str) -> str:
    """Return the pattern as Python writes it."""
    if isinstance(node, (e.Like, e.ILike)):
        parts = (_WILD.get(part, re.escape(part)) for part in re.split("([%_])", pattern))
        pattern = f"^{''.join(parts)}$"
    elif isinstance(node, e.SimilarTo):
        pattern = f"^({pattern.replace('%', '.*').replace('_', '.')})$"
    for theirs, ours in _CLASSES.items():
        pattern = pattern.replace(theirs, ours)
    return f"(?i){pattern}" if isinstance(node, (e.ILike, e.RegexpILike)) else pattern


_WILD = {"%": ".*", "_": "."}
_CLASSES = {
    "[:alpha:]": "a-zA-Z",
    "[:digit:]": "0-9",
    "[:alnum:]": "a-zA-Z0-9",
    "[:lower:]": "a-z",
    "[:upper:]": "A-Z",
    "[:space:]": r"\s",
    r"\m": r"\b",
    r"\M": r"\b",
    r"\y": r"\b",
}


def _literally(node: Expression, whole: set[str], negated: bool) -> list[Alternative] | None:
    return [{}] if bool(node.this) != negated else []


def _truth(node: Expression, whole: set[str], negated: bool) -> list[Alternative] | None:
    name = _column(node)
    return None if name is None else [{name: Limits(one_of=(not negated,))}]


Reader = Callable[[Expression, "set[str]", bool], "list[Alternative] | None"]
_READERS: tuple[tuple[type[Expression] | tuple[type[Expression], ...], Reader], ...] = (
    (tuple(_NEGATED), _compare),
    (e.Is, _is_null),
    (e.In, _in),
    (e.Between, _between),
    ((e.RegexpLike, e.RegexpILike, e.Like, e.ILike, e.SimilarTo), _matches),
    (e.Column, _truth),
    (e.Boolean, _literally),
    (e.Case, _case),
)
