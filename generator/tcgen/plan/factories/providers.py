"""``[tool.tcgen.providers]``: values of the user's own, checked against the models."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Mapping
from difflib import get_close_matches

from tcgen.errors import TcgenError
from tcgen.ir.schema import Schema
from tcgen.plan.source.code import Code


def check_providers(providers: Mapping[str, str], schema: Schema) -> None:
    """Make sure that every provider is for an attribute there is.

    Raises:
        TcgenError: Some are not; the hint names what they may have meant.
    """
    known = [f"{mapper.cls.dotted}.{one.key}" for mapper in schema.every_mapper for one in mapper.attributes]
    wrong = [name for name in providers if name not in set(known)]
    if not wrong:
        return
    lines = []
    for name in wrong:
        meant = get_close_matches(name, known, n=1)
        lines.append(f'"{name}"' + (f': did you mean "{meant[0]}"?' if meant else ""))
    raise TcgenError(
        "unknown-provider",
        "[tool.tcgen.providers] in pyproject.toml names attributes that no mapped class has",
        detail="\n".join(lines),
        hint="tcgen inspect lists the classes; write module.Class.attribute",
    )


def provider_code(expression: str) -> Code:
    """Return a provider as code: ``shop.codes.make()`` becomes ``make()``, imported from ``shop.codes``."""
    text = expression.strip().encode()
    tree = ast.parse(text, mode="eval")
    bound = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    bound |= {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    imports: set[str] = set()
    cuts: dict[int, int] = {}
    # the longest of nested names comes first
    for node in (one for one in ast.walk(tree) if isinstance(one, ast.Attribute)):
        path = _path(node)
        if not path or path[0] in bound | _KNOWN or node.col_offset in cuts:
            continue
        module, name = _split(path)
        imports.add(f"from {module} import {name}")
        cuts[node.col_offset] = len(module.encode()) + 1
    for start in sorted(cuts, reverse=True):
        text = text[:start] + text[start + cuts[start] :]
    return Code(text.decode(), frozenset(imports), reason="[tool.tcgen.providers]")


_KNOWN = frozenset(["fake", "serial", *dir(builtins)])


def _path(node: ast.AST) -> list[str]:
    """Return the parts of a dotted name; none of anything else."""
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute) and (before := _path(node.value)):
        return [*before, node.attr]
    return []


def _split(path: list[str]) -> tuple[str, str]:
    """Return the module and the name to import: classes have capitals, outside the standard library."""
    place = next((n for n, part in enumerate(path) if n and part[:1].isupper()), len(path) - 1)
    if path[0] in sys.stdlib_module_names:
        place = 1
    return ".".join(path[:place]), path[place]
