"""PostGIS: shapes in well-known text, in the column's reference system."""

from __future__ import annotations

import re

from tcgen.plan.constraints.attribute import Attribute
from tcgen.plan.constraints.value_kinds import innermost
from tcgen.plan.source.code import Code, quoted

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
    return Code(quoted(f"SRID={srid};{text}" if srid > 0 else text), reason="a shape")


def _with_axes(body: str, axes: str) -> str:
    """Add heights and measures to each pair of numbers."""
    more = re.sub(r"(\d) (\d)", r"\1 \2" + " 0" * len(axes), body)
    more = more.replace("POINT", f"POINT {axes}" if axes else "POINT")
    return f" {axes} {more}" if axes else more


def raster(attribute: Attribute) -> Code:
    """A raster of one pixel, without a band."""
    imports = frozenset({"from sqlalchemy import func"})
    return Code("Use(func.ST_MakeEmptyRaster, 1, 1, 0, 0, 1)", imports, "a raster")
