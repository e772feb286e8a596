"""Lays an expression out over lines as ``ruff format`` does, for the kinds of expression rules make."""

from __future__ import annotations

import ast
import unicodedata
from collections.abc import Sequence

LINE_LENGTH = 88
_STEP = 4
# prefix such as ``key: `` or ``name=``, and what follows it
_Item = tuple[str, ast.expr]


def assignment(name: str, code: str, *, indent: int = _STEP) -> str:
    """Return what stands right of ``name =``, broken over lines where it would be too long.

    Args:
        name: The attribute.
        code: A Python expression.
        indent: Columns before the name.
    """
    tree = ast.parse(code.strip(), mode="eval")
    if "\n" in code.strip():
        code = ast.unparse(tree)
        tree = ast.parse(code, mode="eval")
    code = code.strip()
    before = indent + _width(name) + 3
    if before + _width(code) <= LINE_LENGTH:
        return code
    laid = _Layout(code).statement(tree.body, indent, before)
    return laid if _means_the_same(laid, tree) else code


def _means_the_same(laid: str, tree: ast.Expression) -> bool:
    # parentheses that were there for grouping belong to no node, and may have been lost
    try:
        return ast.dump(ast.parse(laid, mode="eval")) == ast.dump(tree)
    except SyntaxError:
        return False


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "FW" else 1 for character in text)


class _Layout:
    def __init__(self, source: str) -> None:
        self.source = source

    def statement(self, node: ast.expr, indent: int, before: int) -> str:
        if self.bracketed(node) or isinstance(node, (ast.Lambda, ast.ListComp)):
            return self.lay(node, indent, before)
        flat = self.flat(node)
        pad = " " * (indent + _STEP)
        fits = _width(pad + flat) <= LINE_LENGTH
        return f"(\n{pad}{flat}\n{' ' * indent})" if fits else flat

    def flat(self, node: ast.AST) -> str:
        return ast.get_source_segment(self.source, node) or ast.unparse(node)

    def lay(self, node: ast.expr, indent: int, before: int, after: int = 0) -> str:
        """Lay out a node that starts in column ``before``, with ``after`` columns to follow it."""
        flat = self.flat(node)
        if before + _width(flat) + after <= LINE_LENGTH:
            return flat
        if isinstance(node, ast.Lambda):
            return self.function(node, indent, before, after)
        if isinstance(node, ast.ListComp):
            parts = [self.flat(node.elt), *(self.generator(one) for one in node.generators)]
            together = " ".join(parts)
            fits = indent + _STEP + _width(together) <= LINE_LENGTH
            return self.lines("[", [together] if fits else parts, "]", indent)
        if isinstance(node, ast.BinOp):
            return self.operation(node, indent)
        opened = self.bracketed(node)
        return flat if opened is None else self.open(*opened, indent)

    def bracketed(self, node: ast.expr) -> tuple[str, list[_Item], str] | None:
        """Return what stands before, between and after the last brackets of a node that ends in them."""
        if isinstance(node, ast.Call):
            named = [(f"{one.arg}=" if one.arg else "**", one.value) for one in node.keywords]
            return f"{self.flat(node.func)}(", [*(("", one) for one in node.args), *named], ")"
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            return "{", [(f"{self.flat(key)}: " if key else "**", value) for key, value in pairs], "}"
        if isinstance(node, ast.List):
            return "[", [("", one) for one in node.elts], "]"
        if isinstance(node, ast.Tuple):
            return "(", [("", one) for one in node.elts], ",)" if len(node.elts) == 1 else ")"
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            return f"{self.flat(node.value)}[", [("", node.slice)], "]"
        return None

    def open(self, head: str, items: Sequence[_Item], tail: str, indent: int) -> str:
        inner = indent + _STEP
        together = ", ".join(f"{prefix}{self.flat(one)}" for prefix, one in items)
        # collections go one to a line, arguments only where they have to
        is_call = tail == ")" and head != "("
        if is_call and inner + _width(together) <= LINE_LENGTH:
            return self.lines(head, [together], tail, indent)
        comma = "," if len(items) > 1 or tail == ",)" else ""
        parts = [
            prefix + self.lay(one, inner, inner + _width(prefix), len(comma)) + comma for prefix, one in items
        ]
        return self.lines(head, parts, tail[-1], indent)

    def function(self, node: ast.Lambda, indent: int, before: int, after: int) -> str:
        arguments = self.flat(node)[: len(self.flat(node)) - len(self.flat(node.body))]
        if self.bracketed(node.body) or isinstance(node.body, ast.ListComp):
            return arguments + self.lay(node.body, indent, before + _width(arguments), after)
        inner = indent + _STEP
        return self.lines(f"{arguments}(", [self.lay(node.body, inner, inner)], ")", indent)

    def operation(self, node: ast.BinOp, indent: int) -> str:
        between = self.flat(node)[len(self.flat(node.left)) : -len(self.flat(node.right))].strip()
        left = self.lay(node.left, indent, indent)
        start = indent + _width(between) + 1
        return f"{left}\n{' ' * indent}{between} {self.lay(node.right, indent, start)}"

    def generator(self, node: ast.comprehension) -> str:
        conditions = "".join(f" if {self.flat(one)}" for one in node.ifs)
        return f"for {self.flat(node.target)} in {self.flat(node.iter)}{conditions}"

    def lines(self, head: str, parts: Sequence[str], tail: str, indent: int) -> str:
        inside = f"\n{' ' * (indent + _STEP)}"
        return f"{head}{inside}{inside.join(parts)}\n{' ' * indent}{tail}"
