"""Adds requirements and providers to pyproject.toml, with its comments and order left alone."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit import TOMLDocument
from tomlkit.container import OutOfOrderTableProxy
from tomlkit.items import Array, String, Table

from tcgen.apply.changes import Change, ChangeKind
from tcgen.discover.manifest import read_document
from tcgen.errors import TcgenError


def add_group(
    root: Path, group: str, requirements: Sequence[str], before: Sequence[str] = ()
) -> Change | None:
    """Return the change that lists the requirements in ``[dependency-groups]``.

    What the group already names stays as the user wrote it.

    Args:
        root: The project; nothing is done without a pyproject.toml.
        group: Name of the dependency group.
        requirements: Requirement strings.
        before: Those of the last run: what is no more among them goes, what the user deleted stays away.

    Returns:
        The change, or None where there is no file.

    Raises:
        TcgenError: The group stands there in a form that dependency groups do not have.
    """
    path = root / "pyproject.toml"
    document = read_document(path)
    if document is None:
        return None
    old = path.read_bytes()
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
    changed = _merge_list(listed, requirements, before)
    if not changed:
        return Change(path="pyproject.toml", kind="unchanged", old=old, new=old)
    return _update(old, document)


def _merge_list(listed: Array, requirements: Sequence[str], before: Sequence[str]) -> bool:
    """Bring a list from what the last run wanted to what this one wants; the user's entries stay."""
    present = {
        _name(item): (number, str(item)) for number, item in enumerate(listed) if isinstance(item, str)
    }
    wanted, last = ({_name(one): one for one in group} for group in (requirements, before))
    changed = False
    for name, requirement in wanted.items():
        if name in present:
            number, written = present[name]
            if written == last.get(name) != requirement:
                listed[number] = requirement
                changed = True
        elif name not in last:  # else the user deleted it
            listed.append(requirement)
            changed = True
    for name in last.keys() - wanted.keys() & present.keys():
        if present[name][1] == last[name]:
            listed.remove(last[name])
            changed = True
    return changed


def add_providers(root: Path, providers: Mapping[str, str]) -> Change:
    """Return the change that lists providers in ``[tool.tcgen.providers]``.

    Those that stand there already stay as the user wrote them. Without a pyproject.toml, one is made.

    Args:
        root: The project.
        providers: ``module.Class.attribute`` → expression.

    Raises:
        TcgenError: The tables stand there in a form that is not theirs.
    """
    path = root / "pyproject.toml"
    document = read_document(path)
    old = None if document is None else path.read_bytes()
    document = TOMLDocument() if document is None else document
    table: Any = document
    for depth, name in enumerate(("tool", "tcgen", "providers")):
        if name not in table:
            table[name] = tomlkit.table(is_super_table=depth < 2)
        table = table[name]
        if not isinstance(table, Table | OutOfOrderTableProxy):
            raise _not_a(path, "[tool.tcgen.providers]", "table")
    for attribute, code in providers.items():
        if attribute not in table:
            table[attribute] = toml_string(code)
    return _update(old, document)


def toml_string(text: str) -> String:
    """Return a TOML string, in single quotes where double ones would have to be escaped."""
    return tomlkit.string(text, literal='"' in text and "'" not in text)


def _update(old: bytes | None, document: TOMLDocument) -> Change:
    # some editors write a mark of the encoding, which is no text
    mark = "\ufeff" if (old or b"").startswith(codecs.BOM_UTF8) else ""
    new, text = mark + tomlkit.dumps(document), (old or b"").decode("utf-8")
    if "\n" in text and text.count("\n") == text.count("\r\n"):
        # tomlkit ends the lines it adds with a bare newline
        new = re.sub(r"(?<!\r)\n", "\r\n", new)
    kind: ChangeKind = "create" if old is None else "unchanged" if new == text else "update"
    return Change(path="pyproject.toml", kind=kind, old=old, new=new.encode())


def _not_a(path: Path, place: str, form: str) -> TcgenError:
    return TcgenError("bad-pyproject", f"{path}: {place} is not a {form}", hint="mend the file and run again")


def _name(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    return re.sub(r"[-_.]+", "-", found.group(0)).lower() if found else requirement
