"""Rules that give a column its value: an ordered list, the first that answers wins.

A new type is one more rule in ``types.py`` and one test.
"""

from __future__ import annotations

from dataclasses import replace

from tcgen.plan.columns import Attribute
from tcgen.plan.rules import containers, foreign, limited, names, types
from tcgen.plan.rules.kinds import kind_of
from tcgen.plan.source import Code


def array(attribute: Attribute) -> Code | None:
    """An array of what its elements' type gets."""
    return containers.array(attribute, value_for) if kind_of(attribute.type) == "array" else None


RULES = (limited.cycled, limited.one_of, types.enum, foreign.decorated, names.readable, array, types.plain)


def value_for(attribute: Attribute) -> Code:
    """Return the expression that gives the attribute a valid value."""
    attribute = names.sensible(attribute)
    for rule in RULES:
        code = rule(attribute)
        if code is not None:
            return replace(code, doubt=code.doubt or foreign.doubt_about(attribute.type))
    return foreign.fallback(attribute)
