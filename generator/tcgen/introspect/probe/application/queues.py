"""Task queues that the project's modules hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..common import Live

if TYPE_CHECKING:
    from tcgen.introspect.protocol import KindRequest


def found(held: list[tuple[str, dict[str, Live]]], kinds: Mapping[str, KindRequest]) -> list[dict[str, Live]]:
    """What runs the tasks of a library, each once, by the name of that library.

    Args:
        held: Modules by name, with what they hold.
        kinds: Name of a library → how its object is known.
    """
    known: dict[int, dict[str, Live]] = {}
    for module, values in held:
        for attribute, value in values.items():
            library = next((name for name, kind in kinds.items() if _is_one(value, kind)), None)
            if library and id(value) not in known and not attribute.startswith("__"):
                known[id(value)] = {"library": library, "ref": {"module": module, "qualname": attribute}}
    return list(known.values())


def _is_one(value: Live, kind: KindRequest) -> bool:
    if kind["named"]:
        return (
            isinstance(value, type)
            and value.__name__.endswith(kind["named"])
            and isinstance(getattr(value, "functions", None), (list, tuple))
        )
    return any(f"{cls.__module__}.{cls.__qualname__}" == kind["cls"] for cls in type(value).__mro__)
