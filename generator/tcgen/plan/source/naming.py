"""Names for modules and factories, safe whatever a model is called."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterable

from tcgen.ir.base import ImportRef

_LONGEST = 100
"""Letters of a module's name: a file's may have 255 bytes, and ours stand beside it under longer ones."""

_TAKEN = {"base", "con", "prn", "aux", "nul", "conftest"}


def snake_case(name: str) -> str:
    """Return ``HTTPServer`` as ``http_server``."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return re.sub(r"[^a-z0-9_]+", "_", spaced.lower()).strip("_") or "model"


def camel_case(dotted: str) -> str:
    """Return ``shop.user_base`` as ``ShopUserBase``."""
    return "".join(part.capitalize() for part in re.split(r"[._]", dotted))


def is_plain_name(dotted: str) -> bool:
    """Tell whether every part of a dotted name can stand in source code as it is, and is read there as it is written."""
    return all(
        part.isidentifier() and not keyword.iskeyword(part) and unicodedata.normalize("NFKC", part) == part
        for part in dotted.split(".")
    )


def bare_name(ref: ImportRef) -> str:
    """Return a class's name as one identifier, without the function it was made in."""
    # as Python reads it where it stands in source
    name = unicodedata.normalize("NFKC", ref.qualname.rpartition("<locals>")[2])
    bare = re.sub(r"\W", "", name) or "Model"
    # one with two underscores is another name inside a class
    bare = bare.lstrip("_") or "Model" if bare.startswith("__") else bare
    if keyword.iskeyword(bare):
        return f"{bare}Model"
    return bare if bare.isidentifier() else f"Model{bare}"


def assign_names(classes: Iterable[ImportRef]) -> dict[str, tuple[str, str]]:
    """Give each class a module slug and a factory name, both unique whatever the case of letters.

    Args:
        classes: The mapped classes, in a stable order.

    Returns:
        Dotted class name → (slug, factory class name).
    """
    ordered = list(classes)
    short = {ref.dotted: bare_name(ref) for ref in ordered}
    clashes = _clashing(short)
    names: dict[str, tuple[str, str]] = {}
    used: set[str] = set()
    for ref in ordered:
        name = short[ref.dotted]
        if ref.dotted in clashes:
            name = (camel_case(ref.module.rpartition(".")[2]) or "Model") + name
        slug, number = snake_case(name)[:_LONGEST].rstrip("_"), 1
        if keyword.iskeyword(slug) or slug in _TAKEN or not slug.isidentifier():
            slug = f"{slug}_model" if slug[0].isalpha() else f"model_{slug}"
        # the factories' base class is called ModelFactory
        base, factory = slug, "ModelModelFactory" if name == "Model" else f"{name}Factory"
        while slug in used:
            number += 1
            slug, factory = f"{base}_{number}", f"{name}{number}Factory"
        used.add(slug)
        names[ref.dotted] = (slug, factory)
    return names


def _clashing(short: dict[str, str]) -> set[str]:
    seen: dict[str, list[str]] = {}
    for dotted, name in short.items():
        seen.setdefault(snake_case(name), []).append(dotted)
    return {dotted for group in seen.values() if len(group) > 1 for dotted in group}
