"""Tells an import that failed for want of a setting from one that failed for any other reason."""

from __future__ import annotations

import enum
import os
import re
import traceback
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..common import Live, words_of
from . import settings_classes

if TYPE_CHECKING:
    from tcgen.introspect.protocol import MissingSetting

KINDS = {"int": "int", "float": "int", "bool": "bool", "list": "list", "dict": "dict", "Path": "path"}


def missing(error: BaseException, names: list[str]) -> list[MissingSetting]:
    """Environment variables the error asks for: ``name``, ``kind`` and, for choices, a ``value``.

    Args:
        error: What the import raised.
        names: Variables the project's source text mentions.
    """
    found: dict[str, MissingSetting] = {}
    for link in _chain(error):
        for item in (
            *_of_another_form(link, names),
            *_environ_key(link),
            *_pydantic_fields(link),
            *_named_in_message(link, names),
            *_asked_by_a_helper(link),
        ):
            found.setdefault(item["name"], item)
    return [one for one in found.values() if one["name"] not in os.environ or one["kind"] == "form"]


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _environ_key(error: BaseException) -> list[MissingSetting]:
    if not isinstance(error, KeyError) or not error.args or not isinstance(error.args[0], str):
        return []
    frames = traceback.extract_tb(error.__traceback__)
    if not frames or (
        frames[-1].filename != os.__file__ and not re.match(r"[A-Z][A-Z0-9_]+$", error.args[0])
    ):
        return []
    return [{"name": error.args[0], "kind": "str", "value": ""}]


def _of_another_form(error: BaseException, names: list[str]) -> list[MissingSetting]:
    """What the line that failed to take a setting apart would take."""
    if not isinstance(error, ValueError):
        return []
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        line = frame.line or ""
        read = [name for name in names if name in os.environ and re.search(rf"\b{name}\b", line)]
        value = _form(error, line) if read else ""
        if value:
            return [{"name": name, "kind": "form", "value": value} for name in read]
    return []


def _form(error: ValueError, line: str) -> str:
    parts = re.search(r"not enough values to unpack \(expected (?:at least )?(\d+)", words_of(error))
    separator = re.search(r"\.split\(\s*[\"'](.+?)[\"']", line)
    if parts is not None:
        return (separator[1] if separator else " ").join(["test"] * int(parts[1]))
    if "invalid literal for int()" in words_of(error) or "could not convert string to float" in words_of(
        error
    ):
        return "1"
    return "{}" if type(error).__name__ == "JSONDecodeError" else ""


def _named_in_message(error: BaseException, names: list[str]) -> list[MissingSetting]:
    if isinstance(error, (ImportError, SyntaxError, AttributeError, NameError)):
        return []
    words = set(re.findall(r"[A-Za-z][A-Za-z0-9_]{2,}", words_of(error)))
    # Settings classes name their fields in lower case; a single word would be too easily one of the prose.
    words |= {word.upper() for word in words if "_" in word}
    return [{"name": name, "kind": "str", "value": ""} for name in names if name in words]


def _asked_by_a_helper(error: BaseException) -> list[MissingSetting]:
    """What a function of the project's own was told to read from the environment, and names in its message."""
    asked = (
        value
        for frame, _ in traceback.walk_tb(error.__traceback__)
        if {"environ", "getenv"} & set(frame.f_code.co_names) and frame.f_code.co_name != "<module>"
        for value in frame.f_locals.values()
    )
    words = set(re.findall(r"\b[A-Z][A-Z0-9_]+\b", words_of(error)))
    names = [value for value in asked if isinstance(value, str) and value in words]
    return [{"name": name, "kind": "str", "value": ""} for name in names]


def _pydantic_fields(error: BaseException) -> list[MissingSetting]:
    if type(error).__name__ != "ValidationError" or not callable(getattr(error, "errors", None)):
        return []
    refusal: Live = error
    told: list[Live] = refusal.errors()
    settings = _settings_class(error)
    if settings is None:
        return []
    fields = [e["loc"][0] for e in told if e["type"] in ("missing", "value_error.missing") and e["loc"]]
    return [_field(settings, str(name)) for name in fields]


def _settings_class(error: BaseException) -> Live:
    found: Live = None
    for frame, _ in traceback.walk_tb(error.__traceback__):
        for value in frame.f_locals.values():
            cls = value if isinstance(value, type) else type(value)
            if any(base.__name__ == "BaseSettings" for base in cls.__mro__[1:]):
                found = cls
    return found


def _field(settings: Live, name: str) -> MissingSetting:
    fields = settings_classes.fields_of(settings)
    prefix = str(settings_classes.config_of(settings).get("env_prefix") or "")
    field = fields.get(name)
    if field is None:
        # The location of an error is the alias where the field has one, and an alias takes no prefix.
        aliased = [f for f in fields.values() if name in (str(f.alias), str(_first_alias(f)))]
        return _setting(name.upper(), getattr(aliased[0], "annotation", str) if aliased else str)
    return _setting((prefix + name).upper(), getattr(field, "annotation", None))


def _first_alias(field: Live) -> Live:
    alias = getattr(field, "validation_alias", None)
    return (getattr(alias, "choices", None) or [alias])[0]


def _setting(name: str, annotation: Live) -> MissingSetting:
    kind, value = _kind(annotation)
    return {"name": name, "kind": kind, "value": value}


def _kind(annotation: Live) -> tuple[str, str]:
    """What a field holds; of one with choices, the first of them too."""
    arguments = getattr(annotation, "__args__", ())
    if type(annotation).__name__ in ("_LiteralGenericAlias",) and arguments:
        return "choice", str(arguments[0])
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        members: list[Live] = list(annotation)
        return "choice", str(members[0].value)
    name = getattr(annotation, "__name__", str(annotation))
    if "Dsn" in name or "Url" in name:
        return "database" if "Postgres" in name else "url", ""
    return ("email" if "Email" in name else KINDS.get(name, "str")), ""
