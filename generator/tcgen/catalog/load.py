"""The kinds of services there are: a folder each under ``templates/services``."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from pydantic import ValidationError

from tcgen.errors import TcgenError
from tcgen.ir.service import ServiceKind
from tcgen.template.location import template_folder

DATABASE = "postgres"
GENERIC = "generic"


def load(folder: Path) -> dict[str, ServiceKind]:
    """Read every ``NAME/service.yml`` below a folder.

    Returns:
        The kinds by name, sorted.

    Raises:
        TcgenError: A file is not what ``ServiceKind`` describes.
    """
    kinds = {}
    for path in sorted(folder.glob("*/service.yml")):
        try:
            kinds[path.parent.name] = ServiceKind.model_validate(
                yaml.safe_load(path.read_text(encoding="utf-8"))
            )
        except (yaml.YAMLError, ValidationError) as error:
            raise TcgenError("bad-catalogue", f"{path}: {error}", hint="mend the file") from error
    return kinds


@cache
def catalogue() -> dict[str, ServiceKind]:
    """Return the kinds of tcgen's own template."""
    return load(template_folder() / "templates" / "services")


def kind_of(name: str) -> ServiceKind:
    """Return one kind.

    Raises:
        TcgenError: There is none of that name.
    """
    kinds = catalogue()
    if name not in kinds:
        raise TcgenError(
            "unknown-service",
            f"no service is called {name!r}",
            hint=f"there are: {', '.join(kinds)}; any other image: tcgen add-service generic --help",
        )
    return kinds[name]


def has_version(image: str) -> bool:
    """Tell whether an image's tag stays with one line of versions."""
    tag = image.rpartition("/")[2].partition(":")[2]
    return tag not in ("", "latest", "alpine")


def repository(image: str) -> str:
    """Return an image's repository as Docker Hub would call it: no registry, ``library/``, tag or digest."""
    name = image.partition("@")[0]
    head, _, last = name.rpartition("/")
    last = last.partition(":")[0]
    parts = [part for part in head.split("/") if part]
    if parts and ("." in parts[0] or ":" in parts[0] or parts[0] == "localhost"):
        parts = parts[1:]
    if parts and parts[0] == "library":
        parts = parts[1:]
    return "/".join((*parts, last))
