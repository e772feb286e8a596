"""The node of a parsed SQL expression, under a name that type checkers let us import: sqlglot does not export it."""

from __future__ import annotations

from sqlglot.expressions import Expression  # pyright: ignore[reportPrivateImportUsage]

__all__ = ["Expression"]
