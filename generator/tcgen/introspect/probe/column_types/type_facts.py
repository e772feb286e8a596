"""``TypeFact`` of a column's type, as the database sees it."""

from __future__ import annotations

import enum
from contextlib import suppress

from sqlalchemy import types as sqltypes
from sqlalchemy.types import TypeDecorator, TypeEngine

from ..common import Live, is_importable, reference
from . import bind_trials, mutables, probe_values, value_classes
from .storage import DIALECT, as_variant, ddl, innermost, is_domain, is_foreign, storage, wrapped

__all__ = ["DIALECT", "as_variant", "innermost", "type_fact"]


def type_fact(type_: Live, depth: int = 0) -> dict[str, Live]:
    """Everything ``TypeFact`` asks for."""
    mutable = mutables.mutable_class(type_)
    type_ = as_variant(type_)
    stored = storage(type_) if is_foreign(type_) and not isinstance(type_, TypeDecorator) else type_
    inner = wrapped(type_) if depth < 8 else None
    item = getattr(type_, "item_type", None) if isinstance(innermost(type_), sqltypes.ARRAY) else None
    fact: dict[str, Live] = {
        "name": type(type_).__name__,
        "module": type(type_).__module__,
        "bases": _bases(type_),
        "ddl": ddl(type_),
        "length": _number(stored, "length"),
        "precision": _number(stored, "precision"),
        "scale": _number(stored, "scale"),
        "timezone": bool(_attribute(stored, "timezone") is True),
        "as_uuid": _attribute(type_, "as_uuid"),
        "dimensions": _number(type_, "dimensions") or _number(type_, "dim"),
        "item": type_fact(item, depth + 1) if item is not None and depth < 8 else None,
        "impl": type_fact(inner, depth + 1) if inner is not None else None,
        "enum": _enum(type_),
        "python_type": _python_type(type_),
    }
    if is_domain(type_):
        fact.update(_domain(type_))
    if is_foreign(type_):
        fact.update(_own(type_))
    if mutable is not None:
        fact.update(_of_mutable(mutable, fact))
    return fact


def _of_mutable(mutable: Live, fact: dict[str, Live]) -> dict[str, Live]:
    """What is left where the attribute takes lists, dicts or sets only."""
    accepts = fact.get("accepts", ())
    kept = [name for name in accepts if mutables.takes(mutable, probe_values.SAMPLES.get(name))]
    builtin = next((cls.__name__ for cls in (list, dict, set) if issubclass(mutable, cls)), None)
    return {
        "accepts": kept,
        "refused": fact.get("refused", False) or bool(accepts and not kept),
        "python_type": builtin or fact["python_type"],
    }


def _domain(type_: Live) -> dict[str, Live]:
    check = type_.check
    with suppress(Exception):
        check = check.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True})
    return {"check": None if check is None else str(check), "not_null": bool(type_.not_null)}


def _own(type_: Live) -> dict[str, Live]:
    """What a type of the project's own, or of a library, takes."""
    plain = storage(type_)
    taken = _taken(type_, plain)
    tried = bind_trials.trial(type_, plain, DIALECT)
    facts: dict[str, Live] = {
        "accepts": [one.name for one in taken if one.is_kind],
        "refused": tried is not None and not taken,
    }
    if tried is not None:
        facts["longest"] = bind_trials.longest_text(tried)
        facts["not_null"] = tried.refuses_null()
    if not taken or not taken[0].is_kind or taken[0].name.startswith("empty_"):
        example = _example(type_, plain, taken)
        if example is not None:
            facts["example"] = repr(example)
        elif not taken:
            facts.update(_instance(type_, plain))
    return facts


def _bases(type_: Live) -> list[str]:
    mro = type(type_).__mro__
    return [c.__name__ for c in mro[: mro.index(TypeEngine)]] if TypeEngine in mro else [mro[0].__name__]


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


def _enum_class(type_: Live) -> Live:
    """The enum class of an ``Enum``, or the one a decorator of the project's own has to do with."""
    found = _attribute(type_, "enum_class")
    if isinstance(found, type) and issubclass(found, enum.Enum):
        return found
    return value_classes.enumeration(type_) if isinstance(type_, TypeDecorator) else None


def _enum(type_: Live) -> dict[str, Live] | None:
    plain = innermost(type_)
    cls = _enum_class(type_)
    if isinstance(plain, sqltypes.Enum):
        cls = cls or _enum_class(plain)
        return _native_enum(plain, cls)
    if cls is None and type(plain).__name__ == "SET":  # MySQL's
        return {"values": [str(value) for value in plain.values]}
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
    keys = _choice_keys(type_)
    whole = all(isinstance(key, int) for key in keys)
    return {"values": [str(key) for key in keys], "whole": whole} if keys else None


def _choice_keys(type_: Live) -> list[Live]:
    """What a type with a list of choices stores: its members are values, or pairs of value and label."""
    choices = _attribute(type_, "choices")
    if not isinstance(type_, TypeDecorator) or not isinstance(choices, (list, tuple)):
        return []
    return [c[0] if isinstance(c, (list, tuple)) and c else c for c in choices]


def _stored(type_: Live, member: Live) -> Live:
    with suppress(Exception):
        bind = type_.bind_processor(DIALECT)
        return bind(member) if bind else member.value
    return member.value


def _taken(type_: Live, plain: Live) -> list[bind_trials.Taken]:
    key = _cache_key(type_)
    if key not in _TRIED:
        _TRIED[key] = bind_trials.taken(type_, plain, DIALECT, _extra(type_))
    return _TRIED[key]


def _extra(type_: Live) -> dict[str, Live]:
    """Samples that only this type has."""
    cls, choices, text = _enum_class(type_), _choice_keys(type_), probe_values.as_stored(type_)
    extra: dict[str, Live] = {"enum_member": next(iter(cls))} if cls is not None and len(cls) else {}
    if choices:
        extra["choice"] = choices[0]
    if text is not None:
        extra[bind_trials.AS_STORED] = text
    return extra


def _example(type_: Live, plain: Live, taken: list[bind_trials.Taken]) -> Live:
    text = probe_values.as_stored(type_)
    values = [*([] if text is None else [text]), *value_classes.plain_documents(type_)]
    alone = bool(taken) and taken[0].alone
    if not taken or alone:
        values += [value for value in probe_values.SAMPLES.values() if _is_plain(value)]
    example = bind_trials.first_accepted(type_, plain, DIALECT, values)
    # one that cannot be read back here is still more than nothing
    return probe_values.SAMPLES[taken[0].name] if example is None and alone else example


def _is_plain(value: Live) -> bool:
    return isinstance(value, (str, int, float, list, dict))


def _instance(type_: Live, plain: Live) -> dict[str, Live]:
    """A class that makes what the type takes, and of what."""
    for cls, made_by, arguments, instance in value_classes.instances(type_):
        if bind_trials.first_accepted(type_, plain, DIALECT, [instance], unread=True) is not None:
            return {
                "built": reference(cls),
                "built_by": made_by,
                "example": repr(arguments),
                "numbered": made_by == "validated" and value_classes.takes_numbers(cls, arguments),
            }
    around = bind_trials.class_around(type_, plain, DIALECT)
    return {"built": reference(around)} if around is not None and is_importable(around) else {}


_TRIED: dict[Live, list[bind_trials.Taken]] = {}


def _cache_key(type_: Live) -> Live:
    # SQLAlchemy's own cache key leaves private attributes out, on which a bind may well depend.
    values = sorted(vars(type_).items())
    return type(type_), tuple(
        (k, repr(v) if isinstance(v, (TypeEngine, str, int)) else id(v)) for k, v in values
    )
