"""PostGIS: shapes in well-known text, in the column's reference system."""

from __future__ import annotations

import re

from tcgen.plan.constraints.attribute import Attribute
from tcgen.plan.constraints.type_parts import innermost
from tcgen.plan.source.code import Code, quoted
from tcgen.plan.values.makers import makes

_RING = "(0 0, 0 1, 1 1, 0 0)"
_BODIES = {
    "LINESTRING": "(0 0, 1 1)",
    "POLYGON": f"({_RING})",
    "MULTIPOINT": "((0 0), (1 1))",
    "MULTILINESTRING": "((0 0, 1 1))",
    "MULTIPOLYGON": f"(({_RING}))",
    "GEOMETRYCOLLECTION": "(POINT(0 0))",
    "CIRCULARSTRING": "(0 0, 1 1, 2 0)",
    "COMPOUNDCURVE": "((0 0, 1 1))",
    "CURVEPOLYGON": f"({_RING})",
    "MULTICURVE": "((0 0, 1 1))",
    "MULTISURFACE": f"(({_RING}))",
    "TRIANGLE": f"({_RING})",
    "TIN": f"(({_RING}))",
    "POLYHEDRALSURFACE": f"(({_RING}))",
}
# so small that the shape stays where there are degrees of longitude
_SHIFT = "next(serial) / 10_000"


@makes("geometry")
def geometry(attribute: Attribute) -> Code:
    """A small shape of the kind the column takes."""
    ddl = innermost(attribute.type).ddl or ""
    found = re.search(r"\((\w+)\s*,\s*(-?\d+)", ddl)
    shape, srid = (found.group(1).upper(), int(found.group(2))) if found else ("POINT", -1)
    kind, axes = re.fullmatch(r"(\w+?)(Z?M?)", shape).groups()  # type: ignore[union-attr]
    if kind not in _BODIES:
        kind = "POINT"
    body = _BODIES.get(kind, "(0 0)")
    text = kind + _with_axes(body, axes)
    text = f"SRID={srid};{text}" if srid > 0 else text
    if attribute.distinct:
        return Code(f'Use(lambda: f"{_shifted(text)}")', reason="unique")
    return Code(quoted(text), reason="a shape")


def _shifted(text: str) -> str:
    """Write a shape as the body of an f-string that moves it along the first axis, a row further each."""
    moved = re.sub(r"((?<=\()|(?<=, ))\d", lambda found: _place(int(found.group())), text)
    return moved.replace("{x}", f"{{(x := {_SHIFT})}}", 1)


def _place(start: int) -> str:
    return f"{{x + {start}}}" if start else "{x}"


def _with_axes(body: str, axes: str) -> str:
    """Add heights and measures to each pair of numbers."""
    more = re.sub(r"(\d) (\d)", r"\1 \2" + " 0" * len(axes), body)
    more = more.replace("POINT", f"POINT {axes}" if axes else "POINT")
    return f" {axes} {more}" if axes else more
