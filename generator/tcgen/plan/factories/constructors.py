"""What the ``__init__`` of a class asks for, and whether it takes what a factory sets."""

from __future__ import annotations

from tcgen.ir.schema import ConstructorFact, MapperFact
from tcgen.plan.factories.parents import Link
from tcgen.plan.source.code import Code


def for_constructor(mapper: MapperFact, values: dict[str, Code], links: tuple[Link, ...]) -> dict[str, Code]:
    """Give a dataclass every argument its ``__init__`` asks for."""
    constructor = mapper.constructor
    if constructor.kind != "dataclass":
        return {}
    given: dict[str, Code] = {}
    relationships = {one.key: one for one in mapper.relationships}
    through = {link.relationship.key for link in links if link.relationship}
    keyed = {name for link in links if not link.relationship for name in link.pairs}
    for name in constructor.required:
        if name in values or name in through or name in keyed:
            continue
        many = name in relationships and relationships[name].uselist
        given[name] = Code("Use(list)" if many else "None", reason="__init__ asks for it")
    return given


def bypasses_init(constructor: ConstructorFact, values: dict[str, Code], links: tuple[Link, ...]) -> bool:
    """Tell whether ``__init__`` does not take what the factory sets, so that it is set on a bare instance."""
    wanted = set(values) | {link.relationship.key for link in links if link.relationship}
    wanted |= {name for link in links if not link.relationship for name in link.pairs}
    if constructor.kind in ("declarative", "sqlmodel"):
        return False
    if constructor.kind == "dataclass":
        return not wanted <= set(constructor.parameters)
    if constructor.kind == "none":
        return bool(wanted)
    return not (constructor.calls_default and constructor.accepts_any and not constructor.required)
