"""Where the template lies: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from tcgen import __version__
from tcgen.template.releases import GitError, scratch_repository, tag_of

_PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Template:
    """A version of the template.

    Attributes:
        folder: Holds ``copier.yml`` and ``templates/``.
        version: As answers files record it: the release's tag, or ``v1.2.3.dev0+`` and a digest of the files.
        url: As answers files record it.
    """

    folder: Path
    version: str
    url: str


def checkout() -> Path | None:
    """Return the checkout this package is run from; None for an installed one.

    An editable install carries a copy of the template too, which goes stale: the checkout wins.
    """
    folder = _PACKAGE.parents[1]
    is_one = (folder / "copier.yml").is_file() and (folder / "templates" / "suite").is_dir()
    return folder if is_one else None


def template_folder() -> Path:
    """Return the folder that holds ``copier.yml`` and ``templates/``."""
    return checkout() or _PACKAGE / "_template"


def bundle() -> Path | None:
    """Return the file with the template of each release, which an installed package has."""
    place = _PACKAGE / "_template" / "releases.bundle"
    return place if checkout() is None and place.is_file() else None


def own_template() -> Template:
    """Return the template of this tcgen."""
    return Template(template_folder(), _own_version(), canonical_url())


@cache
def _own_version() -> str:
    folder = checkout()
    written = _PACKAGE / "_template" / "version"
    if folder is None:
        return written.read_text().strip() if written.is_file() else f"v{__version__}"
    try:
        with scratch_repository(folder) as repository:
            released = repository.released().get(f"v{__version__}")
            return tag_of(__version__, repository.present(), released)
    except GitError:
        return f"v{__version__}"


@cache
def canonical_url() -> str:
    """Return the template's address as answers files record it: ``Template`` of ``[project.urls]``."""
    try:
        urls = metadata("tcgen").get_all("Project-URL") or []
    except PackageNotFoundError:
        urls = []
    pairs = (url.partition(", ") for url in urls)
    return next((address for name, _, address in pairs if name == "Template"), "")
