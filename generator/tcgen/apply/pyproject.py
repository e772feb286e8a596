"""Adds the suite's requirements to pyproject.toml, with its comments and order left alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import tomlkit
from tomlkit.items import Array, Table

from tcgen.apply.changes import Change
from tcgen.errors import TcgenError


def add_group(root: Path, group: str, requirements: Sequence[str]) -> Change | None:
    """Return the change that lists the requirements in ``[dependency-groups]``.

    What the group already names stays as the user wrote it.

    Args:
        root: The project; nothing is done without a pyproject.toml.
        group: Name of the dependency group.
        requirements: Requirement strings.

    Returns:
        The change, or None where there is no file.

    Raises:
        TcgenError: The group stands there in a form that dependency groups do not have.
    """
    path = root / "pyproject.toml"
    if not path.is_file():
        return None
    old = path.read_bytes()
    text = old.decode("utf-8")
    document = tomlkit.parse(text)
    groups = document.get("dependency-groups")
    if groups is None:
        groups = tomlkit.table()
        document["dependency-groups"] = groups
    if not isinstance(groups, Table):
        raise _not_a(path, "[dependency-groups]", "table")
    listed = groups.get(group)
    if listed is None:
        listed = tomlkit.array().multiline(True)
        groups[group] = listed
    if not isinstance(listed, Array):
        raise _not_a(path, f"[dependency-groups] {group}", "list")
    named = {_name(str(item)) for item in listed if isinstance(item, str)}
    missing = [requirement for requirement in requirements if _name(requirement) not in named]
    for requirement in missing:
        listed.append(requirement)
    if not missing:
        return Change(path="pyproject.toml", kind="unchanged", old=old, new=old)
    new = tomlkit.dumps(document)
    if "\n" in text and text.count("\n") == text.count("\r\n"):
        # tomlkit ends the lines it adds with a bare newline
        new = re.sub(r"(?<!\r)\n", "\r\n", new)
    return Change(path="pyproject.toml", kind="update", old=old, new=new.encode())


def _not_a(path: Path, place: str, form: str) -> TcgenError:
    return TcgenError("bad-pyproject", f"{path}: {place} is not a {form}", hint="mend the file and run again")


def _name(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    return re.sub(r"[-_.]+", "-", found.group(0)).lower() if found else requirement
