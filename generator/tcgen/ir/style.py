"""How a project lays its code out: the settings of its formatter and of its sorter of imports, in ruff's own terms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

Style = dict[str, Any]
"""As ruff.toml would have it; empty where the templates' own layout is the project's."""

_DEFAULTS: dict[str, Any] = {"line-length": 88, "indent-width": 4, "target-version": "py310"}
_FORMAT: dict[str, Any] = {
    "quote-style": "double",
    "indent-style": "space",
    "skip-magic-trailing-comma": False,
}
_ISORT: dict[str, Any] = {
    "case-sensitive": False,
    "classes": [],
    "combine-as-imports": False,
    "constants": [],
    "default-section": "third-party",
    "detect-same-package": True,
    "extra-standard-library": [],
    "force-single-line": False,
    "force-sort-within-sections": False,
    "force-to-top": [],
    "force-wrap-aliases": False,
    "forced-separate": [],
    "from-first": False,
    "known-first-party": [],
    "known-local-folder": [],
    "known-third-party": [],
    "length-sort": False,
    "length-sort-straight": False,
    "lines-after-imports": -1,
    "lines-between-types": 0,
    "no-lines-before": [],
    "no-sections": False,
    "order-by-type": True,
    "relative-imports-order": "furthest-to-closest",
    "required-imports": [],
    "section-order": ["future", "standard-library", "third-party", "first-party", "local-folder"],
    "single-line-exclusions": [],
    "split-on-trailing-comma": True,
    "variables": [],
}
"""What ruff's reference says each setting is where nobody gives it; only the first of two groups is laid out by tcgen."""


def known_style(settings: Mapping[str, Any]) -> Style:
    """Return the settings that change how code is laid out: those that are known, can be and are not ruff's defaults.

    Nothing else of a ruff.toml passes: the plan that these are recorded in may have come with somebody's pull request.
    """
    style = _differing(settings, _DEFAULTS)
    if form := _differing(_table(settings, "format"), _FORMAT):
        style["format"] = form
    lint = _table(settings, "lint")
    if isort := _differing(_table(lint, "isort"), _ISORT):
        style["lint"] = {"isort": isort}
    return style


def _table(settings: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = settings.get(name)
    return cast("Mapping[str, Any]", found) if isinstance(found, Mapping) else {}


def _differing(settings: Mapping[str, Any], defaults: Mapping[str, Any]) -> Style:
    return {
        name: settings[name]
        for name, default in defaults.items()
        if name in settings and settings[name] != default and _can_be(name, settings[name], default)
    }


def _can_be(name: str, value: object, default: object) -> bool:
    """Tell whether ruff would take a value; what it refuses is between the project and ruff."""
    if type(value) is not type(default):
        return False
    match name, value:
        case "line-length", int():
            return 1 <= value <= 320
        case "indent-width", int():
            return 1 <= value <= 16
        case "target-version", str():
            # what older ones do not allow, the templates do without
            return re.fullmatch(r"py31[4-9]|py3[2-9]\d", value) is not None
        case "quote-style", str():
            return value in ("double", "single", "preserve")
        case "indent-style", str():
            return value in ("space", "tab")
        case "relative-imports-order", str():
            return value in ("closest-to-furthest", "furthest-to-closest")
        case _, list():
            return all(isinstance(one, str) for one in cast("list[object]", value))
        case _:
            return True
