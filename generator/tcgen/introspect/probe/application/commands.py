"""Command lines that the project's modules hold."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from ..common import Live

if TYPE_CHECKING:
    from tcgen.introspect.protocol import KindRequest

_USUAL = ("app", "cli", "main")


def found(
    held: list[tuple[str, dict[str, Live]]], kinds: Mapping[str, KindRequest], frameworks: Collection[str]
) -> list[dict[str, Live]]:
    """Command lines, each once, the likeliest first: none that is a part of another.

    Args:
        held: Modules by name, with what they hold.
        kinds: Name of a library → how its objects are known.
        frameworks: Packages of web frameworks, whose own command lines have to know the application.
    """
    known: dict[int, tuple[Live, dict[str, Live]]] = {}
    for module, values in held:
        for attribute, value in values.items():
            kind = "" if type(value).__module__.split(".")[0] in frameworks else _kind(value, kinds)
            if kind and id(value) not in known and not attribute.startswith("__"):
                ref = {"module": module, "qualname": attribute}
                known[id(value)] = (value, {"library": kind, "ref": ref})
    inside = {id(part) for value, _ in known.values() for part in _parts(value)}
    return sorted((fact for key, (_, fact) in known.items() if key not in inside), key=_order)


def _kind(value: Live, kinds: Mapping[str, KindRequest]) -> str:
    """The library of an object; "" of any other one."""
    classes = {f"{cls.__module__}.{cls.__qualname__}" for cls in type(value).__mro__}
    return next((name for name, kind in kinds.items() if kind["cls"] in classes), "")


def _parts(value: Live) -> Iterator[Live]:
    """What a command line has beneath it."""
    for group in getattr(value, "registered_groups", ()):
        yield group.typer_instance
    yield from getattr(value, "commands", {}).values()


def _order(fact: dict[str, Live]) -> tuple[Live, ...]:
    ref = fact["ref"]
    return ref["qualname"] not in _USUAL, ref["module"].count("."), ref["module"], ref["qualname"]
