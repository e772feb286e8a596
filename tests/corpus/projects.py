"""The list of projects, a line of JSON each, and what its placeholders stand for.

Fields of a line: ``name``; ``mapped_classes``, how many it has; ``package`` with its exact version; ``source``, where
it comes from: ``wheel`` (when nothing is said), ``sdist``, or ``github:owner/name@commit``, which needs no ``package``.

A wheel has no project around it, so one is made that depends on it, and ``init`` is pointed at the models: ``targets``,
what ``--models`` is given; ``setup``, Python to run before the models can be imported (it may set ``TARGETS``, a list of
bases); ``alembic``, the ``alembic.ini`` and the folder of scripts, or nothing where it keeps none.

A source has its own layout, settings, tests and CI, and ``init`` gets no flag: ``folder`` of the repository that is the
project, where it is not the whole; ``install``, what ``pip install`` is given there (``-e .`` when nothing is said).

Either may have ``env``, what is set for it, and ``python``, the version it needs.
``{SP}`` is site-packages of the project's environment, ``{WORK}`` a scratch folder; ``{HOST}``, ``{PORT}``, ``{DB}``,
``{URL}``, ``{PSY2}``, ``{PSY3}`` and ``{AURL}`` a database with nothing in it, plain and with the name of a driver.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.corpus.server import EMPTY

LIST = Path(__file__).with_name("projects.jsonl")
LOCKS = Path(__file__).with_name("locks")
PYTHON = "3.11"
"""The locks were made for it."""


@dataclass(frozen=True)
class Project:
    """A published application.

    Attributes:
        name: Short name; also that of its lock.
        package: Requirement, ``name==version``; of a repository ``owner/name@commit``.
        mapped: Mapped classes it is known to have.
        source: ``wheel``, ``sdist`` or ``github``.
        alembic: Path of its ini, of the folder of env.py, or both, where not every release has the ini.
    """

    name: str
    package: str
    mapped: int
    source: str = "wheel"
    folder: str = ""
    install: tuple[str, ...] = ("-e", ".")
    python: str = PYTHON
    targets: tuple[str, ...] = ()
    setup: str = ""
    env: dict[str, str] = field(default_factory=dict)
    alembic: tuple[str, ...] = ()

    @property
    def settings(self) -> int:
        """How many things somebody had to find out and say before this project could be read."""
        return len(self.env) + len(self.targets) + bool(self.setup) + bool(self.alembic)


def load(path: Path = LIST) -> list[Project]:
    """Read a list.

    Raises:
        SystemExit: A line is not what the module's docstring says.
    """
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            found.append(_project(json.loads(line)))
        except (ValueError, KeyError, TypeError) as error:
            raise SystemExit(f"{path}:{number}: {type(error).__name__}: {error}") from error
    return found


def _project(item: dict[str, Any]) -> Project:
    alembic = (item.get("alembic") or [{}])[0]
    source, _, place = item.get("source", "wheel").partition(":")
    if source not in ("wheel", "sdist", "github"):
        raise ValueError(f"no source {source}")
    return Project(
        name=item["name"],
        package=place or item["package"],
        mapped=item["mapped_classes"],
        source=source,
        folder=item.get("folder", ""),
        install=tuple(item.get("install", ("-e", "."))),
        python=item.get("python", PYTHON),
        targets=tuple(item.get("targets", ())),
        setup=item.get("setup", ""),
        env=dict(item.get("env", {})),
        alembic=tuple(alembic[key] for key in ("ini", "script") if key in alembic),
    )


def placeholders(site_packages: Path, work: Path, address: str) -> dict[str, str]:
    """Return what the placeholders stand for."""
    host, _, port = address.partition(":")
    place = f"postgres:x@{address}/{EMPTY}"
    return {
        "{SP}": str(site_packages),
        "{WORK}": str(work),
        "{HOST}": host,
        "{PORT}": port,
        "{DB}": EMPTY,
        "{URL}": f"postgresql://{place}",
        "{PSY2}": f"postgresql+psycopg2://{place}",
        "{PSY3}": f"postgresql+psycopg://{place}",
        "{AURL}": f"postgresql+asyncpg://{place}",
    }


def filled(text: str, values: dict[str, str]) -> str:
    """Put values in the place of placeholders."""
    for name, value in values.items():
        text = text.replace(name, value)
    return text
