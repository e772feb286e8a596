"""Rules that give a column its value: an ordered list, the first that answers wins.

What a kind of value is and how it is made says ``constraints/value_kinds.py``; the functions here make what
takes more than a text.
"""

from __future__ import annotations

from dataclasses import replace

from tcgen.plan.constraints.attribute import Attribute
from tcgen.plan.source.code import Code
from tcgen.plan.values import (
    collections,
    custom_types,
    enumerated,
    geometry,  # noqa: F401 - registers its makers
    makers,
    names,
    ranges,  # noqa: F401 - registers its makers
    types,
)


@makers.makes("array")
def array(attribute: Attribute) -> Code:
    """An array of what its elements' type gets."""
    return collections.array(attribute, value_for)


RULES = (
    enumerated.cycled,
    enumerated.one_of,
    types.enum,
    custom_types.decorated,
    names.readable,
    makers.plain,
)


def value_for(attribute: Attribute) -> Code:
    """Return the expression that gives the attribute a valid value."""
    attribute = names.sensible(attribute)
    for rule in RULES:
        code = rule(attribute)
        if code is not None:
            return replace(code, caveat=code.caveat or custom_types.caveat_about(attribute.type))
    return custom_types.fallback(attribute)
