"""Takes back what a module whose import failed has left in SQLAlchemy: the next try makes it again."""

from __future__ import annotations

import ast
import sys
import traceback
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType

from sqlalchemy import Table
from sqlalchemy.orm import mapperlib

from ..common import NOT_PYTHON, Live


class Before:
    """The modules there were before an import."""

    def __init__(self) -> None:
        self.modules = set(sys.modules)

    def restore(self, error: BaseException) -> None:
        """Remove what a failed import has added: half made modules, their classes and their tables."""
        failed = _failed(error)
        broken = set(failed)
        namespaces = [*failed.values(), *self._forget_dependants(broken)]
        _discard(broken, namespaces)

    def _forget_dependants(self, broken: set[str]) -> list[dict[str, Live]]:
        """Drop the modules that took something out of a broken one, or lie in it: they are imported anew with it."""
        fresh: set[str] = set(sys.modules) - self.modules - broken if broken else set()
        imports = {name: _imports(name) for name in fresh}
        namespaces: list[dict[str, Live]] = []
        while True:
            more = {
                name
                for name, targets in imports.items()
                if targets & broken or any(name.startswith(f"{one}.") for one in broken)
            } - broken
            if not more:
                return namespaces
            broken |= more
            namespaces += [vars(_forget(name)) for name in sorted(more)]


def take_back(modules: set[str]) -> None:
    """Remove modules as if they had never been imported, with their classes and tables."""
    _discard(modules, [vars(_forget(name)) for name in sorted(modules & set(sys.modules))])


def _discard(modules: set[str], namespaces: list[dict[str, Live]]) -> None:
    dead = {cls for cls in _classes() if cls.__module__ in modules and cls.__module__ not in sys.modules}
    _remove_tables(dead, namespaces)
    for registry in _registries():
        _dispose(registry, dead)


def _remove_tables(dead: set[type], namespaces: list[dict[str, Live]]) -> None:
    held: list[Table] = [
        value for values in namespaces for value in list(values.values()) if isinstance(value, Table)
    ]
    live: set[int] = {id(table) for table in _live_tables(dead)} if held else set()
    gone = [table for table in held if id(table) not in live]
    gone += [table for cls in dead for table in _tables_of(cls)]
    for table in gone:
        if table.metadata.tables.get(table.key) is table:
            table.metadata.remove(table)


def _tables_of(cls: Live) -> Iterator[Table]:
    """The table of a class and those its relationships go through."""
    table: Live = vars(cls).get("__table__")
    if isinstance(table, Table):
        yield table
    for mapper in [
        vars(m).get("mapper") for r in _registries() for m in list(r._managers) if m.class_ is cls
    ]:
        for prop in getattr(mapper, "_props", {}).values():
            arguments = getattr(prop, "_init_args", None)  # SQLAlchemy 2.0 on
            secondary = getattr(getattr(arguments, "secondary", None), "argument", None)
            secondary = getattr(prop, "__dict__", {}).get("secondary") if secondary is None else secondary
            if isinstance(secondary, Table):
                yield secondary


def _failed(error: BaseException) -> dict[str, dict[str, Live]]:
    """Modules that were being imported when an error came up, and what was in them by then."""
    found: dict[str, dict[str, Live]] = {}
    todo: list[BaseException | None] = [error]
    seen: set[int] = set()
    while todo:
        current = todo.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        todo += [current.__cause__, current.__context__]
        for frame, _ in traceback.walk_tb(current.__traceback__):
            name = str(frame.f_globals.get("__name__", ""))
            if frame.f_code.co_name == "<module>" and name not in sys.modules:
                found[name] = frame.f_globals
    return found


def _imports(name: str) -> set[str]:
    """What a module takes names out of while it is imported."""
    module = sys.modules.get(name)
    path = str(getattr(module, "__file__", None) or "")
    if not path.endswith(".py") or "site-packages" in path:
        return set()
    package = name if hasattr(module, "__path__") else name.rpartition(".")[0]
    found: set[str] = set()
    with suppress(OSError, *NOT_PYTHON):
        for node in ast.walk(ast.parse(Path(path).read_text("utf-8"))):
            found |= _targets(node, package)
    return found


def _targets(node: ast.AST, package: str) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    if not isinstance(node, ast.ImportFrom):
        return set()
    parts = package.split(".")
    above = parts[: len(parts) - node.level + 1] if node.level else []
    base = ".".join([*above, *([node.module] if node.module else [])])
    return {base} | {f"{base}.{alias.name}" for alias in node.names}


def _forget(name: str) -> ModuleType:
    parent, _, child = name.rpartition(".")
    module = sys.modules.pop(name)
    package = sys.modules.get(parent)
    if package is not None and vars(package).get(child) is module:
        delattr(package, child)
    return module


def _registries() -> list[Live]:
    return list(mapperlib._all_registries())


def _classes() -> Iterator[type]:
    """Classes that a registry knows, mapped or only named."""
    for registry in _registries():
        yield from [manager.class_ for manager in list(registry._managers)]
        for value in list(registry._class_registry.values()):
            # of one name there may be several, which a set of references stands for
            several: Live = getattr(value, "contents", None)
            held: list[Live] = [ref() for ref in list(several)] if isinstance(several, set) else [value]
            yield from [cls for cls in held if isinstance(cls, type)]


def _live_tables(dead: set[type]) -> Iterator[Table]:
    """Tables of classes and of namespaces that are still there."""
    for cls in _classes():
        table = getattr(cls, "__table__", None)
        if cls not in dead and isinstance(table, Table):
            yield table
    for module in list(sys.modules.values()):
        found: Live = module  # anything may stand there
        if isinstance(found, ModuleType):
            yield from [value for value in list(vars(found).values()) if isinstance(value, Table)]


def _dispose(registry: Live, dead: set[type]) -> None:
    for manager in list(registry._managers):
        if manager.class_ in dead:
            _forget_identity(manager)
            registry._dispose_manager_and_mapper(manager)
            registry._managers.pop(manager, None)
    for cls in dead:
        # a class whose mapping failed has no manager, but its name is taken
        with suppress(Exception):
            registry._dispose_cls(cls)


def _forget_identity(manager: Live) -> None:
    mapper: Live = vars(manager).get("mapper")
    identities: dict[Live, Live] = getattr(mapper, "polymorphic_map", None) or {}
    for identity in [key for key, value in list(identities.items()) if value is mapper]:
        del identities[identity]
