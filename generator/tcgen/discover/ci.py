"""Which forge a project lives on, and whether it is under git at all."""

from __future__ import annotations

import re
from pathlib import Path

from tcgen import files
from tcgen.ir.catalog import Catalog, CiSpec

_RUNS_TESTS = re.compile(r"pytest|unittest|\b(?:tox|nox)\b|\w (?:\w+[:-])?tests?\b")


def find_git(root: Path) -> Path | None:
    """The folder that holds ``.git``: the root or one of its parents."""
    return next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), None)


def find_ci(root: Path, git: Path | None, asked: str | None, catalog: Catalog) -> str:
    """The CI provider: the one asked for, else by its files, else by the remote, else the default one.

    Raises:
        TcgenError: ``bad-ci`` when the one asked for is not known.
    """
    if asked is not None:
        return catalog.check_ci(asked)
    tops = [root] if git is None or git == root else [root, git]
    # a folder that a forge uses for more than CI tells less than a file that a provider reads
    for tells in (_reads_a_file, _has_a_sign):
        for name, spec in catalog.ci.items():
            if any(tells(top, spec) for top in tops):
                return name
    remotes = "" if git is None else _remotes(git)
    for name, spec in catalog.ci.items():
        if any(word in remotes for word in spec.remotes):
            return name
    return catalog.default_ci


def runs_tests(root: Path, spec: CiSpec) -> bool:
    """Tell whether a file of a provider's that is not the suite's own runs tests."""
    found = (path for pattern in spec.patterns for path in root.glob(pattern))
    return any(
        _RUNS_TESTS.search(files.text(path)) for path in found if path.is_file() and path != root / spec.file
    )


def _reads_a_file(top: Path, spec: CiSpec) -> bool:
    return any(path.is_file() for pattern in spec.patterns for path in top.glob(pattern))


def _has_a_sign(top: Path, spec: CiSpec) -> bool:
    return any((top / sign).is_dir() if sign.endswith("/") else (top / sign).is_file() for sign in spec.signs)


def _remotes(git: Path) -> str:
    """The URLs of the remotes, one a line."""
    folder = git / ".git"
    try:
        if folder.is_file():
            # A linked worktree or a submodule: the configuration lies in the common folder.
            folder = git / files.text(folder).partition("gitdir:")[2].strip()
            common = folder / "commondir"
            folder = folder / files.text(common).strip() if common.is_file() else folder
        lines = files.text(folder / "config").splitlines()
    except OSError:
        return ""
    return "\n".join(line for line in lines if line.strip().startswith("url"))
