"""Values that hold several: arrays, documents, vectors."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from tcgen.ir.schema import TypeFact
from tcgen.plan.constraints.attribute import Attribute
from tcgen.plan.constraints.checks import CAPITAL, SMALL
from tcgen.plan.constraints.domains import within_domain
from tcgen.plan.constraints.limits import Limits
from tcgen.plan.constraints.type_parts import innermost
from tcgen.plan.constraints.value_kinds import KINDS, kind_of, value_kind_of
from tcgen.plan.constraints.value_ranges import few_values
from tcgen.plan.source.calls import evaluated
from tcgen.plan.source.code import Code
from tcgen.plan.values.enumerated import few
from tcgen.plan.values.makers import makes


def array(attribute: Attribute, value_for: Callable[[Attribute], Code]) -> Code:
    """An array of one element, nested as deep as the column is.

    Where it is the row's own and its element cannot be, it has several, in another order or number each time.
    """
    item = innermost(attribute.type).item
    # asyncpg cannot read an array of hstore back
    if item is None or (kind_of(item) == "hstore" and not attribute.distinct):
        return Code("Use(list[object])", reason="an array")
    # what a CHECK says of the whole array's letters, it says of each element's
    letters = tuple(one for one in attribute.limits.patterns if one in (SMALL, CAPITAL))
    one = replace(
        attribute,
        column=attribute.column.model_copy(update={"type": item}),
        limits=within_domain(Limits(patterns=letters), item),
    )
    element = (not letters and _element(item)) or value_for(one)
    made = Code(f"[{evaluated(element.text)}]", element.imports)
    if attribute.distinct and not _differs(one):
        made = _told_apart(made, few(one))
    depth = (innermost(attribute.type).dimensions or 1) - 1
    value = "[" * depth + made.text + "]" * depth
    return Code(f"Use(lambda: {value})", made.imports, "an array", caveat=element.caveat)


def _element(item: TypeFact) -> Code | None:
    text = KINDS[value_kind_of(item)].element
    return None if text is None else Code(f"Use(lambda: {text})")


def _differs(element: Attribute) -> bool:
    return KINDS[value_kind_of(element.type)].differs and few_values(element) is None


def _told_apart(single: Code, listed: Code | None) -> Code:
    """Write a row's number in two of the few values that are listed, or as so many times the single one."""
    if listed is None:
        return Code(f"{single.text} * next(serial)", single.imports)
    text = listed.text if listed.text.endswith(("]", ")")) else f"({listed.text})"
    return Code(f'[{text}[int(bit)] for bit in f"{{next(serial):b}}"]', listed.imports)


@makes("json")
def document(attribute: Attribute) -> Code:
    """An empty object, or an empty list where the attribute takes lists."""
    takes_lists = attribute.type.python_type == "list"
    if attribute.distinct:
        number = "[next(serial)]" if takes_lists else '{"number": next(serial)}'
        return Code(f"Use(lambda: {number})", reason="unique")
    return Code("Use(list[object])" if takes_lists else "Use(dict[str, object])")


@makes("vector")
def vector(attribute: Attribute) -> Code:
    """As many numbers as the column has dimensions."""
    found = re.search(r"\((\d+)\)", innermost(attribute.type).ddl or "")
    size = int(found.group(1)) if found else 3
    if attribute.distinct:
        return _numbered(size)
    values = f"[fake.pyfloat(min_value=-1, max_value=1) for _ in range({size})]"
    return Code(f"Use(lambda: {values})", reason="a vector")


def _numbered(size: int) -> Code:
    """Write a row's number into a vector, in two places: half a float counts no further than 2048."""
    if size == 1:
        return Code("Use(lambda: [float(next(serial))])", reason="unique")
    rest = f" + [0.5] * {size - 2}" if size > 2 else ""
    return Code(f"Use(lambda: [*map(float, divmod(next(serial), 1_000))]{rest})", reason="unique")
