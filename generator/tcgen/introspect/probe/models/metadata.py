"""Which ``MetaData`` are the project's, and how each can be reached by import."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType

from sqlalchemy import MetaData, Table
from sqlalchemy.orm import registry

from .. import dialect
from ..common import Live, is_importable, resolve
from .mappers import tables_of


def metadatas_of(value: Live) -> list[MetaData]:
    """The metadatas behind a base class, a registry, a ``MetaData``, a table or a framework's extension."""
    if isinstance(value, MetaData):
        return [value]
    with suppress(Exception):
        if isinstance(getattr(value, "metadatas", None), dict):
            return [m for m in value.metadatas.values() if isinstance(m, MetaData)]
    owners: list[Live] = [value, getattr(value, "Model", None)]
    for owner in owners:
        with suppress(Exception):
            if isinstance(owner.metadata, MetaData):
                return [owner.metadata]
    return []


def holds_metadata(value: Live) -> bool:
    """Whether a module attribute is of a kind it is safe and sensible to look for metadata in."""
    if isinstance(value, (MetaData, registry, Table)):
        return True
    cls = value if isinstance(value, type) else type(value)
    names = {c.__name__ for c in cls.__mro__}
    return isinstance(value, type) or "SQLAlchemy" in names


def in_module(module: ModuleType) -> list[MetaData]:
    """Metadatas with tables that the attributes of a module lead to."""
    found: list[MetaData] = []
    for value in list(vars(module).values()):
        if holds_metadata(value):
            found += [m for m in metadatas_of(value) if m not in found and m.tables]
    return found


def tables_held(module: ModuleType) -> Iterator[Table]:
    """Tables that are attributes of a module, or stand in a list or dictionary that is one."""
    for value in list(vars(module).values()):
        inner = list(value.values()) if isinstance(value, dict) else [value]
        inner = list(value) if isinstance(value, (list, tuple)) else inner
        yield from [one for one in inner if isinstance(one, Table)]


def framework_of(metadata: MetaData, frameworks: dict[str, Live], names: list[str]) -> dict[str, Live] | None:
    """The framework whose extension a metadata belongs to, if an application context was left open for it."""
    for framework, spec in frameworks.items():
        module = sys.modules.get(spec["module"])
        if module is not None and getattr(module, spec["has_context"])():
            ref = _extension(metadata, spec["extension"], names)
            if ref is not None:
                return {"name": framework, "ref": ref}
    return None


def _extension(metadata: MetaData, cls: str, names: list[str]) -> dict[str, str] | None:
    for name in names:
        for attribute, value in list(vars(sys.modules[name]).items()):
            if type(value).__name__ == cls and metadata in metadatas_of(value):
                with suppress(Exception):
                    # before 3, Flask-SQLAlchemy has no engines by name
                    if None in value.engines if hasattr(value, "engines") else value.engine:
                        return {"module": name, "qualname": attribute}
    return None


def modules_under(tops: Iterable[str]) -> list[str]:
    """Imported modules of some top-level packages, short names first."""
    wanted = set(tops)
    names = [
        n for n, m in list(sys.modules.items()) if n.split(".")[0] in wanted and isinstance(m, ModuleType)
    ]
    return sorted(names, key=lambda n: (n.count("."), n))


def of_project(mappers: list[Live], tops: set[str]) -> list[MetaData]:
    """All metadatas with tables that classes or attributes of the project's modules lead to."""
    found: list[MetaData] = []
    for mapper in mappers:
        for table in tables_of(mapper):
            if mapper.class_.__module__.split(".")[0] in tops and table.metadata not in found:
                found.append(table.metadata)
    for name in modules_under(tops):
        for value in list(vars(sys.modules[name]).values()):
            if isinstance(value, MetaData) and value.tables and value not in found:
                found.append(value)
    # tables alone lead to one that has no name of its own
    return found or [m for name in modules_under(tops) for m in in_module(sys.modules[name])][:1]


def repeats(metadata: MetaData, others: list[MetaData]) -> bool:
    """Whether it has tables of the same names as other metadatas."""
    # an env.py may have shown the very same tables to the metadata it names
    mine = metadata.tables
    return any(mine.get(name, table) is not table for other in others for name, table in other.tables.items())


def is_of_the_dialect(metadata: MetaData) -> bool:
    """Whether its tables could be created in a database of the project's."""
    types = [column.type for table in metadata.tables.values() for column in table.columns]
    return all(
        type(one).__module__.startswith(f"{_DIALECTS}{dialect.name()}")
        for one in types
        if _is_a_dialects(one)
    )


def _is_a_dialects(type_: Live) -> bool:
    return type(type_).__module__.startswith(_DIALECTS)


_DIALECTS = "sqlalchemy.dialects."


def mapped_tables(metadata: MetaData, mappers: list[Live]) -> list[Table]:
    """Its tables that rows of mapped classes go to."""
    return [table for mapper in mappers for table in tables_of(mapper) if table.metadata is metadata]


def find_reference(metadata: MetaData, mappers: list[Live], tops: set[str]) -> dict[str, str] | None:
    """Where a metadata can be imported from: the root base of its classes, else a module attribute."""
    classes = [m.class_ for m in mappers if any(t.metadata is metadata for t in tables_of(m))]
    for base in _roots(metadata, classes):
        if is_importable(base):
            return {"module": _shortest(base), "qualname": base.__qualname__ + ".metadata"}
    bases = list(_roots(metadata, classes))
    names = modules_under(tops | {c.__module__.split(".")[0] for c in classes})
    spots = sorted(_spots(metadata, bases, names))
    if spots:
        _, _, _, module, path = spots[0]
        return {"module": module, "qualname": path}
    return None


def _roots(metadata: MetaData, classes: list[type]) -> Iterator[type]:
    seen: set[type] = set()
    for cls in classes:
        root = next((b for b in reversed(cls.__mro__) if getattr(b, "metadata", None) is metadata), None)
        if root is not None and root not in seen and root is not cls:
            seen.add(root)
            yield root


def _shortest(cls: type) -> str:
    """The package that re-exports a class of a library (``sqlmodel`` for ``sqlmodel.main``)."""
    top = cls.__module__.split(".")[0]
    public = resolve(top, cls.__qualname__) is cls and "__all__" not in vars(sys.modules[top])
    return top if public and top == "sqlmodel" else cls.__module__


def _spots(
    metadata: MetaData, bases: list[type], names: list[str]
) -> Iterator[tuple[int, bool, int, str, str]]:
    for position, name in enumerate(names):
        for attribute, value in list(vars(sys.modules[name]).items()):
            if not attribute.isidentifier() or not holds_metadata(value):
                continue
            rank, path = _rank(metadata, bases, attribute, value)
            if rank is not None:
                yield rank, not _assigns(name, attribute), position, name, path


def _rank(metadata: MetaData, bases: list[type], attribute: str, value: Live) -> tuple[int | None, str]:
    if value is metadata:
        return 1, attribute
    if isinstance(value, Table):
        return (5, attribute + ".metadata") if value.metadata is metadata else (None, "")
    if getattr(value, "metadata", None) is not metadata:
        return None, ""
    if value in bases:
        return 0, attribute + ".metadata"
    if not isinstance(value, type):
        return 2, attribute + ".metadata"
    return (4 if "__table__" in vars(value) else 3), attribute + ".metadata"


def _assigns(module: str, attribute: str) -> bool:
    """Whether a name is made in this module rather than imported into it."""
    path = getattr(sys.modules[module], "__file__", None)
    if not path:
        return False
    try:
        text = Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    name = re.escape(attribute)
    return re.search(rf"^({name}\b[^=\n]*=|class {name}\b)", text, re.M) is not None
