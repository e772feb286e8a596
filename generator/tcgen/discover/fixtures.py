"""Which fixtures the project's own conftest.py files have."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tcgen.discover.manifest import NOT_PYTHON
from tcgen.discover.project_files import ProjectFiles


def find_fixtures(tree: ProjectFiles) -> dict[str, tuple[str, ...]]:
    """Return the names of the fixtures in each ``conftest.py``, by its path relative to the root."""
    files = (path for path in tree.sizes if path.rpartition("/")[2] == "conftest.py")
    found = {path: tuple(sorted({*_fixtures(tree.text(path))})) for path in sorted(files)}
    return {path: names for path, names in found.items() if names}


def _fixtures(text: str) -> Iterator[str]:
    try:
        tree = ast.parse(text)
    except NOT_PYTHON:
        return
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for decorator in node.decorator_list:
                if _last_name(decorator) == "fixture":
                    yield _named(decorator) or node.name


def _last_name(decorator: ast.expr) -> str:
    """``fixture`` of ``pytest.fixture``, ``pytest_asyncio.fixture(…)`` and ``fixture``."""
    node = decorator.func if isinstance(decorator, ast.Call) else decorator
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _named(decorator: ast.expr) -> str:
    if not isinstance(decorator, ast.Call):
        return ""
    values = (one.value for one in decorator.keywords if one.arg == "name")
    return next((str(one.value) for one in values if isinstance(one, ast.Constant)), "")
