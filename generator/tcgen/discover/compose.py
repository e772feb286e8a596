"""Which Compose files a project has."""

from __future__ import annotations

import re

from tcgen.discover.tree import Tree, is_aside

_NAME = re.compile(r"(docker-)?compose([.-][\w.-]+)?\.ya?ml")
_MAX_DEPTH = 2


def find_compose_files(tree: Tree) -> tuple[str, ...]:
    """Compose files at most two folders below the root, the nearest first."""
    found = [
        path
        for path in tree.sizes
        if path.count("/") <= _MAX_DEPTH and _NAME.fullmatch(path.rpartition("/")[2]) and not is_aside(path)
    ]
    return tuple(sorted(found, key=lambda path: (path.count("/"), len(path), path)))
