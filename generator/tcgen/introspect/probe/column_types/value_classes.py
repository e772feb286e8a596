"""Finds the class whose instances a type takes, and makes a small one: for types that store objects."""

from __future__ import annotations

import dataclasses
import enum
import inspect
import sys
import typing
from collections.abc import Iterator
from contextlib import suppress

from sqlalchemy.types import TypeDecorator, TypeEngine

from ..common import Live, is_importable
from . import json_documents

PLAIN: list[tuple[type, Live]] = [(bool, True), (int, 7), (float, 1.5), (str, "text"), (list, []), (dict, {})]


def held(type_: Live) -> Iterator[Live]:
    """Classes and annotations that a type's values may be of, the likeliest first."""
    seen: list[Live] = []
    for value in (*_around(type_, _OF_VALUES), *_around(type_)):
        if _is_candidate(value) and not any(value is one for one in seen):
            seen.append(value)
            yield value


def enumeration(type_: Live) -> Live:
    """The first enum class a type has to do with, or None."""
    around = _around(type_, _OF_VALUES)
    return next((one for one in around if inspect.isclass(one) and issubclass(one, enum.Enum)), None)


def _around(type_: Live, methods: tuple[str, ...] = ()) -> list[Live]:
    """What the type keeps in attributes, is parametrised with, and names in some of its methods, or in all."""
    found: list[Live] = [*vars(type_).values()]
    for cls in type(type_).__mro__:
        if cls in (TypeDecorator, TypeEngine) or cls.__module__.startswith("sqlalchemy."):
            break
        found += [value for name, value in vars(cls).items() if not name.startswith("__")]
        found += [arg for base in vars(cls).get("__orig_bases__", ()) for arg in typing.get_args(base)]
        for name in methods or vars(cls):
            if inspect.isfunction(vars(cls).get(name)):
                found += _mentioned(vars(cls)[name])
    with suppress(Exception):
        found.append(type_.python_type)
    return found


_OF_VALUES = ("process_bind_param", "process_result_value", "bind_processor")


def _mentioned(function: Live) -> list[Live]:
    """Annotations of a method, and the classes that its body and its helpers name."""
    named = _named(function)
    own = getattr(function, "__module__", "").partition(".")[0]
    helpers = [one for one in named if inspect.isfunction(one) and one.__module__.partition(".")[0] == own]
    return [
        *_hinted(function, ("value", "return")),
        *named,
        *(part for one in helpers for part in _of_helper(one)),
    ]


def _of_helper(function: Live) -> list[Live]:
    return [*_hinted(function, ()), *_named(function)]


def _hinted(function: Live, names: tuple[str, ...]) -> list[Live]:
    """Annotations, of all parameters where none are named."""
    with suppress(Exception):
        hints = typing.get_type_hints(function)
        return [hints[name] for name in names or hints if name in hints]
    return []


def _named(function: Live) -> list[Live]:
    """What the body of a function calls by a name from outside."""
    with suppress(Exception):
        names = [*function.__code__.co_names, *function.__code__.co_freevars]
        scope = inspect.getclosurevars(function)
        known = {**scope.globals, **scope.nonlocals}
        return [known[name] for name in names if name in known]
    return []


def _is_candidate(value: Live) -> bool:
    if type(value).__name__ == "TypeAdapter" or typing.get_origin(value) is not None:
        return True
    module = getattr(value, "__module__", "")
    return (
        inspect.isclass(value)
        and not issubclass(value, (TypeEngine, enum.Enum, BaseException))
        and not module.startswith("sqlalchemy")
        and module.partition(".")[0] not in STANDARD
    )


STANDARD = {
    *getattr(sys, "stdlib_module_names", ()),
    "builtins",
    "typing",
    "datetime",
    "decimal",
    "uuid",
    "json",
}


def keywords(cls: Live) -> dict[str, Live] | None:
    """Plain arguments that make an instance of a small class of values, or None where none were found."""
    if not inspect.isclass(cls) or not is_importable(cls) or not _describes_itself(cls):
        return None
    with suppress(Exception):
        hints = {**typing.get_type_hints(cls.__init__), **typing.get_type_hints(cls)}
        required = [
            one.name
            for one in inspect.signature(cls).parameters.values()
            if one.default is one.empty and one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)
        ]
        made = {name: _plain(hints[name]) for name in required}
        cls(**made)
        return made
    return None


def _describes_itself(cls: Live) -> bool:
    marks = ("__attrs_attrs__", "__struct_fields__", "_fields")
    return dataclasses.is_dataclass(cls) or any(hasattr(cls, name) for name in marks)


def _plain(annotation: Live) -> Live:
    origin: Live = typing.get_origin(annotation) or annotation
    choices = typing.get_args(annotation)
    if type(None) in choices:
        return None
    return next(value for known, value in PLAIN if origin is known)


def is_model(cls: Live) -> bool:
    """Whether it is a pydantic model that can be imported."""
    return inspect.isclass(cls) and hasattr(cls, "model_validate") and is_importable(cls)


def instances(type_: Live) -> Iterator[tuple[Live, str, Live, Live]]:
    """Objects a type may take: class, how it is made, of what, and the object."""
    for cls in held(type_):
        if is_model(cls):
            for document in json_documents.documents(cls):
                with suppress(Exception):
                    yield cls, "validated", document, cls.model_validate(document)
        elif typing.get_origin(cls) is not None or type(cls).__name__ == "TypeAdapter":
            yield from _models_among(cls)
        else:
            made = keywords(cls)
            if made is not None:
                yield cls, "keywords", made, cls(**made)


def _models_among(annotation: Live) -> Iterator[tuple[Live, str, Live, Live]]:
    """Objects of the pydantic models that an annotation allows."""
    documents = list(json_documents.documents(annotation))  # none where pydantic has no schema for it
    checks: Live = json_documents.adapter_of(annotation) if documents else None
    for document in documents:
        with suppress(Exception):
            made = checks.validate_python(document)
            if is_model(type(made)) and type(made).model_validate(document) == made:
                yield type(made), "validated", document, made


def takes_numbers(cls: Live, document: Live) -> bool:
    """Whether a model is as content with a text that ends in a number, as unique columns need it."""
    with suppress(Exception):
        return (
            isinstance(document, str) and document.isalnum() and bool(cls.model_validate(f"{document}-1001"))
        )
    return False


def plain_documents(type_: Live) -> Iterator[Live]:
    """Documents of what a type may hold, as plain values."""
    for value in held(type_):
        yield from json_documents.documents(value)
