"""One pruned walk over the project's folder, shared by everything that looks for files."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from tcgen import files

MAX_BYTES = 1_000_000
"""Larger files are data or generated, never configuration or models."""

_NEVER = frozenset({"node_modules", "__pycache__", "__pypackages__", "site-packages", "htmlcov"})
_UNLESS_PACKAGE = frozenset({"build", "dist", "target", "sdist"})
_TEST_FOLDERS = frozenset({"tests", "test"})
_ASIDE_FOLDERS = frozenset({"docs", "doc", "examples", "example", "samples", "benchmarks"})


@dataclass
class Folder:
    """The names directly inside one folder."""

    dirs: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class ProjectFiles:
    """What lies below a root, without environments, caches and build output.

    Attributes:
        root: Absolute path.
        folders: POSIX path relative to the root ("" is the root itself) to what is inside.
        sizes: POSIX path of every file to its size in bytes.
    """

    root: Path
    folders: dict[str, Folder]
    sizes: dict[str, int]

    def text(self, relative: str) -> str:
        """The file's text; "" when it is missing, too large or unreadable."""
        if self.sizes.get(relative, MAX_BYTES + 1) > MAX_BYTES:
            return ""
        try:
            return files.text(self.root / relative)
        except OSError:
            return ""

    def has(self, relative: str) -> bool:
        """Whether the walk saw that file."""
        return relative in self.sizes

    def folder(self, relative: str) -> Folder | None:
        """What is inside a folder; None when it does not exist or was pruned."""
        return self.folders.get("" if relative == "." else relative)


def walk(root: Path) -> ProjectFiles:
    """Walk ``root`` once; symbolic links to folders are not followed."""
    folders: dict[str, Folder] = {}
    sizes: dict[str, int] = {}
    waiting = [""]
    while waiting:
        relative = waiting.pop()
        entries = _entries(root / relative)
        if relative and _is_pruned(relative, entries):
            continue
        folder = folders[relative] = Folder()
        for entry in entries:
            path = join(relative, entry.name)
            if _is_folder(entry):
                folder.dirs.append(entry.name)
                if not entry.name.startswith("."):
                    waiting.append(path)
            elif (size := _file_size(entry)) is not None:
                folder.files.append(entry.name)
                sizes[path] = size
    for path, folder in folders.items():
        folder.dirs = [name for name in folder.dirs if join(path, name) in folders]
    return ProjectFiles(root, folders, dict(sorted(sizes.items())))


def join(folder: str, name: str) -> str:
    """A POSIX path below the root; ``folder`` may be "" or "."."""
    return name if folder in ("", ".") else f"{folder}/{name}"


def parent(relative: str) -> str:
    """The folder of a POSIX path, "" for the root."""
    return relative.rpartition("/")[0]


def is_test(relative: str) -> bool:
    """Whether a path lies in a folder of tests."""
    return not _TEST_FOLDERS.isdisjoint(relative.split("/"))


def is_test_module(name: str) -> bool:
    """Whether pytest would take a file of that name for its own."""
    return name == "conftest.py" or name.startswith("test_") or name.endswith("_test.py")


def is_aside(relative: str) -> bool:
    """Whether a path lies with tests, documentation, examples or benchmarks."""
    return is_test(relative) or not _ASIDE_FOLDERS.isdisjoint(relative.split("/")[:-1])


def _entries(path: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(path) as found:
            return sorted(found, key=lambda entry: entry.name)
    except OSError:
        return []


def _is_pruned(relative: str, entries: list[os.DirEntry[str]]) -> bool:
    name = relative.rpartition("/")[2]
    names = {entry.name for entry in entries}
    if name in _NEVER or name.endswith((".egg-info", ".dist-info")):
        return True
    if name in _UNLESS_PACKAGE and "__init__.py" not in names:
        return True
    return "pyvenv.cfg" in names or "conda-meta" in names


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _file_size(entry: os.DirEntry[str]) -> int | None:
    try:
        return entry.stat().st_size if entry.is_file() else None
    except OSError:
        return None
