"""The template as it was at each release: a git repository of ``copier.yml`` and ``templates/`` alone.

A wheel carries it as a bundle, so that an update needs neither the network nor a checkout. Each release is one
commit without a parent, its tag the release's own; ids are the same wherever it is built. Standard library and
git only: the build runs this before anything is installed.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import tempfile
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CONTENT = ("copier.yml", "templates")
_SECONDS = 180.0
_TAG = re.compile(r"v\d+(\.\d+)*((a|b|rc)\d+)?(\.post\d+)?")
# see git rev-parse --local-env-vars; its variables for configuration are left to the user
_LOCAL = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_PREFIX",
    "GIT_COMMON_DIR",
)
_AUTHOR = {"NAME": "tcgen", "EMAIL": "tcgen@localhost", "DATE": "2000-01-01T00:00:00Z"}


class GitError(Exception):
    """git cannot be run, or refused."""


@dataclass(frozen=True)
class Content:
    """The ids git gives to ``copier.yml`` and ``templates/``: the same for the same files."""

    file: str
    folder: str

    @property
    def digest(self) -> str:
        """What names a template that was never released."""
        return hashlib.sha256(f"{self.file}{self.folder}".encode()).hexdigest()[:12]


class Repository:
    """A bare scratch repository that borrows the objects of a checkout's, where it has one."""

    def __init__(self, folder: Path, checkout: Path | None = None) -> None:
        self.folder = folder
        self.checkout = checkout
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--bare")
        self.source = _git_folder(checkout) if checkout else None
        if self.source:
            objects = run_git("rev-parse", "--path-format=absolute", "--git-path", "objects", cwd=self.source)
            (folder / "objects" / "info" / "alternates").write_text(f"{objects}\n")

    def git(self, *arguments: str, stdin: str = "", **environment: str) -> str:
        """Run git on this repository.

        Raises:
            GitError: It failed.
        """
        return run_git(*arguments, cwd=self.folder, stdin=stdin, GIT_DIR=str(self.folder), **environment)

    def present(self) -> Content:
        """Return the checkout's files as they lie there.

        Raises:
            GitError: There are none.
        """
        environment = {"GIT_WORK_TREE": str(self.checkout), "GIT_INDEX_FILE": str(self.folder / "present")}
        self.git("-C", str(self.checkout), "add", "--force", "--", *CONTENT, **environment)
        tree = self.git("write-tree", **environment)
        return self._content(tree)

    def released(self) -> dict[str, Content]:
        """Return the checkout's releases: its tags, and versions its history went through untagged."""
        if self.source is None:
            return {}
        tags = [tag for tag in run_git("tag", "--list", cwd=self.source).split() if _TAG.fullmatch(tag)]
        revisions = self._untagged() | {tag: f"refs/tags/{tag}" for tag in tags}
        revisions = {tag: _resolved(self.source, revision) for tag, revision in revisions.items()}
        found = self.contents(revisions.values())
        return {tag: content for tag, content in zip(revisions, found, strict=True) if content}

    def contents(self, revisions: Iterable[str]) -> list[Content | None]:
        """Return what each commit has of the template, None where it has none."""
        commits = list(revisions)
        asked = "".join(f"{commit}:{one}\n" for commit in commits for one in CONTENT)
        answers = self.git("cat-file", "--batch-check=%(objectname)", stdin=asked).splitlines()
        pairs = zip(answers[::2], answers[1::2], strict=True)
        return [None if " " in file + folder else Content(file, folder) for file, folder in pairs]

    def add(self, tag: str, content: Content) -> None:
        """Make a release."""
        lines = f"100644 blob {content.file}\tcopier.yml\n040000 tree {content.folder}\ttemplates\n"
        tree = self.git("mktree", stdin=lines)
        who = {
            f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in _AUTHOR.items()
        }
        commit = self.git("commit-tree", "-m", tag, tree, **who)
        self.git("update-ref", f"refs/tags/{tag}", commit)

    def write(self, bundle: Path) -> None:
        """Write all releases into one file."""
        self.git("-c", "pack.threads=1", "bundle", "create", "--quiet", str(bundle.absolute()), "--tags")

    def fetch(self, url: str) -> None:
        """Take over the releases of a bundle or another repository, with the user's own git configuration.

        Raises:
            GitError: It cannot be reached.
        """
        command = ("fetch", "--quiet", "--no-recurse-submodules", "--", url, "+refs/tags/*:refs/tags/*")
        environment = {
            "GIT_DIR": str(self.folder),
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "true",
            "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh",
        }
        _run(command, self.folder, "", environment)

    def tags(self) -> list[str]:
        """Return the names of all releases."""
        return self.git("for-each-ref", "--format=%(refname:strip=2)", "refs/tags").split()

    def extract(self, revision: str, folder: Path) -> Path:
        """Write the files of a release into a folder and return it.

        Raises:
            GitError: There is no such release.
        """
        folder.mkdir(parents=True)
        index = {"GIT_INDEX_FILE": str(self.folder / "extracted"), "GIT_WORK_TREE": str(folder.absolute())}
        content = self.contents([revision])[0]
        if content is None:
            raise GitError(f"{revision} has no {' and '.join(CONTENT)}")
        self.git("read-tree", "--empty", **index)
        self.git("read-tree", "--prefix=templates/", content.folder, **index)
        self.git("update-index", "--add", "--cacheinfo", f"100644,{content.file},copier.yml", **index)
        self.git("checkout-index", "--all", **index)
        return folder

    def _content(self, tree: str) -> Content:
        (content,) = self.contents([tree])
        if content is None:
            raise GitError(f"{self.checkout} has no {' and '.join(CONTENT)}")
        return content

    def history(self) -> list[str]:
        """Return the commits that changed the template, the newest first."""
        return self._log("--", *CONTENT)

    def _untagged(self) -> dict[str, str]:
        """Return the last commit of each version before the present one, as pyproject.toml names them."""
        commits = self._log("--first-parent", "--", "pyproject.toml")
        versions = self._versions(commits)
        found: dict[str, str] = {}
        for commit, version, before in zip(commits, versions, versions[1:], strict=False):
            if before and before != version and before != versions[0]:
                found.setdefault(f"v{before}", f"{commit}^")
        return found

    def _log(self, *arguments: str) -> list[str]:
        if self.source is None:
            return []
        try:
            return run_git("log", "--format=%H", *arguments, cwd=self.source).split()
        except GitError:  # nothing was committed yet
            return []

    def _versions(self, commits: Sequence[str]) -> list[str]:
        """Return the version that pyproject.toml has at each commit, empty where it has none."""
        # of each file, git prints the commit's id in a line of its own first
        asked = "".join(f"{commit}:pyproject.toml {commit}\n" for commit in commits)
        files = self.git("cat-file", "--batch=%(rest)", stdin=asked)
        found: dict[str, str] = {}
        of = ""
        for commit, version in re.findall(r'(?m)^([0-9a-f]{40,64})$|^version = "([^"]+)"', files):
            of = commit or of
            if version:
                found.setdefault(of, version)
        return [found.get(commit, "") for commit in commits]


def tag_of(version: str, present: Content, released: Content | None) -> str:
    """Return the name a template is recorded by: that of the release, if it is one."""
    return f"v{version}" if present == released else f"v{version}.dev0+{present.digest}"


@contextmanager
def scratch_repository(checkout: Path | None = None) -> Generator[Repository, None, None]:
    """Give a repository that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="tcgen-") as folder:
        yield Repository(Path(folder, "releases.git"), checkout)


def write_bundle(checkout: Path, version: str, bundle: Path) -> str:
    """Write the bundle of a checkout, with or without git, and return the name of its own template.

    Raises:
        GitError: git cannot be run.
    """
    with scratch_repository(checkout) as repository:
        present, released = repository.present(), repository.released()
        own = tag_of(version, present, released.get(f"v{version}"))
        for tag, content in (released | {own: present}).items():
            repository.add(tag, content)
        repository.write(bundle)
    return own


def run_git(*arguments: str, cwd: Path, stdin: str = "", **environment: str) -> str:
    """Run git without the user's configuration, and return what it printed.

    Raises:
        GitError: It failed.
    """
    fixed = {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": "*",
        "LC_ALL": "C",
    }
    return _run(arguments, cwd, stdin, fixed | environment)


def _run(arguments: Sequence[str], cwd: Path, stdin: str, environment: dict[str, str]) -> str:
    # the variables of a git hook would lead to its repository
    inherited = {name: value for name, value in os.environ.items() if name not in _LOCAL}
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=cwd,
            input=stdin,
            env=inherited | environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="surrogateescape",
            check=False,
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise GitError(f"git {arguments[0]} took longer than {_SECONDS:g} seconds") from error
    except (OSError, ValueError) as error:
        raise GitError(f"git cannot be run: {error}") from error
    if done.returncode:
        raise GitError(done.stderr.strip() or f"git {arguments[0]} failed")
    return done.stdout.strip()


def _git_folder(checkout: Path) -> Path | None:
    """Return the git directory of a checkout, None where it is not the top of one."""
    if not (checkout / ".git").exists():
        return None
    try:
        return Path(run_git("rev-parse", "--absolute-git-dir", cwd=checkout))
    except GitError:
        return None


def _resolved(repository: Path, revision: str) -> str:
    """Return a commit's id; of one that a shallow clone lacks, all zeros."""
    try:
        return run_git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}", cwd=repository)
    except GitError:
        return "0" * 40
