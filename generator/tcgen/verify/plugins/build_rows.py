"""A pytest plugin, run in the project's interpreter: factories build rows that no database sees.

Under ``apart`` ``$TCGEN_TRIALS`` has the attributes that must differ from row to row. ``$TCGEN_REPORT`` is where to write
what a validator, a constructor, a property or a type of the project's own said. Tests do not run.
"""

from __future__ import annotations

import inspect
import json
import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from traceback import walk_tb
from typing import Any

import pytest
from sqlalchemy import inspect as inspected
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.sql import ClauseElement
from sqlalchemy.types import JSON, TypeDecorator

from .factories import ASKED, Live, factory_of, label_of, other_values, set_values

DIALECT: Live = import_module(f"sqlalchemy.dialects.{ASKED['dialect']}").dialect()
ROWS = 25
LONGEST = 2_000
# what says nothing of a value: a setting, a session or an application is missing
NOT_OF_VALUES = (ImportError, NameError, OSError, RuntimeError)
Refusal = dict[str, Any]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Build rows as soon as all is imported the way pytest does it, and leave no test to run."""
    factories = {label_of(one): one for item in items if (one := factory_of(item)) is not None}
    for label, factory in factories.items():
        set_values(factory, ASKED["values"].get(label, {}))
    found = [found for label, factory in factories.items() for found in results_of(label, factory)]
    Path(os.environ["TCGEN_REPORT"]).write_text(json.dumps(found), encoding="utf-8")
    items.clear()


def results_of(label: str, factory: Live) -> Iterator[dict[str, Any]]:
    """Give what came of a factory as it is, or of each set of values up to the first that is taken."""
    sets: list[dict[str, str]] = ASKED["trials"].get(label, []) if ASKED["trials"] else [{}]
    for place, values in enumerate(sets):
        with other_values(factory, values):
            refusal = refusal_of(factory, set(ASKED["apart"].get(label, ())) & values.keys())
        yield {"label": label, "place": place, "refusal": refusal}
        if refusal is None:
            return


def refusal_of(factory: Live, apart: set[str]) -> Refusal | None:
    """Build as many rows as the suite inserts, and return the first refusal."""
    factory.seed_random(0)
    seen: dict[str, set[str]] = {name: set() for name in apart}
    for _ in range(getattr(factory, "__most_rows__", ROWS)):
        try:
            row = factory.build()
        except Exception as error:
            return raised_in_build(factory, error)
        for name in apart:
            value = repr(getattr(row, name, None))
            if value in seen[name]:
                return refused(factory, [name], f"{value} comes twice")
            seen[name].add(value)
        for refuse in REFUSE:
            if found := refuse(factory, row):
                return found
    return None


def refused(factory: Live, attributes: list[str], message: str) -> Refusal:
    """Return a refusal in the words of ``tcgen.verify.build_rows``."""
    return {"label": label_of(factory), "attributes": attributes, "message": message[:LONGEST]}


def said(error: Exception) -> str:
    """Return an error's words."""
    return f"{type(error).__name__}: {error}".rstrip(": ")


def raised_in_build(factory: Live, error: Exception) -> Refusal | None:
    """Name the class and the attribute that a validator or a constructor refused."""
    if isinstance(error, NOT_OF_VALUES):
        return None
    frames = [frame for frame, _ in walk_tb(error.__traceback__)]
    builders = [frame.f_locals.get("cls") for frame in frames if frame.f_code.co_name == "build"]
    factory = next((one for one in reversed(builders) if hasattr(one, "__model__")), factory)
    # SQLAlchemy calls a validator with the name, and sets attributes by it
    named = [
        frame.f_locals.get(name)
        for frame in frames
        for name in ("k", "key")
        if str(frame.f_globals.get("__name__")).startswith("sqlalchemy.")
    ]
    names = [name for name in named if isinstance(name, str)][-1:]
    return refused(factory, names or mentioned(factory, error), said(error))


def declared(factory: Live) -> list[str]:
    """Return the columns' attributes that a factory sets itself."""
    columns = {one.key for one in inspected(factory.__model__).column_attrs}
    names = [*(one.name for one in factory.get_model_fields()), *getattr(factory, "__reserved__", ())]
    return [name for name in names if name in columns]


def mentioned(factory: Live, error: Exception) -> list[str]:
    """Return the attributes that an error names."""
    words = set("".join(one if one.isalnum() else " " for one in str(error).replace("_", "")).lower().split())
    return [name for name in declared(factory) if name.replace("_", "").lower() in words]


def refused_by_a_type(factory: Live, row: Live) -> Refusal | None:
    """Bind what the columns of the project's own types hold."""
    attributes = inspected(factory.__model__).column_attrs
    for name in declared(factory):
        value = getattr(row, name)
        if value is None or isinstance(value, ClauseElement):
            continue
        try:
            bind(attributes[name].columns[0].type, value)
        except NOT_OF_VALUES:
            continue
        except Exception as error:
            return refused(factory, [name], said(error))
    return None


def refused_as_json(factory: Live, row: Live) -> Refusal | None:
    """Serialize what defaults have put into JSON columns, such as an object of pydantic's."""
    ours = declared(factory)
    for attribute in inspected(factory.__model__).column_attrs:
        if attribute.key in ours or not isinstance(attribute.columns[0].type, JSON):
            continue
        value = getattr(row, attribute.key)
        if isinstance(value, ClauseElement):
            continue
        try:
            json.dumps(value)
        except (TypeError, ValueError) as error:
            return refused(factory, [attribute.key], said(error))
    return None


def bind(type_: Live, value: Live) -> None:
    """Give a value to a type's own code; SQLAlchemy's own types are left to the database."""
    type_ = type_.dialect_impl(DIALECT)
    untouched: Live = TypeDecorator
    if untouched in type(type_).__mro__:
        if type(type_).process_bind_param is not untouched.process_bind_param:
            type_.process_bind_param(value, DIALECT)
    elif not type(type_).__module__.startswith("sqlalchemy."):
        processor = type_.bind_processor(DIALECT)
        if processor is not None:
            processor(value)


def refused_by_a_property(factory: Live, row: Live) -> Refusal | None:
    """Set what ``_name`` holds through the property ``name``, as the application would."""
    for name in declared(factory):
        public = name.strip("_")
        descriptor = inspect.getattr_static(factory.__model__, public, None) if public != name else None
        if isinstance(descriptor, (property, hybrid_property)) and descriptor.fset is not None:
            try:
                setattr(row, public, getattr(row, name))
            except Exception as error:
                if is_of_a_value(error):
                    return refused(factory, [name], said(error))
    return None


def refused_by_the_constructor(factory: Live, row: Live) -> Refusal | None:
    """Call a constructor that the factory passes by, where its arguments are what the factory sets."""
    if not getattr(factory, "__bypass_init__", False):
        return None
    parameters = inspect.signature(factory.__model__).parameters.values()
    takes_any = any(one.kind is one.VAR_KEYWORD for one in parameters)
    named = {one.name: one for one in parameters if one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)}
    names = [name for name in declared(factory) if takes_any or name in named]
    if any(one.default is one.empty and name not in names for name, one in named.items()):
        return None
    try:
        factory.__model__(**{name: getattr(row, name) for name in names})
    except Exception as error:
        if is_of_a_value(error):
            return refused(factory, mentioned(factory, error), said(error))
    return None


REFUSE = (refused_by_a_type, refused_as_json, refused_by_a_property, refused_by_the_constructor)
"""What is asked of each row that could be built, one after the other."""


def is_of_a_value(error: Exception) -> bool:
    """Whether code that no INSERT calls refused a value, and does not only miss something."""
    if isinstance(error, (ValueError, AssertionError)):
        return True
    return type(error).__module__.split(".")[0] not in ("builtins", "sqlalchemy")
