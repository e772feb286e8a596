"""Values that hold several: arrays, lists, sets, documents, vectors."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from tcgen.plan.constraints.attribute import Attribute
from tcgen.plan.constraints.domains import limits_of_domain
from tcgen.plan.constraints.value_kinds import innermost, kind_of
from tcgen.plan.source.calls import evaluated
from tcgen.plan.source.code import Code

Rule = Callable[[Attribute], Code]


def array(attribute: Attribute, value_for: Rule) -> Code:
    """An array of one element, nested as deep as the column is."""
    item = innermost(attribute.type).item
    if item is None or kind_of(item) == "hstore":  # asyncpg cannot read an array of hstore back
        return Code("Use(list[object])", reason="an array")
    element = value_for(
        replace(
            attribute,
            column=attribute.column.model_copy(update={"type": item}),
            limits=limits_of_domain(item),
        )
    )
    depth = innermost(attribute.type).dimensions or 1
    value = "[" * depth + evaluated(element.text) + "]" * depth
    return Code(f"Use(lambda: {value})", element.imports, "an array", caveat=element.caveat)


def held(otherwise: str, distinct: str) -> Rule:
    """Return a rule for a container: as it is mostly, and with the row's number in it."""
    return lambda attribute: (
        Code(f"Use(lambda: {distinct})", reason="unique") if attribute.distinct else Code(otherwise)
    )


_document = held("Use(dict[str, object])", '{"number": next(serial)}')
_list = held("Use(list[object])", "[next(serial)]")


def document(attribute: Attribute) -> Code:
    """An empty object, or an empty list where the attribute takes lists."""
    return _list(attribute) if attribute.type.python_type == "list" else _document(attribute)


def vector(attribute: Attribute) -> Code:
    """As many numbers as the column has dimensions."""
    found = re.search(r"\((\d+)\)", innermost(attribute.type).ddl or "")
    size = found.group(1) if found else 3
    values = f"[fake.pyfloat(min_value=-1, max_value=1) for _ in range({size})]"
    return Code(f"Use(lambda: {values})", reason="a vector")
