"""What the plugins that try values know of the suite's factories; it is no plugin itself.

``$TCGEN_TRIALS`` names a file: under ``values`` what each factory is to set in any case, under ``trials`` the sets of
values to try for a factory.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polyfactory

Live = Any
"""A live object of the project, or of whatever SQLAlchemy and polyfactory it has."""

ASKED: dict[str, Any] = json.loads(Path(os.environ["TCGEN_TRIALS"]).read_text(encoding="utf-8"))
MISSING = object()


def factory_of(item: Live) -> Live:
    """Return the factory a test case is given; a project's own tests may have one of another kind."""
    found: Live = item.callspec.params.get("factory") if hasattr(item, "callspec") else None
    return found if hasattr(found, "__model__") else None


def label_of(factory: Live) -> str:
    """Return the class a factory makes, as tcgen names it."""
    model: type = factory.__model__
    if label := getattr(factory, "__label__", ""):
        return str(label)
    return f"{model.__module__}.{model.__qualname__}"


@contextmanager
def other_values(factory: Live, values: dict[str, str]) -> Iterator[None]:
    """Set the values of one trial, and take them back."""
    before: dict[str, Live] = {name: vars(factory).get(name, MISSING) for name in (*values, "__reserved__")}
    set_values(factory, values)
    yield
    for name, value in before.items():
        if value is not MISSING:
            setattr(factory, name, value)
        elif name in vars(factory):
            delattr(factory, name)


def set_values(factory: Live, values: dict[str, str]) -> None:
    """Let a factory set what the expressions give."""
    names = dict(vars(polyfactory))
    # the module of its own comes last, after those of what it is derived from
    for base in reversed(factory.__mro__):
        if base.__module__ != "builtins":
            names |= vars(sys.modules[base.__module__])
    for attribute, code in values.items():
        value = eval(code, dict(names))  # noqa: S307  # the user's own, or from tcgen's list
        by_name = getattr(factory, "__reserved__", {})
        if attribute in by_name:
            attribute, value = "__reserved__", {**by_name, attribute: value}
        setattr(factory, attribute, value)
