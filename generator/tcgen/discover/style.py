"""How the project lays its code out, as its own formatter and sorter of imports are told to."""

from __future__ import annotations

import configparser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from tcgen.discover.manifest import read_ini, read_toml, table, texts
from tcgen.ir.project import MIN_PYTHON
from tcgen.ir.style import Style, known_style

Places = dict[Path, dict[str, Any]]
"""Folders, the nearest first, and the tables of tools in their pyproject.toml."""

_MOST_EXTENDED = 8
_IMPORTS = frozenset({"ALL", "I", "I0", "I00", "I001"})
"""The selectors that have ruff sort imports."""
_SUITES = ("alembic", "docker", "faker", "filelock", "polyfactory", "pytest", "sqlalchemy", "testcontainers")
"""Libraries that a suite imports, and some projects have a folder of the same name: ruff takes it for theirs."""
_ISORT = {
    "combine_as_imports": "combine-as-imports",
    "force_single_line": "force-single-line",
    "force_sort_within_sections": "force-sort-within-sections",
    "from_first": "from-first",
    "length_sort": "length-sort",
    "length_sort_straight": "length-sort-straight",
    "lines_after_imports": "lines-after-imports",
    "lines_between_types": "lines-between-types",
    "no_sections": "no-sections",
    "order_by_type": "order-by-type",
    "known_first_party": "known-first-party",
    "known_third_party": "known-third-party",
}
"""Names of isort's settings, and what ruff calls them."""
_PROFILES: dict[str, dict[str, Any]] = {
    "attrs": {"lines_after_imports": 2, "lines_between_types": 1},
    "pycharm": {"lines_after_imports": 2},
}
"""What isort's profiles set of these, by isort's own ``profiles.py``; what is left out, ruff does not have."""


def find_style(top: Path, folder: Path, packages: tuple[str, ...], requires_python: str) -> Style:
    """Read how code is laid out where the suite goes; the nearest file that says it counts, as to the tools themselves.

    Args:
        top: The folder of the repository, or that of the project.
        folder: That of the project's tests, or where there is none, that of the project.
        packages: Import names of the project's own.
        requires_python: The declared versions as a specifier, or "".

    Raises:
        TcgenError: ``bad-pyproject`` where a file of ruff's is no TOML.
    """
    within = [one for one in (folder, *folder.parents) if one.is_relative_to(top)]
    places = {one: table(read_toml(one / "pyproject.toml"), "tool") for one in within}
    place, ruff = _ruff(places)
    black = next(filter(None, (table(tools, "black") for tools in places.values())), dict[str, Any]())
    settings: dict[str, Any] = {key: ruff[key] for key in ("line-length", "indent-width") if key in ruff}
    settings["format"] = table(ruff, "format")
    if black and not settings["format"]:
        settings |= _of_black(black)
    elif ruff:
        settings["target-version"] = ruff.get("target-version") or _oldest(requires_python)
    isort = _of_ruffs_isort(ruff, place) if _sorts_imports(ruff) else _of_isort(places)
    others = {*texts(isort.pop("known-first-party", ()))} - ({*packages} - {*_SUITES})
    if others or known_style({"lint": {"isort": isort}}):
        # those found are first party in the templates, which say nothing of the others
        first = {*packages, *others} - {*texts(isort.get("known-third-party"))}
        settings["lint"] = {"isort": {**isort, "known-first-party": sorted(first)}}
    return known_style(settings)


def _ruff(places: Places) -> tuple[Path, dict[str, Any]]:
    """Return ruff's settings, those they extend among them, and where they stand."""
    for place, tools in places.items():
        for settings in (_read(place / ".ruff.toml"), _read(place / "ruff.toml"), table(tools, "ruff")):
            if settings:
                return place, _extended(place, settings)
    return Path(), {}


def _read(file: Path) -> dict[str, Any]:
    if not file.is_file():
        return {}
    content = read_toml(file)
    return table(content, "tool", "ruff") if file.name == "pyproject.toml" else content


def _extended(place: Path, settings: dict[str, Any]) -> dict[str, Any]:
    for _ in range(_MOST_EXTENDED):
        other = settings.pop("extend", None)
        if not isinstance(other, str):
            break
        file = place / other
        place = file.parent
        settings = _merged(_read(file), settings)
    return settings


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    tables = {key: (table(base, key), table(over, key)) for key in base}
    return {**base, **over, **{key: _merged(*both) for key, both in tables.items() if all(both)}}


def _sorts_imports(ruff: dict[str, Any]) -> bool:
    lint = {**ruff, **table(ruff, "lint")}
    selected = {*texts(lint.get("select")), *texts(lint.get("extend-select"))}
    return bool(_IMPORTS & selected) and not _IMPORTS & {*texts(lint.get("ignore"))}


def _of_ruffs_isort(ruff: dict[str, Any], place: Path) -> dict[str, Any]:
    """Return the settings; empty where they are ruff's own and no folder of the project is called like a library."""
    isort = table(ruff, "lint", "isort") or table(ruff, "isort")
    folders = texts(ruff.get("src")) or [".", "src"]
    libraries = {*texts(isort.get("known-third-party"))}
    mistaken = [
        name
        for name in _SUITES
        if name not in libraries and any((place / one / name).is_dir() for one in folders)
    ]
    if mistaken:
        return {**isort, "known-first-party": [*texts(isort.get("known-first-party")), *mistaken]}
    return dict(isort)


def _of_black(black: dict[str, Any]) -> dict[str, Any]:
    quotes = {"quote-style": "preserve"} if black.get("skip-string-normalization") is True else {}
    commas = {"skip-magic-trailing-comma": black.get("skip-magic-trailing-comma", False)}
    return {"line-length": black.get("line-length", 88), "format": {**quotes, **commas}}


def _of_isort(places: Places) -> dict[str, Any]:
    """Return what isort itself is told, as ruff would be."""
    found = (given for place, tools in places.items() for given in _isorts(place, tools))
    given = next(filter(None, found), dict[str, Any]())
    profile = str(given.get("profile", "")).lower()
    settings = {**_PROFILES.get(profile, {}), **given}
    return {new: _value(settings[old]) for old, new in _ISORT.items() if old in settings}


def _isorts(place: Path, tools: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for file, section in ((".isort.cfg", "settings"), (".isort.cfg", "isort")):
        yield _section(read_ini(place / file, []), section)
    yield table(tools, "isort")
    for file, section in (("setup.cfg", "isort"), ("tox.ini", "isort"), ("setup.cfg", "tool:isort")):
        yield _section(read_ini(place / file, []), section)


def _section(ini: configparser.RawConfigParser, name: str) -> dict[str, Any]:
    return dict(ini[name]) if ini.has_section(name) else {}


def _value(given: object) -> object:
    """Return a value of an ini file as TOML has it."""
    if not isinstance(given, str):
        return given
    word = given.strip()
    if word.lower() in ("true", "false", "yes", "no", "on", "off"):
        return word.lower() in ("true", "yes", "on")
    if word.lstrip("-").isdigit():
        return int(word)
    return [one.strip() for one in word.replace("\n", ",").split(",") if one.strip()]


def _oldest(requires_python: str) -> str:
    """Return the oldest Python that is allowed, as ruff calls it; "" where it is not said, or older than matters here."""
    try:
        allowed = SpecifierSet(requires_python)
    except InvalidSpecifier:
        return ""
    minors = [minor for minor in range(MIN_PYTHON[1], 30) if allowed.contains(f"3.{minor}.99")]
    return f"py3{minors[0]}" if requires_python and minors else ""
