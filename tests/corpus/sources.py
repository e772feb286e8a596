"""A project's own files, as its authors publish them: from an sdist or a repository."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from tests.corpus.projects import Project


class CorpusError(Exception):
    """A project could not even be had or installed; the message is the tool's that tried."""


def unpack(project: Project, root: Path, sources: Path | None) -> None:
    """Make the folder of a project, a git repository with one commit; of a wheel, an empty folder.

    Args:
        project: Where its files come from.
        root: A folder that is not there yet.
        sources: A folder of sdists and checkouts (by the name of the project) that need not be downloaded.

    Raises:
        CorpusError: Nothing could be downloaded.
    """
    if project.source == "wheel":
        root.mkdir(parents=True)
        return
    root.parent.mkdir(parents=True, exist_ok=True)
    if project.source == "sdist":
        _extract(project, root, sources)
    else:
        _check_out(project, root, sources)
    _commit(root)


def _extract(project: Project, root: Path, sources: Path | None) -> None:
    with tempfile.TemporaryDirectory(dir=root.parent) as scratch:
        archive = _kept(project, sources) or _download(project, Path(scratch))
        with tarfile.open(archive) as opened:
            opened.extractall(Path(scratch) / "files", filter="data")
        (only,) = (Path(scratch) / "files").iterdir()
        only.rename(root)


def _kept(project: Project, sources: Path | None) -> Path | None:
    """Names of sdists were written in more than one way over the years."""
    wanted = project.package.replace("==", "-").replace("_", "-").replace(".", "-").lower() + "-tar-gz"
    found = sources.glob("*.tar.gz") if sources else ()
    return next(
        (one for one in found if one.name.replace("_", "-").replace(".", "-").lower() == wanted), None
    )


def _download(project: Project, folder: Path) -> Path:
    name = project.package.partition("==")[0]
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", name]
    run([*command, "-d", str(folder), project.package])
    return next(folder.glob("*.tar.gz"))


def _check_out(project: Project, root: Path, sources: Path | None) -> None:
    if sources and (sources / project.name).is_dir():
        shutil.copytree(sources / project.name, root, symlinks=True)
        return
    place, _, commit = project.package.partition("@")
    run(["git", "clone", "-q", f"https://github.com/{place}", str(root)])
    run(["git", "-C", str(root), "checkout", "-q", commit])


def _commit(root: Path) -> None:
    """Tell git of the files, as it would know them where the project was worked on."""
    if (root / ".git").exists():
        return
    git = ["git", "-C", str(root), "-c", "user.name=corpus", "-c", "user.email=corpus@example.org"]
    run([*git, "init", "-q"])
    run([*git, "add", "-A"])
    run([*git, "commit", "-q", "--no-verify", "-m", "As published"])


def run(command: list[str], cwd: Path | None = None) -> str:
    """Return what a command prints.

    Raises:
        CorpusError: It failed.
    """
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, cwd=cwd)
    if done.returncode:
        raise CorpusError(f"{' '.join(command[:4])} …: {(done.stderr or done.stdout).strip()[-600:]}")
    return done.stdout
