"""Imports every module of models: what they call by name is found once all are there."""

from __future__ import annotations

from importlib import import_module

for module in (
    "legacy.assets",
    "legacy.carriers",
    "legacy.teams",
):
    import_module(module)
