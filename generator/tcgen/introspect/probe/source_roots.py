"""Folders the models were imported from that nobody had named: env.py or the project put them on ``sys.path``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .common import Live

if TYPE_CHECKING:
    from tcgen.introspect.protocol import ProbeRequest


def needed(schema: dict[str, Live], request: ProbeRequest, known: set[str]) -> list[str]:
    """Folders below the root, relative to it.

    Args:
        schema: What was found.
        request: Names the root, and the folders that are on ``sys.path`` anyway.
        known: Those that the interpreter has by itself.
    """
    root = Path(request["root"]).resolve()
    named = {str(Path(root, one).resolve()) for one in request["source_roots"]}
    folders = {folder for name in _names(schema) if (folder := _folder(name)) is not None}
    inside = [f for f in folders if f.is_relative_to(root) and "site-packages" not in f.parts]
    return sorted(f.relative_to(root).as_posix() for f in inside if str(f) not in known | named)


def are_brought(schema: dict[str, Live], known: set[str]) -> bool:
    """Whether the interpreter finds all modules of the models by itself, as it does not where a program puts them there.

    Args:
        schema: What was found.
        known: The folders that the interpreter has by itself.
    """
    return all(str(_folder(name)) in known or _is_mapped(name) for name in _names(schema) if _folder(name))


def _is_mapped(name: str) -> bool:
    """Whether one of the finders that setuptools installs for a project's packages has it."""
    finders: list[Live] = [one for one in sys.meta_path if "editable" in getattr(one, "__module__", "")]
    return any(one.find_spec(name.partition(".")[0], None) for one in finders)


def _names(schema: dict[str, Live]) -> set[str]:
    names = set(schema["setup_modules"])
    for database in [schema, *schema["further"]]:
        names |= {one["cls"]["module"] for one in database["mappers"]}
        names |= {name for one in database["metadatas"] for name in [one["ref"]["module"], *one["modules"]]}
    return names


def _folder(name: str) -> Path | None:
    """The folder a module's name starts in."""
    module = sys.modules.get(name)
    path = getattr(module, "__file__", None)
    if not path:
        return None
    levels = name.count(".") + (1 if hasattr(module, "__path__") else 0)
    parents = Path(path).resolve().parents
    return parents[levels] if levels < len(parents) else None
