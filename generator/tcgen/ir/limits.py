"""Bounds that flags name too: the command line imports them, and nothing that takes long."""

from __future__ import annotations

MOST_SHARDS = 99
"""Machines of CI that share a suite."""
