"""Which environment variables the settings classes of pydantic read: asked of the classes, once they are imported."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress

from ..common import Live

_HOMES = ("pydantic_settings", "pydantic.v1", "pydantic")


def names() -> list[str]:
    """The variables, in upper case, those of nested models too."""
    found: set[str] = set()
    for base in _bases():
        for cls in _below(base):
            with suppress(Exception):  # what a project does to its classes must not end the inspection
                found |= {name.upper() for name in _of_class(cls)}
    return sorted(found)


def _bases() -> Iterator[Live]:
    for home in _HOMES:
        with suppress(Exception):  # pydantic 2 raises where its own is asked for
            yield sys.modules[home].BaseSettings


def _below(base: Live) -> Iterator[Live]:
    todo: list[Live] = list(base.__subclasses__())
    while todo:
        cls = todo.pop()
        yield cls
        todo += cls.__subclasses__()


def _of_class(cls: Live) -> Iterator[str]:
    config = config_of(cls)
    prefix, delimiter = str(config.get("env_prefix") or ""), config.get("env_nested_delimiter")
    for name, field in fields_of(cls).items():
        for variable in _aliases(field) or [f"{prefix}{name}"]:
            yield variable
            if delimiter:
                yield from _nested(field, f"{variable}{delimiter}", str(delimiter), ())


def _nested(field: Live, start: str, delimiter: str, above: tuple[type, ...]) -> Iterator[str]:
    for model in _models(getattr(field, "annotation", None)):
        if model in above:
            continue
        for name, inner in fields_of(model).items():
            yield f"{start}{name}"
            yield from _nested(inner, f"{start}{name}{delimiter}", delimiter, (*above, model))


def _models(annotation: Live) -> Iterator[type]:
    """The models that an annotation names: itself, or within ``Optional`` and the like."""
    if isinstance(annotation, type) and fields_of(annotation):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _models(argument)


def config_of(cls: Live) -> dict[str, Live]:
    """What a class says of its variables' names: their prefix, and what parts those of nested models."""
    old: Live = getattr(cls, "__config__", None)  # pydantic 1
    return _dict(getattr(cls, "model_config", None)) or {
        name: getattr(old, name, None) for name in ("env_prefix", "env_nested_delimiter")
    }


def fields_of(cls: Live) -> dict[str, Live]:
    """The fields of a model by name; empty for what is none."""
    return _dict(getattr(cls, "model_fields", None) or getattr(cls, "__fields__", None))


def _dict(value: Live) -> dict[str, Live]:
    return dict(value.items()) if hasattr(value, "items") else {}


def _aliases(field: Live) -> list[str]:
    """Names that a field is read under in the place of its own."""
    extra = _dict(getattr(getattr(field, "field_info", None), "extra", None))  # pydantic 1
    if extra.get("env_names"):
        return [str(name) for name in extra["env_names"]]
    alias: Live = getattr(field, "validation_alias", None)
    choices: Live = getattr(alias, "choices", None) or [alias]
    return [one for one in choices if isinstance(one, str)]
