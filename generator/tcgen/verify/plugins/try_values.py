"""A pytest plugin, run in the project's interpreter: factories with other values than their own.

``$TCGEN_TRIALS`` names a file: under ``values`` what each factory is to set in any case, under ``trials``
the sets of values that the tests try for a factory, a test case a set.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polyfactory
import pytest

ASKED: dict[str, Any] = json.loads(Path(os.environ["TCGEN_TRIALS"]).read_text(encoding="utf-8"))
MISSING = object()


def factory_of(item: pytest.Item) -> type | None:
    """Return the factory a test case is given."""
    return item.callspec.params.get("factory") if hasattr(item, "callspec") else None


def label_of(factory: type) -> str:
    """Return the class a factory makes, as tcgen names it."""
    model: type = vars(factory)["__model__"]
    return f"{model.__module__}.{model.__qualname__}"


def set_values(factory: type, values: dict[str, str]) -> None:
    """Let a factory set what the expressions give."""
    names = vars(polyfactory) | vars(sys.modules[f"{factory.__module__.rpartition('.')[0]}.base"])
    names |= vars(sys.modules[factory.__module__])
    for attribute, code in values.items():
        value = eval(code, dict(names))  # noqa: S307  # the user's own, or from our list
        by_name = getattr(factory, "__reserved__", {})
        if attribute in by_name:
            attribute, value = "__reserved__", {**by_name, attribute: value}
        setattr(factory, attribute, value)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test as often as the longest list of trials asks."""
    most = max((len(sets) for sets in ASKED["trials"].values()), default=0)
    if most and "factory" in metafunc.fixturenames:
        metafunc.parametrize("tcgen_trial", range(most), indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Set what is to be set in any case; leave out trials that nobody asked for."""
    found = [(item, factory) for item in items if (factory := factory_of(item)) is not None]
    for factory in {factory for _, factory in found}:
        set_values(factory, ASKED["values"].get(label_of(factory), {}))
    items[:] = [item for item, factory in found if is_asked_for(item, factory)]


def is_asked_for(item: pytest.Item, factory: type) -> bool:
    """Tell whether a test case belongs to the suite itself, or to a trial there is."""
    if not ASKED["trials"] or not hasattr(item, "callspec"):
        return True
    trial: int = item.callspec.params["tcgen_trial"]
    return trial < len(ASKED["trials"].get(label_of(factory), ()))


@pytest.fixture(autouse=True)
def tcgen_trial(request: pytest.FixtureRequest) -> Iterator[None]:
    """Set the values of one trial, and take them back."""
    if not ASKED["trials"]:
        yield
        return
    factory: type = request.node.callspec.params["factory"]
    values = ASKED["trials"][label_of(factory)][request.param]
    before = {name: vars(factory).get(name, MISSING) for name in (*values, "__reserved__")}
    set_values(factory, values)
    yield
    for name, value in before.items():
        if value is not MISSING:
            setattr(factory, name, value)
        elif name in vars(factory):
            delattr(factory, name)
