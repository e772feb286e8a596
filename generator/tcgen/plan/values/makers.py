"""Who makes the values of a kind: the kind's own entry where a text is enough, a function where it is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from tcgen.plan.constraints.attribute import Attribute
from tcgen.plan.constraints.type_parts import innermost
from tcgen.plan.constraints.value_kinds import KINDS, ValueKind, kind_of
from tcgen.plan.source.code import Code

Maker = Callable[[Attribute], Code | None]
Made = TypeVar("Made", bound=Maker)
MAKERS: dict[ValueKind, Maker] = {}
"""The functions that make values, a row's own as well; whoever defines one registers it."""


def makes(*kinds: ValueKind) -> Callable[[Made], Made]:
    """Register a function for kinds whose values take more than a text."""

    def register(maker: Made) -> Made:
        MAKERS.update(dict.fromkeys(kinds, maker))
        return maker

    return register


def plain(attribute: Attribute) -> Code | None:
    """A value as the database stores it, whatever type of the project's own is around it."""
    kind = kind_of(attribute.type)
    inner = innermost(attribute.type)
    if kind == "datetime" and inner.timezone:
        kind = "datetime_aware"
    if kind == "uuid" and inner.as_uuid is False:
        kind = "uuid_str"
    return by_kind(attribute, kind)


def by_kind(attribute: Attribute, kind: ValueKind) -> Code | None:
    """Return a value of a kind, or None where nobody can tell one."""
    if kind in MAKERS:
        return MAKERS[kind](attribute)
    spec = KINDS[kind]
    if spec.value is None:
        return None
    if attribute.distinct and spec.distinct is not None:
        return Code(f"Use(lambda: {spec.distinct})", frozenset(spec.imports), "unique")
    return Code(spec.value, frozenset(spec.imports), spec.reason)
