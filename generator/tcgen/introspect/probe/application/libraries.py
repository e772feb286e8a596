"""Objects of libraries that the project's modules hold: task queues, command lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..common import Live

if TYPE_CHECKING:
    from tcgen.introspect.protocol import KindRequest


def objects(
    held: list[tuple[str, dict[str, Live]]], kinds: Mapping[str, KindRequest]
) -> list[tuple[Live, dict[str, Live]]]:
    """Return the objects, each once, with the library's name and where it is.

    Args:
        held: Modules by name, with what they hold.
        kinds: Name of a library → how its objects are known.
    """
    known: dict[int, tuple[Live, dict[str, Live]]] = {}
    for module, values in held:
        for attribute, value in values.items():
            if attribute.startswith("__") or id(value) in known:
                continue
            library = _library(value, kinds)
            if library:
                ref = {"module": module, "qualname": attribute}
                known[id(value)] = (value, {"library": library, "ref": ref})
    return list(known.values())


def _library(value: Live, kinds: Mapping[str, KindRequest]) -> str:
    """The library of an object, or of a class of settings; "" of any other one."""
    classes = {f"{cls.__module__}.{cls.__qualname__}" for cls in type(value).__mro__}
    for name, kind in kinds.items():
        if kind["cls"] in classes or (kind["named"] and _is_settings(value, kind["named"])):
            return name
    return ""


def _is_settings(value: Live, named: str) -> bool:
    return (
        isinstance(value, type)
        and value.__name__.endswith(named)
        and isinstance(getattr(value, "functions", None), (list, tuple))
    )
