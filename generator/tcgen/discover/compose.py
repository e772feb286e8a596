"""Which Compose files a project has, and the images they run."""

from __future__ import annotations

import re

import yaml

from tcgen.discover.manifest import NOT_YAML
from tcgen.discover.project_files import ProjectFiles, is_aside

_NAME = re.compile(r"(docker-)?compose([.-][\w.-]+)?\.ya?ml")
_MAX_DEPTH = 2
_DEFAULT = re.compile(r"\$\{\w+:?-([^${}]*)\}")


def find_compose_files(tree: ProjectFiles) -> tuple[str, ...]:
    """Compose files at most two folders below the root, the nearest first."""
    found = [
        path
        for path in tree.sizes
        if path.count("/") <= _MAX_DEPTH and _NAME.fullmatch(path.rpartition("/")[2]) and not is_aside(path)
    ]
    return tuple(sorted(found, key=lambda path: (path.count("/"), len(path), path)))


def find_compose_images(tree: ProjectFiles, files: tuple[str, ...]) -> tuple[str, ...]:
    """The images of all services, those of the nearest file first, defaults of variables filled in."""
    return tuple(dict.fromkeys(image for path in files for image in _images(tree.text(path))))


def _images(text: str) -> list[str]:
    try:
        services = yaml.safe_load(text)["services"]
        images = [service.get("image") for service in services.values()]
    except (*NOT_YAML, AttributeError, KeyError, TypeError):
        return []  # not a Compose file that Docker would take either
    filled = [_DEFAULT.sub(r"\1", image) for image in images if isinstance(image, str)]
    return [image for image in filled if "$" not in image]
