"""Which Python has the project's dependencies; found from files, no tool is asked."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tcgen import files
from tcgen.discover.manifest import Manifest
from tcgen.errors import TcgenError
from tcgen.ir.diagnostics import Diagnostic
from tcgen.user_cache import cache_home

_FOLDERS = (".venv", "venv", "env", ".env")
_TOOL_HOMES = ("pipx", "uv/tools", "uv/archive", "uv/builds")


@dataclass(frozen=True)
class Interpreter:
    """The interpreter that was chosen.

    Attributes:
        path: Absolute, with symbolic links kept: the link is what makes it the environment's.
        diagnostics: How it was guessed.
    """

    path: str
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True)
class _Candidate:
    python: Path
    origin: str


def find_interpreter(
    folders: tuple[Path, ...],
    manifest: Manifest,
    asked: str | None,
    environ: Mapping[str, str] = os.environ,
) -> Interpreter:
    """Choose the first environment that has SQLAlchemy, else the first there is, else tcgen's own.

    Args:
        folders: Absolute folders to look for environments in: the root, and the subproject.
        manifest: What the root declares, for the names other tools give to environments.
        asked: ``--python``: an interpreter, a name on PATH, or the folder of an environment.
        environ: The environment variables to go by.

    Raises:
        TcgenError: ``python-not-found`` when the one asked for cannot be run.
    """
    if asked is not None:
        return Interpreter(str(_asked_for(asked)))
    usable: list[_Candidate] = []
    diagnostics: list[Diagnostic] = []
    for candidate in _candidates(folders, manifest, environ):
        if _runs(candidate.python):
            usable.append(candidate)
        elif candidate.python.parent.is_dir():
            diagnostics.append(_broken(candidate))
    chosen = next((one for one in usable if has_package(one.python, "sqlalchemy")), None)
    chosen = chosen or next(iter(usable), None)
    if chosen is None:
        return Interpreter(str(Path(sys.executable).absolute()), (*diagnostics, _own_note(folders)))
    if chosen is not usable[0]:
        diagnostics.append(_passed_over(usable[0], chosen))
    return Interpreter(str(chosen.python), tuple(diagnostics))


def has_package(python: Path, name: str) -> bool:
    """Whether the environment of ``python`` has a top-level package, as far as its folders tell."""
    prefix = python.parent.parent
    if any(folder.is_dir() for folder in _packages_named(prefix, name)):
        return True
    try:
        settings = files.text(prefix / "pyvenv.cfg")
    except OSError:
        return False
    return re.search(r"include-system-site-packages\s*=\s*true", settings, re.IGNORECASE) is not None


def _packages_named(prefix: Path, name: str) -> Iterator[Path]:
    for libraries in ("lib", "lib64"):
        yield from (prefix / libraries).glob(f"python*/site-packages/{name}")
    yield prefix / "Lib" / "site-packages" / name


def _asked_for(asked: str) -> Path:
    path = Path(asked).expanduser().absolute()
    if path.is_dir():
        path = _python_in(path)
    elif not path.exists() and (found := shutil.which(asked)):
        path = Path(found).absolute()
    if not _runs(path):
        cause = "is not executable" if path.exists() else "does not exist"
        raise TcgenError(
            "python-not-found",
            f"the interpreter {asked} {cause}",
            hint="give --python the python of the environment the project runs in",
        )
    return path


def _candidates(
    folders: tuple[Path, ...], manifest: Manifest, environ: Mapping[str, str]
) -> Iterator[_Candidate]:
    active = environ.get("VIRTUAL_ENV")
    if active and not _is_tool_home(Path(active)):
        yield _Candidate(_python_in(Path(active)), "the active environment")
    for folder in folders:
        for name in _FOLDERS:
            if (folder / name / "pyvenv.cfg").is_file():
                yield _Candidate(_python_in(folder / name), f"{name} in the project")
        for settings in sorted(folder.glob("*/pyvenv.cfg")):
            if settings.parent.name not in _FOLDERS:
                yield _Candidate(_python_in(settings.parent), f"{settings.parent.name} in the project")
        yield from _named_in_files(folder)
        yield from _poetry(folder, manifest, environ)
        yield from _pipenv(folder, environ)
    yield from _hatch(manifest, environ)
    for above in _workspaces(folders[0]):
        for name in _FOLDERS:
            if (above / name / "pyvenv.cfg").is_file():
                yield _Candidate(_python_in(above / name), f"{name} of the workspace {above.name}")
    if conda := environ.get("CONDA_PREFIX"):
        yield _Candidate(_python_in(Path(conda)), "the active conda environment")
    yield from _on_path(environ)


def _workspaces(root: Path) -> list[Path]:
    """Folders above the project that declare something, as far as the repository reaches."""
    found = []
    for folder in root.parents if not (root / ".git").exists() else ():
        if (folder / "pyproject.toml").is_file():
            found.append(folder)
        if (folder / ".git").exists():
            return found
    return []


def _on_path(environ: Mapping[str, str]) -> Iterator[_Candidate]:
    """What ``python`` is outside tcgen's own environment: pre-commit and ``uvx`` put theirs before the active one."""
    own = Path(sys.executable).absolute()
    if has_package(own, "sqlalchemy"):
        return
    places = (place for place in environ.get("PATH", "").split(os.pathsep) if place)
    path = os.pathsep.join(place for place in places if Path(place).absolute() != own.parent)
    found = shutil.which("python", path=path)
    if found and has_package(Path(found), "sqlalchemy"):
        yield _Candidate(Path(found).absolute(), "python on PATH")


def _is_tool_home(prefix: Path) -> bool:
    """Whether that is where ``uvx`` or pipx put tcgen, and not the project's environment."""
    path = prefix.absolute().as_posix()
    return prefix.absolute() == Path(sys.prefix) and any(f"/{home}" in path for home in _TOOL_HOMES)


def _named_in_files(folder: Path) -> Iterator[_Candidate]:
    """PDM's ``.pdm-python`` holds an interpreter, a file called ``.venv`` an environment's folder."""
    if pdm := _first_line(folder / ".pdm-python"):
        yield _Candidate(Path(pdm), "PDM's choice in .pdm-python")
    if (folder / ".venv").is_file() and (named := _first_line(folder / ".venv")) and "/" in named:
        yield _Candidate(_python_in(folder / named), "the environment named in .venv")


def _poetry(folder: Path, manifest: Manifest, environ: Mapping[str, str]) -> Iterator[_Candidate]:
    if not (manifest.table("tool", "poetry") or (folder / "poetry.lock").is_file()) or not manifest.name:
        return
    name = re.sub(r'[ $`!*@"\\\r\n\t]', "_", manifest.name.lower())[:42]
    place = os.path.normcase(os.path.realpath(folder)).encode()
    mark = base64.urlsafe_b64encode(hashlib.sha256(place).digest()).decode()[:8]
    cache = Path(environ.get("POETRY_CACHE_DIR") or cache_home(environ) / "pypoetry")
    for found in sorted((cache / "virtualenvs").glob(f"{name}-{mark}-py*"), reverse=True):
        yield _Candidate(_python_in(found), "Poetry's environment")


def _pipenv(folder: Path, environ: Mapping[str, str]) -> Iterator[_Candidate]:
    if not (folder / "Pipfile").is_file():
        return
    home = Path(environ.get("WORKON_HOME") or _data_home(environ) / "virtualenvs")
    for mark in sorted(home.glob("*/.project")):
        if _first_line(mark) == str(folder):
            yield _Candidate(_python_in(mark.parent), "Pipenv's environment")


def _hatch(manifest: Manifest, environ: Mapping[str, str]) -> Iterator[_Candidate]:
    if not manifest.table("tool", "hatch") or not manifest.name:
        return
    data = Path(environ.get("HATCH_DATA_DIR") or _data_home(environ) / "hatch")
    for found in sorted((data / "env" / "virtual" / manifest.name).glob(f"*/{manifest.name}")):
        yield _Candidate(_python_in(found), "Hatch's default environment")


def _data_home(environ: Mapping[str, str]) -> Path:
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    if sys.platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    return Path(environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")


def _python_in(prefix: Path) -> Path:
    if sys.platform == "win32":
        scripts = prefix / "Scripts" / "python.exe"
        return (scripts if scripts.exists() else prefix / "python.exe").absolute()
    return (prefix / "bin" / "python").absolute()


def _runs(python: Path) -> bool:
    return python.is_file() and os.access(python, os.X_OK)


def _first_line(path: Path) -> str:
    try:
        return files.text(path).strip().partition("\n")[0].strip()
    except OSError:
        return ""


def _own_note(folders: tuple[Path, ...]) -> Diagnostic:
    places = ", ".join(str(one) for one in (*folders, *_workspaces(folders[0])))
    return Diagnostic(
        level="note",
        code="python-guessed",
        message="no environment of the project was found: none is active, none lies in"
        f" {places}, no tool of the project's keeps one; the Python that runs tcgen is used",
        hint="name the project's own: --python PATH",
    )


def _broken(candidate: _Candidate) -> Diagnostic:
    return Diagnostic(
        level="warning",
        code="environment-broken",
        message=f"{candidate.origin} is left out: its python cannot be run",
        hint="create the environment again, or name another: --python PATH",
    )


def _passed_over(first: _Candidate, chosen: _Candidate) -> Diagnostic:
    return Diagnostic(
        level="note",
        code="python-guessed",
        message=f"{first.origin} has no SQLAlchemy; {chosen.origin} has, and is used",
        hint="name another: --python PATH",
    )
