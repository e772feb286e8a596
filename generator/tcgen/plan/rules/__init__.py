"""Rules that give a column its value: an ordered list, the first that answers wins.

A new type is one more rule in ``types.py`` and one test.
"""

from __future__ import annotations

from tcgen.plan.columns import Attribute
from tcgen.plan.rules import limited, names, types
from tcgen.plan.source import Code

RULES = (limited.cycled, limited.one_of, types.enum, types.decorated, names.readable, types.plain)


def value_for(attribute: Attribute) -> Code:
    """Return the expression that gives the attribute a valid value."""
    for rule in RULES:
        code = rule(attribute)
        if code is not None:
            return code
    return types.fallback(attribute)
