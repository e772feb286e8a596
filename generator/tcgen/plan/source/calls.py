"""Reads back the calls that rules write."""

from __future__ import annotations

import ast

_EMPTY = {"dict[str, object]": "{}", "dict[str, str]": "{}", "list[object]": "[]"}


def evaluated(code: str) -> str:
    """Return the value an expression stands for: ``Use(make, 1)`` gives ``make(1)``."""
    call = ast.parse(code, mode="eval").body
    if not isinstance(call, ast.Call) or ast.unparse(call.func) != "Use":
        return code
    made, *arguments = [ast.get_source_segment(code, one) or "" for one in call.args]
    if isinstance(call.args[0], ast.Lambda):
        return ast.get_source_segment(code, call.args[0].body) or ""
    if made in _EMPTY and not arguments:
        return _EMPTY[made]
    arguments += [f"{one.arg}={ast.get_source_segment(code, one.value)}" for one in call.keywords]
    return f"{made}({', '.join(arguments)})"
