"""What the generated suite has at run time and the planner counts on; the templates spell it out.

``tests/unit/render/test_render_runtime.py`` holds the two together.
"""

from __future__ import annotations

BATCH = 25
"""Rows that the test of all factories inserts at once: fewer are a bound worth writing down."""

FIRST_SERIAL = 1_001
"""The first number that ``serial`` of ``factories/base.py`` gives in a test."""

HELPERS = frozenset({"fake", "in_turn", "serial", "short_text", "spelled"})
"""Names of ``factories/base.py`` that values are made with."""

BASE_NAMES = HELPERS | {"Awaited", "ModelFactory", "Parent", "mapped_class"}
"""All names that a factory's module may import from there."""
