"""Command lines that the project's modules hold."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from ..common import Live
from . import libraries

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
    seen = [
        (value, fact)
        for value, fact in libraries.objects(held, kinds)
        if type(value).__module__.split(".")[0] not in frameworks
    ]
    inside = {id(part) for value, _ in seen for part in _parts(value)}
    return sorted((fact for value, fact in seen if id(value) not in inside), key=_order)


def _parts(value: Live) -> Iterator[Live]:
    """What a command line has beneath it."""
    for group in getattr(value, "registered_groups", ()):
        yield group.typer_instance
    yield from getattr(value, "commands", {}).values()


def _order(fact: dict[str, Live]) -> tuple[Live, ...]:
    ref = fact["ref"]
    return ref["qualname"] not in _USUAL, ref["module"].count("."), ref["module"], ref["qualname"]
