"""The files that a schema is made from, and whether they are still the same."""

from __future__ import annotations

import ast
import os
import site
import sys
import sysconfig
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from importlib.util import resolve_name, source_from_cache
from inspect import currentframe
from pathlib import Path
from typing import Any

from .containers import ROOT
from .kept import HERE

LIBRARIES = (
    *map(sysconfig.get_path, ("stdlib", "platstdlib", "purelib", "platlib")),
    *site.getsitepackages(),
    site.getusersitepackages(),
)
IMPORTS = "_frozen_importlib_external"
NOT_OURS = tuple(os.path.join(one, "") for one in (*LIBRARIES, "/proc", "/sys", "/dev"))


@contextmanager
def noted() -> Generator[set[str]]:
    """Yield a set that holds, afterwards, what was read to make a schema."""
    named = {ROOT / "pyproject.toml", HERE / "conftest.py", *ROOT.glob(".env*")}
    files = {str(path) for path in named}
    with _reading() as read:
        yield files
    files |= {path for path in map(_source, read) if not path.startswith(NOT_OURS)}
    files |= _imported({*files, str(HERE / "schema.py")})


@contextmanager
def _reading() -> Generator[set[str]]:
    """Yield the set of the files and folders that are read meanwhile."""
    read: set[str] = set()
    watching = True

    def note(event: str, arguments: tuple[Any, ...]) -> None:
        if not watching or event not in ("open", "os.listdir", "os.scandir"):
            return
        if event == "open":
            is_read = not (arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR)
        else:
            # where a module might be is no matter, but where migrations are looked for
            here = currentframe()
            asked_by = here.f_back if here else None
            is_read = not asked_by or asked_by.f_globals.get("__name__") != IMPORTS
        if is_read:
            with suppress(TypeError):  # what is open already is named by a number
                read.add(os.path.abspath(os.fsdecode(arguments[0])))

    sys.addaudithook(note)  # for good: Python has no way to take it back
    try:
        yield read
    finally:
        watching = False


def _source(path: str) -> str:
    try:
        return source_from_cache(path)
    except ValueError:
        return path


def _imported(files: set[str]) -> set[str]:
    """Return files of modules, and those of the modules that they import, and so on."""
    modules = dict(_loaded())
    packages = dict(modules.values())
    found: set[str] = set()
    todo = list(files)
    while todo:
        path = todo.pop()
        if path in found or not path.endswith(".py") or not os.path.isfile(path):
            continue
        found.add(path)
        names = _names_imported(Path(path), packages.get(path, ""))
        todo += [modules[name][0] for name in names if name in modules]
    return found


def _loaded() -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the names of the project's modules, with file and package."""
    for name, module in list(sys.modules.items()):
        # asking a lazy module for an attribute would import it
        known = getattr(module, "__dict__", {})
        path = known.get("__file__")
        if isinstance(path, str) and not path.startswith(NOT_OURS):
            yield name, (os.path.abspath(path), str(known.get("__package__") or ""))


def _names_imported(path: Path, package: str) -> set[str]:
    """Return the names that may be modules in a file's import statements."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (package or not node.level):
            base = resolve_name("." * node.level + (node.module or ""), package or None)
            names.update([base, *(f"{base}.{alias.name}" for alias in node.names)])
    # whoever imports a module imports its packages
    return {name[:end] for name in names for end in _ends(name)}


def _ends(name: str) -> Iterator[int]:
    yield len(name)
    yield from (at for at, character in enumerate(name) if character == ".")


def state(files: Iterable[str]) -> dict[str, Any]:
    """Return what files hold, and with which packages they are read."""
    packages = {
        name
        for folder in LIBRARIES
        if os.path.isdir(folder)
        for name in os.listdir(folder)
        if name.endswith((".dist-info", ".egg-info", ".egg-link", ".pth"))
    }
    return {
        "python": sys.version,
        "packages": digest(" ".join(sorted(packages)).encode()),
        "files": {path: _content(path) for path in sorted(files)},
    }


def _content(path: str) -> str | list[str] | None:
    """Return a file's digest, a folder's names, or None where there is neither."""
    try:
        if not os.path.isdir(path):
            return digest(Path(path).read_bytes())
        names = sorted(os.listdir(path))
    except OSError:
        return None
    return [name for name in names if not name.startswith((".", "__pycache__"))]


def digest(content: bytes) -> str:
    """Return what stands for some bytes."""
    return sha256(content).hexdigest()
