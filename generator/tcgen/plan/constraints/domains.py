"""What a DOMAIN asks of its values, whichever column has it."""

from __future__ import annotations

from tcgen.ir.schema import TypeFact
from tcgen.plan.constraints.attribute import is_whole
from tcgen.plan.constraints.checks import limits_of
from tcgen.plan.constraints.limits import Limits


def limits_of_domain(fact: TypeFact) -> Limits:
    """Return the limits its CHECK sets, of a type that is or wraps a DOMAIN."""
    if fact.check is None:
        return Limits() if fact.impl is None else limits_of_domain(fact.impl)
    names = {"VALUE", "value"}
    found = limits_of([fact.check], required=names, whole=names if is_whole(fact) else set())
    return next(iter(found.values()), Limits())


def within_domain(limits: Limits, fact: TypeFact) -> Limits:
    """Return a column's own limits and its domain's together."""
    domain = limits_of_domain(fact)
    return limits.merged(domain) or domain
