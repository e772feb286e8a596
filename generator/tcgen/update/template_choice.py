"""Finds the template the last run rendered, and the one to render now."""

from __future__ import annotations

import os
import re
from pathlib import Path

from packaging.version import InvalidVersion, Version

from tcgen.errors import TcgenError
from tcgen.ir.plan import ANSWERS
from tcgen.record.answers import Record, is_newer
from tcgen.template import location
from tcgen.template.location import Template, own_template
from tcgen.template.releases import GitError, Repository

_SHORT = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/", "git+": ""}
# as Copier documents them; git knows others, one of which runs a command
_HOST = r"(?:[\w.~%+-]+(?::[^\s@/]*)?@)?[\w\[][\w.:\]-]*"
_REMOTE = re.compile(rf"(?:https?|ssh|git)://{_HOST}/[^\s]+|[\w.-]+@\w[\w.-]*:[\w~./][^\s]*|file:///[^\s]+")
_LOCAL = re.compile(r"(?!-)[^\x00-\x1f]+")


def new_template(record: Record, asked: str | None, scratch: Path) -> Template:
    """Return the template to update to.

    Args:
        record: What the last run used.
        asked: ``--template``: address of a repository with tags, instead of the one that was record.
        scratch: A folder for what is fetched.

    Raises:
        TcgenError: The repository cannot be reached, has no template, or only older ones.
    """
    url = asked or record.url
    if not asked and url in ("", location.canonical_url()):
        return own_template()
    repository = _fetched(url, scratch)
    newest = max((tag for tag in repository.tags() if _is_release(tag)), key=Version, default=None)
    if newest is None:
        raise TcgenError(
            "no-release",
            f"{url} has no tag such as v1.0.0",
            hint="tag the version of the template to use, or give another --template",
        )
    if is_newer(record.version, newest):
        raise TcgenError(
            "older-template",
            f"{url} has nothing newer than {newest}, but the project was made with {record.version}",
            hint="give the --template that has it",
        )
    return _extracted(repository, newest, scratch / "new", _recordable(url, record))


def last_template(record: Record, new: Template, asked: str | None, scratch: Path) -> Template | None:
    """Return the template the last run rendered; None where nobody has it any more.

    Args:
        record: What the last run used.
        new: What this run will use.
        asked: ``--template``.
        scratch: A folder for what is fetched.
    """
    if record.version == new.version:
        return new
    own = own_template()
    if record.version == own.version or _digest(record.version) == _digest(own.version) != "":
        return own
    for source in ([asked] if asked else []) + ["", record.url]:
        try:
            repository = _fetched(source, scratch) if source else _known(scratch)
            revision = _find(repository, record.version)
            return _extracted(repository, revision, scratch / "last", record.url, record.version)
        except (GitError, TcgenError, LookupError):
            continue
    return None


def _known(scratch: Path) -> Repository:
    """Return the releases that came with this tcgen."""
    bundle = location.bundle()
    repository = Repository(scratch / "own.git", location.checkout())
    if bundle:
        repository.fetch(str(bundle))
    else:
        for tag, content in repository.released().items():
            repository.add(tag, content)
    return repository


def _find(repository: Repository, version: str) -> str:
    """Return the revision of a version; one that was never released is known by its digest.

    Raises:
        LookupError: It is not there.
    """
    tags = repository.tags()
    if version in tags:
        return f"refs/tags/{version}"
    commits = [f"refs/tags/{tag}" for tag in tags] + repository.history()
    digest = _digest(version)
    for commit, content in zip(commits, repository.contents(commits), strict=True):
        if digest and content and content.digest == digest:
            return commit
    raise LookupError(version)


def _fetched(url: str, scratch: Path) -> Repository:
    address = next(
        (full + url.removeprefix(short) for short, full in _SHORT.items() if url.startswith(short)), url
    )
    check_address(address)
    local = Path(os.path.expanduser(address))  # noqa: PTH111  # a ~nobody stays as it is
    try:
        repository = Repository(scratch / f"{len(list(scratch.iterdir()))}.git")
        repository.fetch(str(local.resolve()) if local.exists() else address)
    except GitError as error:
        raise TcgenError(
            "template-not-found",
            f"the template at {url} cannot be fetched",
            hint="give the address of a git repository as --template",
            detail=str(error),
        ) from error
    return repository


def check_address(address: str) -> None:
    """Make sure that an address is one of a repository, and nothing that git would take for an option or a command.

    Raises:
        TcgenError: It is not.
    """
    local = Path(os.path.expanduser(address))  # noqa: PTH111  # a ~nobody stays as it is
    if not (_REMOTE.fullmatch(address) or (_LOCAL.fullmatch(address) and local.is_dir())):
        raise TcgenError(
            "template-not-found",
            f"{address!r} ({ANSWERS}: _src_path, or --template) is no address of a git repository",
            hint="give one that begins with https://, ssh://, git@, gh: or gl:, or a folder",
        )


def _extracted(repository: Repository, revision: str, folder: Path, url: str, version: str = "") -> Template:
    try:
        return Template(repository.extract(f"{revision}", folder), version or revision, url)
    except GitError as error:
        raise TcgenError(
            "no-template",
            f"{url} {revision} holds no template",
            hint="give another --template",
            detail=str(error),
        ) from error


def _recordable(url: str, record: Record) -> str:
    """Return the address for the answers file, in which no place on one machine may stand."""
    is_local = url.startswith(("file:", "/", ".", "~")) or Path(url).exists()
    return (record.url or location.canonical_url()) if is_local else url


def _digest(version: str) -> str:
    found = re.search(r"\+([0-9a-f]{12})$", version)
    return found[1] if found else ""


def _is_release(tag: str) -> bool:
    try:
        return not Version(tag).is_prerelease
    except InvalidVersion:
        return False
