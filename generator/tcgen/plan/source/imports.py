"""Import statements of a factory's module, and names in it that must not hide each other."""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from tcgen.ir.base import ImportedName, ImportRef
from tcgen.ir.runtime import BASE_NAMES
from tcgen.plan.source.code import Code
from tcgen.plan.source.layout import LINE_LENGTH

_STANDARD = ("datetime", "decimal", "ipaddress", "itertools", "re", "string", "typing", "uuid")
_OWN_NAMES = frozenset(
    [
        *dir(builtins),
        *BASE_NAMES,
        "PostGenerated",
        "Use",
        "Decimal",
        "Range",
        "UUID",
        "Any",
        "ascii_lowercase",
        "date",
        "datetime",
        "digits",
        "func",
        "ip_address",
        "ip_network",
        "time",
        "timedelta",
        "timezone",
    ]
)
"""What a factory's module may use itself."""


def bound_names(line: str) -> dict[str, str]:
    """Return the names a ``from … import …`` statement binds → the name in the module."""
    names = [one.strip() for one in line.partition(" import ")[2].split(",")]
    return {one.rpartition(" as ")[2]: one.partition(" as ")[0] for one in names}


def names_in(code: str) -> set[str]:
    """Return the names an expression mentions."""
    return {node.id for node in ast.walk(ast.parse(code.strip(), mode="eval")) if isinstance(node, ast.Name)}


def apart(values: Mapping[str, Code], ours: Mapping[str, str]) -> dict[str, Code]:
    """Give classes of the project's that are called like something else another name.

    Args:
        values: Attribute → code.
        ours: Name → module, of what the factory's module imports besides.

    Returns:
        The values, with what they import under a name of its own.
    """
    taken = dict(ours)
    return {attribute: _renamed(code, taken) for attribute, code in values.items()}


def _renamed(code: Code, taken: dict[str, str]) -> Code:
    lines, text = set(), code.text
    for line in sorted(code.imports):
        module = line.removeprefix("from ").partition(" import ")[0]
        standard = module.partition(".")[0] in (*_STANDARD, "sqlalchemy")
        for name in bound_names(line):
            new = name
            if not standard:
                while new in _OWN_NAMES or taken.get(new, module) != module:
                    new += "Type"
                text = re.sub(rf"(?<![\w.\"']){re.escape(name)}(?=[.)\[])", new, text)
                taken[new] = module
            lines.add(f"from {module} import {name if new == name else f'{name} as {new}'}")
    return replace(code, imports=frozenset(lines), text=text)


def model_name(top: str, others: Iterable[str]) -> str:
    """Return what a model is called in its factory's module: not like something else there."""
    if top.startswith("__"):  # which is another name inside a class
        top = f"{top.strip('_')}Model"
    taken = top in _OWN_NAMES or top in others or keyword.iskeyword(top)
    return f"{top}Model" if taken else top


def sorted_imports(imports: set[str], packages: tuple[str, ...]) -> tuple[str, ...]:
    """Return import statements in the order linters want, an empty line between groups.

    Args:
        imports: ``from … import …`` statements, in any order; those of one module become one.
        packages: The project's own top-level packages.
    """
    groups: tuple[list[str], ...] = ([], [], [], [])
    merged: dict[str, set[str]] = {}
    for line in imports:
        module, _, names = line.removeprefix("from ").partition(" import ")
        merged.setdefault(module, set()).update(name.strip() for name in names.split(","))
    for module in sorted(merged, key=str.lower):
        names = ", ".join(sorted(merged[module], key=lambda one: (one.islower(), one)))
        own = module.partition(".")[0] in packages
        place = 3 if module.startswith(".") else 0 if module in _STANDARD else 2 if own else 1
        line = f"from {module} import {names}"
        if len(line) > LINE_LENGTH:
            line = f"from {module} import (\n    " + names.replace(", ", ",\n    ") + ",\n)"
        groups[place].append(line)
    lines: list[str] = []
    for group in groups:
        lines += [*([""] if lines and group else []), *group]
    return tuple(lines)


def imported(ref: ImportRef) -> ImportedName:
    """Return how something is imported that may lie in an object."""
    top = ref.qualname.partition(".")[0]
    return ImportedName(statement=f"from {ref.module} import {top}", name=ref.qualname)


def joined(statements: Iterable[str]) -> tuple[str, ...]:
    """Return statements ``from … import …`` with one for each module, in the order of isort and ruff."""
    names: dict[str, set[str]] = {}
    for statement in statements:
        module, _, name = statement.removeprefix("from ").partition(" import ")
        names.setdefault(module, set()).add(name)
    return tuple(
        f"from {module} import {', '.join(sorted(names[module], key=_by_type))}" for module in sorted(names)
    )


def _by_type(name: str) -> tuple[int, str]:
    """Return what constants come first by, then classes, then the rest."""
    return (0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2, name)
