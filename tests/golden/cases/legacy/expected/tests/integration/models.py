"""Imports all modules of models: classes find each other by name once all are there."""

from __future__ import annotations

from importlib import import_module

for module in (
    "legacy.assets",
    "legacy.carriers",
    "legacy.teams",
):
    import_module(module)
