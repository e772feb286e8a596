"""Columns that the migrations make NOT NULL, whatever the models say of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from .history import History, parse

Key = tuple[str, str]


def not_null_columns(history: History) -> set[Key]:
    """(table, column) pairs that are NOT NULL once all scripts have run, as far as their text tells."""
    found: dict[Key, bool] = {}
    for path in history.paths:
        for key, required in _changes(path):
            found[key] = required
    return {key for key, required in found.items() if required}


def _changes(path: Path) -> Iterator[tuple[Key, bool]]:
    for node in parse(path).body:
        if isinstance(node, ast.FunctionDef) and node.name == "upgrade":
            yield from _in_block(node, {})
            if _makes_tables(node):
                yield from _in_tables(node)


def _makes_tables(node: ast.FunctionDef) -> bool:
    """Whether ``Table`` objects in a function are there to be created, rather than to be queried."""
    calls = [inner for inner in ast.walk(node) if isinstance(inner, ast.Call)]
    return any(_called(call) in ("create", "create_all") for call in calls)


def _in_tables(node: ast.FunctionDef) -> Iterator[tuple[Key, bool]]:
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and _called(call) == "Table" and _text(call.args[:1]):
            yield from _of_columns(_text(call.args[:1]), call.args[1:])


def _in_block(node: ast.AST, batches: dict[str, str]) -> Iterator[tuple[Key, bool]]:
    if isinstance(node, ast.With):
        batches = {**batches, **_batches(node)}
    if isinstance(node, ast.Call):
        yield from _of_call(node, batches)
    for child in ast.iter_child_nodes(node):
        yield from _in_block(child, batches)


def _batches(node: ast.With) -> dict[str, str]:
    named: dict[str, str] = {}
    for item in node.items:
        call, name = item.context_expr, item.optional_vars
        if isinstance(call, ast.Call) and _called(call) == "batch_alter_table" and isinstance(name, ast.Name):
            table = _text(call.args[:1])
            if table:
                named[name.id] = table
    return named


def _of_call(node: ast.Call, batches: dict[str, str]) -> Iterator[tuple[Key, bool]]:
    name = _called(node)
    owner = node.func.value.id if _has_owner(node) else ""  # type: ignore[attr-defined]
    arguments = list(node.args)
    if owner == "op":
        table = _text(arguments[:1])
        arguments = arguments[1:]
    else:
        table = batches.get(owner, "")
    if not table:
        return
    if name in ("create_table", "add_column"):
        yield from _of_columns(table, arguments)
    elif name == "alter_column":
        nullable = _keyword(node, "nullable")
        title = _text(arguments[:1])
        if title and isinstance(nullable, bool):
            yield (table, title), not nullable


def _of_columns(table: str, arguments: list[ast.expr]) -> Iterator[tuple[Key, bool]]:
    for column in arguments:
        if isinstance(column, ast.Call) and _called(column) == "Column":
            title = _text(column.args[:1])
            required = _keyword(column, "nullable") is False or _keyword(column, "primary_key") is True
            if title:
                yield (table, title), required


def _has_owner(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)


def _text(nodes: list[ast.expr]) -> str:
    if nodes and isinstance(nodes[0], ast.Constant) and isinstance(nodes[0].value, str):
        return nodes[0].value
    return ""


def _keyword(node: ast.Call, name: str) -> object:
    for keyword in node.keywords:
        if keyword.arg == name:
            # what is worked out at run time may be False: a value is right either way
            return keyword.value.value if isinstance(keyword.value, ast.Constant) else False
    return None


def _called(node: ast.Call) -> str:
    """The last part of the name that a call is made by; "" where it has none."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""
