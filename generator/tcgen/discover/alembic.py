"""Every place Alembic could be run from, wherever it lies in the project."""

from __future__ import annotations

import configparser
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tcgen import files
from tcgen.discover.manifest import read_toml, table
from tcgen.discover.project_files import ProjectFiles, is_aside, join, parent
from tcgen.errors import TcgenError
from tcgen.ir.catalog import FrameworkSpec
from tcgen.ir.diagnostics import Diagnostic
from tcgen.ir.project import AlembicConfig

_SECTION = re.compile(r"^\[alembic\]", re.MULTILINE)
_USES_ALEMBIC = re.compile(r"^\s*(?:from|import)\s+alembic\b", re.MULTILINE)


@dataclass(frozen=True)
class _Search:
    """What every step of the search looks at."""

    tree: ProjectFiles
    source_roots: tuple[str, ...]
    packages: tuple[str, ...]
    frameworks: Mapping[str, FrameworkSpec]


def find_alembic(
    tree: ProjectFiles,
    source_roots: tuple[str, ...],
    packages: tuple[str, ...],
    frameworks: Mapping[str, FrameworkSpec],
    asked: str | None = None,
) -> tuple[tuple[AlembicConfig, ...], tuple[Diagnostic, ...]]:
    """All Alembic configurations, the likeliest first, or only the one asked for.

    Args:
        tree: The project's files.
        source_roots: Folders in which ``package:dir`` is looked up.
        packages: The project's packages; a configuration inside them goes before others.
        frameworks: Those whose running application an env.py may need.
        asked: An ini file, a pyproject.toml or a script folder: absolute, or relative to the
            current folder or the root; it may lie outside the root.

    Raises:
        TcgenError: ``alembic-config-not-found`` when the one asked for is missing or has no scripts.
    """
    search = _Search(tree, source_roots, packages, frameworks)
    if asked is not None:
        return (_asked_for(search, asked),), ()
    configs: list[AlembicConfig] = []
    diagnostics: list[Diagnostic] = []
    for ini in _ini_files(tree):
        config = _of_ini(search, ini)
        if config is None:
            diagnostics.append(_no_scripts(ini))
        else:
            configs.append(config)
    configs.extend(_of_pyprojects(search, configs))
    configs.extend(_bare_folders(search, configs))
    configs.sort(key=lambda config: _rank(search, config))
    return tuple(configs), tuple(diagnostics)


def _ini_files(tree: ProjectFiles) -> Iterator[str]:
    for path in tree.sizes:
        name = path.rpartition("/")[2]
        if is_aside(path) or not name.endswith((".ini", ".cfg")):
            continue
        if _SECTION.search(tree.text(path)):
            yield path


def _of_ini(search: _Search, ini: str) -> AlembicConfig | None:
    """The configuration in an ini file; None when no folder of scripts belongs to it."""
    folder = _base(search, ini).as_posix() if ini.startswith("/") else parent(ini)
    raw = _location_in_ini(search.tree.root, ini) or _location_in_toml(search.tree.root, folder)
    location = _resolve(search, raw, folder) if raw else None
    location = location or _sibling(search, folder)
    if location is None and ":" in raw and "{" not in raw:
        return AlembicConfig(ini=ini, script_location=raw)
    return None if location is None else _config(search, ini, location)


def _config(search: _Search, ini: str | None, location: str) -> AlembicConfig:
    env = _read(search.tree.root / location / "env.py")
    framework = next((name for name, spec in search.frameworks.items() if spec.env_py in env), "")
    return AlembicConfig(ini=ini, script_location=location or ".", framework=framework)


def _base(search: _Search, ini: str) -> Path:
    return (search.tree.root / ini).parent


def _location_in_ini(root: Path, ini: str) -> str:
    path = root / ini
    here = str(path.parent).replace("%", "%%")
    parser = configparser.ConfigParser({"here": here}, strict=False, allow_no_value=True)
    try:
        parser.read_string(_read(path))
        return (parser.get("alembic", "script_location", fallback="") or "").strip()
    except configparser.InterpolationError:
        return (parser.get("alembic", "script_location", raw=True) or "").strip()
    except configparser.Error:
        return ""


def _location_in_toml(root: Path, folder: str) -> str:
    try:
        settings = table(read_toml(root / folder / "pyproject.toml"), "tool", "alembic")
    except TcgenError:
        return ""
    location = settings.get("script_location")
    return location.replace("%(here)s", str(root / folder)) if isinstance(location, str) else ""


def _resolve(search: _Search, raw: str, folder: str) -> str | None:
    """The folder of env.py that a ``script_location`` means; None when there is none.

    Alembic takes a plain path relative to the current folder; people run it from the root, from the
    ini's own folder and from a source root.
    """
    if "{" in raw:
        return None
    root = search.tree.root
    if ":" in raw and not Path(raw).is_absolute():
        package, *rest = raw.split(":")
        inner = Path(*package.split("."), *rest)
        candidates = [root / source / inner for source in search.source_roots]
    else:
        bases = ["", folder, *search.source_roots]
        candidates = [root / base / raw for base in bases]
    found = next((path for path in candidates if (path / "env.py").is_file()), None)
    return None if found is None else _relative(root, found)


def _relative(root: Path, path: Path) -> str:
    absolute = Path(_normal(path))
    try:
        relative = absolute.relative_to(root).as_posix()
    except ValueError:
        return absolute.as_posix()
    return "" if relative == "." else relative


def _normal(path: Path) -> str:
    # Not Path.resolve(): following symbolic links would lead out of the root.
    return os.path.normpath(path)


def _sibling(search: _Search, folder: str) -> str | None:
    """The folder beside an ini file, or its own, whose env.py is Alembic's."""
    base = search.tree.root / folder
    inner = sorted(path.parent for path in base.glob("*/env.py"))
    found = next((path for path in (base, *inner) if _USES_ALEMBIC.search(_read(path / "env.py"))), None)
    return None if found is None else _relative(search.tree.root, found)


def _of_pyprojects(search: _Search, known: list[AlembicConfig]) -> list[AlembicConfig]:
    taken = {config.script_location for config in known}
    configs = []
    for path in search.tree.sizes:
        if path.rpartition("/")[2] != "pyproject.toml" or is_aside(path):
            continue
        raw = _location_in_toml(search.tree.root, parent(path))
        location = _resolve(search, raw, parent(path)) if raw else None
        if location is not None and (location or ".") not in taken:
            configs.append(_config(search, None, location))
    return configs


def _bare_folders(search: _Search, known: list[AlembicConfig]) -> list[AlembicConfig]:
    """Folders of scripts that no configuration names."""
    taken = {config.script_location for config in known}
    configs = []
    for path in search.tree.sizes:
        if path.rpartition("/")[2] != "env.py" or is_aside(path) or (parent(path) or ".") in taken:
            continue
        text = search.tree.text(path)
        if _USES_ALEMBIC.search(text) and "context" in text:
            configs.append(_config(search, None, parent(path)))
    return configs


def _rank(search: _Search, config: AlembicConfig) -> tuple[bool, int, int, int, str]:
    place = config.ini if config.ini is not None else join(config.script_location, "env.py")
    at_root = config.ini is not None and "/" not in config.ini
    return (not at_root, _package_rank(search, place), place.count("/"), config.ini is None, place)


def _package_rank(search: _Search, place: str) -> int:
    for index, package in enumerate(search.packages):
        if any(place.startswith(f"{join(root, package)}/") for root in search.source_roots):
            return index
    return len(search.packages)


def _asked_for(search: _Search, asked: str) -> AlembicConfig:
    root = search.tree.root
    found = [one for one in (Path(asked).expanduser().absolute(), root / asked) if one.exists()]
    # The current folder may be another project that has a file of that name, too.
    found.sort(key=lambda path: not path.is_relative_to(root))
    if not found:
        raise TcgenError(
            "alembic-config-not-found",
            f"there is no Alembic configuration at {asked}",
            hint="give --alembic-config the path of alembic.ini, or of the folder with env.py",
        )
    path = found[0]
    config = _of_folder(search, path) if path.is_dir() else _of_file(search, path)
    if config is None:
        raise TcgenError(
            "alembic-config-not-found",
            f"{asked} names no folder with an env.py",
            hint="set script_location there, or give --alembic-config the folder with env.py",
        )
    return config


def _of_folder(search: _Search, path: Path) -> AlembicConfig | None:
    for name in ("alembic.ini", "alembic.cfg"):
        if (path / name).is_file():
            return _of_file(search, path / name)
    return _config(search, None, _relative(search.tree.root, path)) if (path / "env.py").is_file() else None


def _of_file(search: _Search, path: Path) -> AlembicConfig | None:
    relative = _relative(search.tree.root, path)
    if path.suffix != ".toml":
        return _of_ini(search, relative)
    folder = parent(relative)
    raw = _location_in_toml(search.tree.root, folder)
    location = _resolve(search, raw, folder) if raw else None
    return None if location is None else _config(search, None, location)


def _read(path: Path) -> str:
    try:
        return files.text(path, "utf-8-sig")
    except OSError:
        return ""


def _no_scripts(ini: str) -> Diagnostic:
    return Diagnostic(
        level="warning",
        code="alembic-no-scripts",
        message=f"{ini} is left out: no folder with an env.py belongs to it",
        hint="correct its script_location, or give the folder with --alembic-config",
    )
