"""Where the template lies: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def template_folder() -> Path:
    """Return the folder that holds ``copier.yml`` and ``templates/``."""
    checkout = _PACKAGE.parents[1]
    # An editable install carries a copy too, which goes stale: the checkout wins.
    if (checkout / "copier.yml").is_file() and (checkout / "templates" / "suite").is_dir():
        return checkout
    return _PACKAGE / "_template"


def canonical_url() -> str:
    """Return the template's address as answers files record it: ``Template`` of ``[project.urls]``."""
    try:
        urls = metadata("tcgen").get_all("Project-URL") or []
    except PackageNotFoundError:
        urls = []
    pairs = (url.partition(", ") for url in urls)
    return next((address for name, _, address in pairs if name == "Template"), "")
