"""What git says about a project that is to be updated; one without git is as welcome."""

from __future__ import annotations

from pathlib import Path

from tcgen.errors import TcgenError
from tcgen.ir.diagnostics import some_of
from tcgen.template.releases import GitError, run_git


def check_no_merge(root: Path) -> None:
    """Make sure that no merge of the user's own is under way.

    Raises:
        TcgenError: There is one.
    """
    try:
        listed = run_git("ls-files", "--unmerged", ":/", cwd=root).splitlines()
        head = Path(run_git("rev-parse", "--path-format=absolute", "--git-path", "MERGE_HEAD", cwd=root))
    except GitError:  # no repository, or no git
        return
    unmerged = sorted({line.partition("\t")[2] for line in listed})
    if unmerged:
        raise TcgenError(
            "merge-in-progress",
            f"a merge is not finished: {some_of(unmerged, 3)} have conflicts",
            hint="settle them and git add the files, or git merge --abort; then run again",
        )
    if head.exists():
        raise TcgenError(
            "merge-in-progress",
            "a merge is not finished: it was not committed",
            hint="git commit, or git merge --abort; then run again",
        )
