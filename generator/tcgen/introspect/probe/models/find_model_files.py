"""Looks for files that define models, by their text, without running any of them."""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from ..common import NOT_PYTHON, Live, can_be_named

SKIPPED = frozenset(
    [
        "tests",
        "test",
        "testing",
        "migrations",
        "alembic",
        "versions",
        "docs",
        "examples",
        "example",
        "node_modules",
        "venv",
        "env",
        "build",
        "dist",
        "site-packages",
        "__pycache__",
        "fixtures",
        "benchmarks",
    ]
)
HINT = re.compile(
    r"DeclarativeBase|declarative_base|as_declarative|MappedAsDataclass|table\s*=\s*True|\.Model\b|\bSQLAlchemy\(|"
    r"__tablename__|__table__|\bregistry\(|map_imperatively|\bmapper\(|\bTable\(|\bMapped\[|mapped_column\("
)
BASES = frozenset(["DeclarativeBase", "DeclarativeBaseNoMeta", "MappedAsDataclass", "AsyncAttrs"])
FACTORIES = frozenset(["declarative_base", "registry", "SQLAlchemy", "automap_base", "generate_base"])
MAPPING_CALLS = frozenset(["map_imperatively", "mapper", "Table"])


class Source(NamedTuple):
    """A Python file of the project."""

    module: str
    path: Path
    text: str


def sources(packages: list[str], roots: list[str]) -> Iterator[Source]:
    """The files of the packages, tests and migrations left out."""
    for package in packages:
        for folder, prefix in _locations(package, roots):
            if folder.is_file():
                yield from _read(folder, package)
                continue
            for path in sorted(folder.rglob("*.py")):
                parts = path.relative_to(folder).with_suffix("").parts
                if not _is_skipped(parts):
                    names = parts[:-1] if parts[-1] == "__init__" else parts
                    yield from _read(path, ".".join((*prefix, *names)))


def _locations(package: str, roots: list[str]) -> list[tuple[Path, tuple[str, ...]]]:
    parts = tuple(package.split("."))
    for root in roots:
        folder = Path(root, *parts)
        if folder.is_dir():
            return [(folder, parts)]
        if folder.with_suffix(".py").is_file():
            return [(folder.with_suffix(".py"), parts)]
    with suppress(ImportError, ValueError, AttributeError):
        spec = importlib.util.find_spec(package)
        if spec is not None and spec.submodule_search_locations:
            return [(Path(p), parts) for p in spec.submodule_search_locations]
        if spec is not None and spec.origin:
            return [(Path(spec.origin), parts)]
    return []


def _is_skipped(parts: tuple[str, ...]) -> bool:
    if any(p in SKIPPED or p.startswith(".") or not can_be_named(p) for p in parts):
        return True
    name = parts[-1]
    return name.startswith("test_") or name.endswith("_test") or name in ("conftest", "setup", "__main__")


def _read(path: Path, module: str) -> Iterator[Source]:
    # a pipe would keep us waiting
    with suppress(OSError, UnicodeDecodeError):
        if path.is_file():
            yield Source(module, path, path.read_text("utf-8"))


class _Scan:
    """The files of one search, each parsed at most once and only where its text calls for it."""

    def __init__(self, files: list[Source], tops: set[str]) -> None:
        self.files = files
        self.tops = tops
        self.trees: dict[str, ast.Module | None] = {}
        self.classes = {f.module: _class_lines(f.text) for f in files}

    def tree(self, source: Source) -> ast.Module | None:
        """The syntax tree, or None of a file that cannot be parsed."""
        if source.module not in self.trees:
            self.trees[source.module] = _parse(source)
        return self.trees[source.module]

    def subclassing(self, known: set[str]) -> dict[str, set[str]]:
        """Module → classes in it that inherit from a known base or model of the project."""
        more: dict[str, set[str]] = {}
        for source in self.files:
            if not any(words & known for words in self.classes[source.module]):
                continue
            tree = self.tree(source)
            if tree is None:
                continue
            usable = _project_names(tree, self.tops)
            classes = [n for n in tree.body if isinstance(n, ast.ClassDef)]
            names = {
                c.name
                for c in classes
                for b in c.bases
                if {_tail(b), _head(b)} & known and _head(b) in usable
            }
            if names:
                more[source.module] = names
        return more


def _class_lines(text: str) -> list[set[str]]:
    return [set(re.findall(r"\w+", bases)) for bases in re.findall(r"^class \w+\(([^)]*)\)", text, re.M)]


def model_modules(packages: list[str], roots: list[str], known: set[str]) -> list[str]:
    """Names of the modules that look like they define models or the base of models, sorted.

    Args:
        packages: What to search.
        roots: Where packages that are not installed lie.
        known: Names of bases and mapped classes that were imported already.
    """
    files = list(sources(packages, roots))
    scan = _Scan(files, {p.split(".")[0] for p in packages})
    known = set(known)
    found: set[str] = set()
    for source in files:
        if not HINT.search(source.text):
            continue
        tree = scan.tree(source)
        names = _declared_names(tree) if tree else set()
        # One that cannot be parsed is kept: importing it names the syntax error.
        if names is not None and (tree or re.search("sqlalchemy|sqlmodel", source.text)):
            found.add(source.module)
            known |= names
    while True:
        more = scan.subclassing(known) if known else {}
        fresh = {name for names in more.values() for name in names} - known
        found |= set(more)
        known |= fresh
        if not fresh:
            return sorted(found)


def _parse(source: Source) -> ast.Module | None:
    with suppress(*NOT_PYTHON):
        return ast.parse(source.text)
    return None


def _tail(node: ast.expr) -> str:
    if isinstance(node, ast.Subscript):
        node = node.value
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _declared_names(tree: ast.Module) -> set[str] | None:
    """Names of bases and models a file makes; None when it makes none and maps nothing."""
    names: set[str] = set()
    relevant = False
    if not any(_imports_sqlalchemy(node) for node in ast.walk(tree)):
        return _table_classes(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and _is_model(node):
            names.add(node.name)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            if _tail(node.value.func) in FACTORIES:
                names |= {_tail(t) for t in node.targets}
            relevant = relevant or _tail(node.value.func) in MAPPING_CALLS
        elif isinstance(node, (ast.AnnAssign, ast.List, ast.Tuple, ast.Dict)):
            relevant = relevant or any(_tail(value) == "Table" for value in _values(node))
        elif isinstance(node, ast.Constant) and node.value in ("__tablename__", "__table__"):
            relevant = True  # a class made by calling type()
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            relevant = relevant or _tail(node.value.func) in ("map_imperatively", "mapper")
    return names if names or relevant else None


def _values(node: ast.AnnAssign | ast.List | ast.Tuple | ast.Dict) -> list[ast.Call]:
    if isinstance(node, ast.AnnAssign):
        values: list[ast.expr | None] = [node.value]
    else:
        values = list(node.values if isinstance(node, ast.Dict) else node.elts)
    return [value for value in values if isinstance(value, ast.Call)]


def _table_classes(tree: ast.Module) -> set[str] | None:
    names = {n.name for n in ast.walk(tree) if isinstance(n, ast.ClassDef) and _has_table(n)}
    return names or None


def _imports_sqlalchemy(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        module = (node.module or "").lower()
        return "sqlalchemy" in module or "sqlmodel" in module or "advanced_alchemy" in module
    if isinstance(node, ast.Import):
        return any("sqlalchemy" in a.name or "sqlmodel" in a.name for a in node.names)
    return False


def _is_model(node: ast.ClassDef) -> bool:
    if _has_table(node) or any(_tail(b) in BASES or _tail(b) == "Model" for b in node.bases):
        return True
    if any(k.arg == "table" and isinstance(k.value, ast.Constant) and k.value.value for k in node.keywords):
        return True
    return any(_tail(d) in ("as_declarative", "mapped", "mapped_as_dataclass") for d in node.decorator_list)


def _has_table(node: ast.ClassDef) -> bool:
    for item in node.body:
        targets: list[Live] = []
        if isinstance(item, ast.Assign):
            targets = list(item.targets)
        elif isinstance(item, ast.AnnAssign) and item.value is not None:
            targets = [item.target]
        if any(_tail(t) in ("__tablename__", "__table__") for t in targets):
            return True
    return False


def _head(node: ast.expr) -> str:
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _project_names(tree: ast.Module, tops: set[str]) -> set[str]:
    """Names a module defines itself or imports from the project."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {_tail(t) for t in node.targets}
        elif isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").split(".")[0] in tops):
            names |= {a.asname or a.name for a in node.names}
        elif isinstance(node, ast.Import):
            names |= {(a.asname or a.name).split(".")[0] for a in node.names if a.name.split(".")[0] in tops}
    return names
