"""``TypeFact`` of a column's type, as PostgreSQL sees it."""

from __future__ import annotations

import enum
from contextlib import suppress

from sqlalchemy import types as sqltypes
from sqlalchemy.types import TypeDecorator, TypeEngine

from . import examples, guard, samples
from .common import Live, is_importable, reference

PG = guard.postgresql()


def for_postgresql(type_: Live) -> Live:
    """The variant ``with_variant`` gave for PostgreSQL, or the type itself."""
    mapping = getattr(type_, "_variant_mapping", None)
    if mapping and "postgresql" in mapping:
        return mapping["postgresql"]
    if type(type_).__name__ == "Variant" and hasattr(type_, "mapping"):  # SQLAlchemy 1.4
        return type_.mapping.get("postgresql", type_.impl)
    return type_


def wrapped(type_: Live) -> Live:
    """The type a decorator (or a domain) stands on for PostgreSQL, or None."""
    if isinstance(type_, TypeDecorator):
        with suppress(Exception):
            return for_postgresql(type_.load_dialect_impl(PG))
        return getattr(type_, "impl_instance", None) or type_.impl
    return getattr(type_, "data_type", None) if type(type_).__name__ == "DOMAIN" else None


def innermost(type_: Live) -> Live:
    """The plain type below all decorators."""
    for _ in range(8):
        inner = wrapped(type_)
        if inner is None or inner is type_:
            break
        type_ = inner
    return type_


def type_fact(type_: Live, depth: int = 0) -> dict[str, Live]:
    """Everything ``TypeFact`` asks for."""
    type_ = for_postgresql(type_)
    inner = wrapped(type_) if depth < 8 else None
    item = getattr(type_, "item_type", None) if isinstance(innermost(type_), sqltypes.ARRAY) else None
    fact: dict[str, Live] = {
        "name": type(type_).__name__,
        "module": type(type_).__module__,
        "bases": _bases(type_),
        "ddl": _ddl(type_),
        "length": _number(type_, "length"),
        "precision": _number(type_, "precision"),
        "scale": _number(type_, "scale"),
        "timezone": bool(_attribute(type_, "timezone") is True),
        "as_uuid": _attribute(type_, "as_uuid"),
        "dimensions": _number(type_, "dimensions") or _number(type_, "dim"),
        "item": type_fact(item, depth + 1) if item is not None and depth < 8 else None,
        "impl": type_fact(inner, depth + 1) if inner is not None else None,
        "enum": _enum(type_),
        "python_type": _python_type(type_),
    }
    if _is_foreign(type_):
        fact["accepts"] = _accepts(type_)
        if not fact["accepts"] or fact["accepts"][0].startswith("empty_"):
            fact["example"] = _example(type_)
        if not fact["accepts"] and fact["example"] is None:
            fact["built"] = _built(type_)
    return fact


def _bases(type_: Live) -> list[str]:
    mro = type(type_).__mro__
    return [c.__name__ for c in mro[: mro.index(TypeEngine)]] if TypeEngine in mro else [mro[0].__name__]


def _ddl(type_: Live) -> str | None:
    with suppress(Exception):
        return str(type_.compile(dialect=PG))
    return None


def _attribute(type_: Live, name: str) -> Live:
    with suppress(Exception):
        return getattr(type_, name, None)
    return None


def _number(type_: Live, name: str) -> int | None:
    value = _attribute(type_, name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _python_type(type_: Live) -> str | None:
    with suppress(Exception):
        name: str = type_.python_type.__name__
        return name
    return None


def _is_foreign(type_: Live) -> bool:
    return isinstance(type_, TypeDecorator) or not type(type_).__module__.startswith("sqlalchemy.")


def _enum_class(type_: Live) -> Live:
    """The enum class of an ``Enum``, or one a decorator of the project's own keeps in an attribute."""
    found = _attribute(type_, "enum_class")
    if isinstance(found, type) and issubclass(found, enum.Enum):
        return found
    for value in vars(type_).values() if isinstance(type_, TypeDecorator) else ():
        if isinstance(value, type) and issubclass(value, enum.Enum):
            return value
    return None


def _enum(type_: Live) -> dict[str, Live] | None:
    plain = innermost(type_)
    cls = _enum_class(type_)
    if isinstance(plain, sqltypes.Enum):
        cls = cls or _enum_class(plain)
        return _native_enum(plain, cls)
    if cls is None:
        return _choices(type_)
    return {
        "values": [str(_stored(type_, member)) for member in cls],
        "cls": reference(cls) if is_importable(cls) else None,
        "members": [member.name for member in cls],
    }


def _native_enum(type_: Live, cls: Live) -> dict[str, Live]:
    values = [str(value) for value in type_.enums]
    lookup = getattr(type_, "_object_lookup", {})
    members = [getattr(lookup.get(value), "name", None) for value in values]
    return {
        "values": values,
        "cls": reference(cls) if cls is not None and is_importable(cls) else None,
        "members": members if cls is not None and all(members) else [],
        "name": type_.name,
    }


def _choices(type_: Live) -> dict[str, Live] | None:
    choices = _attribute(type_, "choices")
    if not isinstance(type_, TypeDecorator) or not isinstance(choices, (list, tuple)):
        return None
    return {"values": [str(c[0]) if isinstance(c, (list, tuple)) and c else str(c) for c in choices]}


def _stored(type_: Live, member: Live) -> Live:
    with suppress(Exception):
        bind = type_.bind_processor(PG)
        return bind(member) if bind else member.value
    return member.value


def _storage(type_: Live) -> Live:
    """The plain SQLAlchemy type below, or None where even that is foreign."""
    plain = innermost(type_)
    return plain if type(plain).__module__.startswith("sqlalchemy.") else None


def _accepts(type_: Live) -> list[str]:
    cls = _enum_class(type_)
    extra = {"enum_member": next(iter(cls))} if cls is not None and len(cls) else {}
    key = _cache_key(type_)
    if key not in _TRIED:
        _TRIED[key] = samples.accepted(type_, _storage(type_), PG, extra)
    return _TRIED[key]


def _example(type_: Live) -> str | None:
    return samples.first_document(type_, _storage(type_), PG, examples.documents(type_))


def _built(type_: Live) -> dict[str, str] | None:
    cls = samples.class_around(type_, _storage(type_), PG)
    return reference(cls) if cls is not None and is_importable(cls) else None


_TRIED: dict[Live, list[str]] = {}


def _cache_key(type_: Live) -> Live:
    # SQLAlchemy's own cache key leaves private attributes out, on which a bind may well depend.
    values = sorted(vars(type_).items())
    return type(type_), tuple(
        (k, repr(v) if isinstance(v, (TypeEngine, str, int)) else id(v)) for k, v in values
    )
