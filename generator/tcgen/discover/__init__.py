"""discover: reads a project's files, and never runs its code."""

from __future__ import annotations

from tcgen.discover.stage import discover

__all__ = ["discover"]
