"""Classes of a hierarchy: which kind a row is, and who says so."""

from __future__ import annotations

import ast
import re
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal

from tcgen.ir.schema import MapperFact
from tcgen.plan.constraints.attribute import Attribute
from tcgen.plan.constraints.limits import Limits
from tcgen.plan.source.code import Code, quoted


def set_by_the_mapper(mapper: MapperFact) -> set[str]:
    """Return the attributes that SQLAlchemy gives a value: the version counter, the discriminator."""
    names: set[str] = {mapper.version_id} if mapper.version_id else set()
    if mapper.discriminator and mapper.polymorphic_identity is not None:
        names.add(mapper.discriminator)
    return names


def identified(mapper: MapperFact, merged: dict[str, Attribute]) -> dict[str, Attribute]:
    """Say what the mapper sets: a condition on the kind of a row is already decided."""
    name = mapper.discriminator
    if name is None or name not in merged:
        return merged
    member, value = _read_identity(mapper)
    enum = merged[name].type.enum
    if member and enum is not None:
        value = dict(zip(enum.members, enum.values, strict=False)).get(member)
    if isinstance(value, int) and not isinstance(value, bool):
        value = Decimal(value)  # as CHECKs are read
    if not isinstance(value, (str, Decimal)):
        return merged
    return merged | {name: replace(merged[name], limits=Limits(one_of=(value,)))}


def _read_identity(mapper: MapperFact) -> tuple[str | None, object]:
    """Return the polymorphic identity's value, before it the member's name if it is one of an enum.

    The value is None where there is none, or its text does not tell it.
    """
    text = mapper.polymorphic_identity or "None"
    member = re.fullmatch(r"<\w+\.(\w+): (.+)>", text)
    with suppress(ValueError, SyntaxError):
        return member and member[1], ast.literal_eval(member[2] if member else text)
    return member and member[1], None


def identity_code(mapper: MapperFact, merged: dict[str, Attribute]) -> dict[str, Code]:
    """Say which class of a hierarchy a row is, as ``__init__`` would have made SQLAlchemy do."""
    name, (member, value) = mapper.discriminator, _read_identity(mapper)
    if name is None or name not in merged:
        return {}
    enum = merged[name].type.enum
    if member is None or enum is None or enum.cls is None:
        return {} if value is None else {name: Code(quoted(value), reason="polymorphic identity")}
    top = enum.cls.qualname.partition(".")[0]
    imports = frozenset({f"from {enum.cls.module} import {top}"})
    return {name: Code(f"{enum.cls.qualname}.{member}", imports, reason="polymorphic identity")}
