"""Types that are not SQLAlchemy's own: what the probe saw go through them decides."""

from __future__ import annotations

import ast

from tcgen.ir.schema import TypeFact
from tcgen.plan.constraints.attribute import Attribute
from tcgen.plan.constraints.value_kinds import (
    EMPTY_SAMPLES,
    ValueKind,
    is_known_by_ddl,
    is_written_as_stored,
    kind_of,
    kind_of_python_type,
    kind_of_samples,
)
from tcgen.plan.source.calls import evaluated
from tcgen.plan.source.code import Code, quoted
from tcgen.plan.source.naming import is_plain_name
from tcgen.plan.values import names
from tcgen.plan.values.makers import by_kind, plain


def decorated(attribute: Attribute) -> Code | None:
    """A value that the type was seen to take."""
    fact = attribute.type
    if is_known_by_ddl(fact) or (attribute.distinct and is_written_as_stored(fact)):
        return plain(attribute)
    if fact.example is not None:
        return _example(attribute, ast.literal_eval(fact.example))
    kind = kind_of_samples(fact)
    if kind is not None:
        return _of_kind(attribute, kind)
    empty = next((EMPTY_SAMPLES[one] for one in fact.accepts if one in EMPTY_SAMPLES), None)
    return _built(attribute) if empty is None else Code(empty, reason="what its type takes")


def _example(attribute: Attribute, value: object) -> Code | None:
    fact = attribute.type
    if fact.built is None:
        text = quoted(value) if isinstance(value, (str, int, float)) else f"Use(lambda: {quoted(value)})"
        return Code(text, reason="a value its type takes")
    cls = fact.built
    if not is_plain_name(cls.dotted):
        return None
    if fact.built_by == "validated" or not isinstance(value, dict):
        document = f'f"{value}-{{next(serial)}}"' if attribute.distinct and fact.numbered else quoted(value)
        call = f"{cls.qualname}.model_validate({document})"
    else:
        call = f"{cls.qualname}({', '.join(f'{name}={quoted(one)}' for name, one in value.items())})"
    imports = frozenset({f"from {cls.module} import {cls.qualname.partition('.')[0]}"})
    return Code(f"Use(lambda: {call})", imports, reason=f"its type takes {cls.qualname}")


def _of_kind(attribute: Attribute, kind: ValueKind) -> Code | None:
    if kind == "string":
        return names.by_name(attribute) or by_kind(attribute, kind)
    if kind == "json" and not attribute.distinct and "empty_dict" not in attribute.type.accepts:
        return Code('Use(lambda: {"key": "value"})', reason="a document its type takes")
    return by_kind(attribute, kind)


def _built(attribute: Attribute) -> Code | None:
    cls, stored = attribute.type.built, plain(attribute)
    if cls is None or stored is None or not is_plain_name(cls.dotted):
        return None
    return Code(
        f"Use(lambda: {cls.qualname}({evaluated(stored.text)}))",
        stored.imports | {f"from {cls.module} import {cls.qualname.partition('.')[0]}"},
        reason=f"{cls.qualname} around {stored.reason}",
    )


def fallback(attribute: Attribute) -> Code:
    """A type nobody knows: what its Python type can be made of, else a short text, and a caveat."""
    code = by_kind(attribute, kind_of_python_type(attribute.type.python_type)) or Code('"value"')
    return Code(code.text, code.imports, "an unknown type", caveat=caveat_about(attribute.type) or _UNKNOWN)


_UNKNOWN = "a guess"


def caveat_about(fact: TypeFact) -> str:
    """Return why a value for this type may be refused, or "" where nothing speaks against it."""
    name = f"{fact.module}.{fact.name}"
    if fact.refused and not (fact.example or fact.built):
        return f"{name} refused every value that was tried"
    if kind_of(fact) == "unknown":
        return f"nothing is known of {name}" + (f" ({fact.ddl})" if fact.ddl else "")
    return ""
