"""The fewest modules whose import makes a metadata complete."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sqlalchemy import MetaData, Table

from ..common import NOT_PYTHON, Live
from .mappers import tables_of
from .metadata import modules_under, tables_held


def complete_with(
    metadata: MetaData, mappers: list[Live], start: str, tops: set[str], late: list[str]
) -> list[str]:
    """Modules to import, besides ``start``, for every table and mapped class of a metadata to be there.

    ``start`` itself where it brings all, but the modules of the classes do not bring it.

    Those that can only be imported once others are there come last. Follows import statements at module level only; what a module imports by other means is named itself.
    """
    owned = [m for m in mappers if any(t.metadata is metadata for t in tables_of(m))]
    needed = {m.class_.__module__ for m in owned}
    mapped = {t for m in owned for t in tables_of(m)}
    needed |= set(_holding([t for t in metadata.tables.values() if t not in mapped], tops))
    needed = {n for n in needed if n in sys.modules}
    graph = Graph({n.split(".")[0] for n in needed} | {start.split(".")[0]})
    if needed <= graph.closure(start):
        return [] if all(start in graph.closure(n) for n in needed) else [start]
    needed -= graph.closure(start)
    candidates = sorted(
        {a for n in needed for a in graph.importers(n)}, key=lambda n: (n in late, n.count("."), n)
    )
    chosen: list[str] = []
    while needed:
        best = max(candidates, key=lambda n: len(graph.closure(n) & needed))
        gained = graph.closure(best) & needed
        if not gained:
            chosen += sorted(needed)
            break
        chosen.append(best)
        needed -= gained
    return sorted(chosen, key=lambda n: (n in late, n))


def _holding(tables: list[Table], tops: set[str]) -> Iterator[str]:
    wanted = {id(t) for t in tables}
    for name in modules_under(tops):
        if not wanted:
            return
        held = {id(table) for table in tables_held(sys.modules[name])} & wanted
        if held:
            wanted -= held
            yield name


def reached_from(script: str, tops: set[str]) -> set[str]:
    """Modules of some packages that a script brings when it is run."""
    graph = Graph(tops)
    with suppress(*NOT_PYTHON):
        nodes = _statements(ast.parse(script).body)
        return {reached for node in nodes for name in _targets(node, "") for reached in graph.closure(name)}
    return set()


class Graph:
    """Who imports whom among the imported modules of some packages."""

    def __init__(self, tops: set[str]) -> None:
        self.names = set(modules_under(tops))
        self.direct: dict[str, set[str]] = {}
        self.closures: dict[str, set[str]] = {}

    def closure(self, name: str) -> set[str]:
        """Everything that is imported with a module, itself included."""
        if name not in self.closures:
            seen: set[str] = set()
            todo = [name]
            while todo:
                current = todo.pop()
                if current not in seen:
                    seen.add(current)
                    todo += self._direct(current)
            self.closures[name] = seen
        return self.closures[name]

    def importers(self, name: str) -> set[str]:
        """The module itself, the packages it lies in, and the packages' modules that import it."""
        parts = name.split(".")
        parents = {".".join(parts[:i]) for i in range(1, len(parts))} & self.names
        return {name} | {p for p in parents if name in self.closure(p)}

    def _direct(self, name: str) -> set[str]:
        if name not in self.direct:
            self.direct[name] = self._imports(name) if name in self.names else set()
        return self.direct[name]

    def _imports(self, name: str) -> set[str]:
        module = sys.modules[name]
        parents = {name.rsplit(".", 1)[0]} if "." in name else set()
        path = getattr(module, "__file__", None)
        tree = None
        with suppress(OSError, *NOT_PYTHON):
            tree = ast.parse(Path(path).read_text("utf-8")) if path and path.endswith(".py") else None
        package = name if hasattr(module, "__path__") else name.rpartition(".")[0]
        found = set(parents)
        for node in _statements(tree.body if tree else []):
            found |= _targets(node, package)
        return found & self.names


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        yield node
        if isinstance(node, ast.If):
            if "TYPE_CHECKING" not in ast.dump(node.test):
                yield from _statements(node.body)
            yield from _statements(node.orelse)
        elif isinstance(node, (ast.Try, ast.With)):
            yield from _statements(node.body)


def _targets(node: ast.stmt, package: str) -> set[str]:
    if isinstance(node, ast.Import):
        return {p for a in node.names for p in _prefixes(a.name)}
    if not isinstance(node, ast.ImportFrom):
        return set()
    base = node.module or ""
    if node.level:
        parts = package.split(".")
        kept = parts[: len(parts) - node.level + 1]
        base = ".".join([*kept, *([node.module] if node.module else [])])
    return set(_prefixes(base)) | {f"{base}.{a.name}" for a in node.names}


def _prefixes(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[: i + 1]) for i in range(len(parts))]
