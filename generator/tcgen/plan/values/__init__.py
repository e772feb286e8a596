"""Rules that give a column its value: an ordered list, the first that answers wins.

A new type is one more rule in ``types.py`` and one test.
"""

from __future__ import annotations

from dataclasses import replace

from tcgen.plan.constraints.attribute import Attribute
from tcgen.plan.constraints.value_kinds import kind_of
from tcgen.plan.source.code import Code
from tcgen.plan.values import collections, custom_types, enumerated, names, types


def array(attribute: Attribute) -> Code | None:
    """An array of what its elements' type gets."""
    return collections.array(attribute, value_for) if kind_of(attribute.type) == "array" else None


RULES = (
    enumerated.cycled,
    enumerated.one_of,
    types.enum,
    custom_types.decorated,
    names.readable,
    array,
    types.plain,
)


def value_for(attribute: Attribute) -> Code:
    """Return the expression that gives the attribute a valid value."""
    attribute = names.sensible(attribute)
    for rule in RULES:
        code = rule(attribute)
        if code is not None:
            return replace(code, caveat=code.caveat or custom_types.caveat_about(attribute.type))
    return custom_types.fallback(attribute)
