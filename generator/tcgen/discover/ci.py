"""Which forge a project lives on, and whether it is under git at all."""

from __future__ import annotations

from pathlib import Path
from typing import cast, get_args

from tcgen.errors import TcgenError
from tcgen.ir.project import CiProvider


def find_git(root: Path) -> Path | None:
    """The folder that holds ``.git``: the root or one of its parents."""
    return next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), None)


def find_ci(root: Path, git: Path | None, asked: str | None) -> CiProvider:
    """The CI provider: the one asked for, else by its files, else by the remote, else GitHub.

    Raises:
        TcgenError: ``bad-ci`` when the one asked for is not known.
    """
    if asked is not None:
        if asked not in get_args(CiProvider):
            raise TcgenError(
                "bad-ci", f"unknown CI provider {asked!r}", hint="use --ci github, gitlab or none"
            )
        return cast("CiProvider", asked)
    tops = [root] if git is None or git == root else [root, git]
    if any((top / ".github").is_dir() for top in tops):
        return "github"
    if any((top / ".gitlab-ci.yml").is_file() for top in tops):
        return "gitlab"
    return "gitlab" if git is not None and "gitlab" in _remotes(git) else "github"


def _remotes(git: Path) -> str:
    """The URLs of the remotes, one a line."""
    folder = git / ".git"
    try:
        if folder.is_file():
            # A linked worktree or a submodule: the configuration lies in the common folder.
            folder = git / folder.read_text(encoding="utf-8").partition("gitdir:")[2].strip()
            common = folder / "commondir"
            folder = folder / common.read_text(encoding="utf-8").strip() if common.is_file() else folder
        lines = (folder / "config").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join(line for line in lines if line.strip().startswith("url"))
