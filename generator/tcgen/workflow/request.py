"""What a user asks for, and how a run that takes long tells what it is at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tcgen.ir.pipeline import CiDatabase
from tcgen.ir.schema import Dialect, KnownDatabases
from tcgen.ir.service import ServiceChoice
from tcgen.plan.application.decide import AUTOMATIC, Chosen

Progress = Callable[[str], None]
"""Told what is being done, in a few words, before it is done."""


@dataclass(frozen=True)
class Request:
    """What the user asked for, as the flags say it.

    Attributes:
        further: Name of a further database → what it runs on.
        dialect: Of the database of the suite there is; None before the first.
        known: Where that suite has the models; None before the first.
        chosen: What was named of the code around the models.
        ci_docker: How CI's jobs reach a container engine; "" for the provider's usual way.
        ci_database: Where the database of CI comes from; None for a container.
        shards: Machines of CI that share the suite; None for one.
    """

    root: Path
    python: str | None = None
    models: tuple[str, ...] = ()
    alembic_config: str | None = None
    database: str = ""
    further: Mapping[str, str] = field(default_factory=dict[str, str])
    dialect: Dialect | None = None
    known: KnownDatabases | None = None
    services: tuple[ServiceChoice, ...] | None = None
    ci: str | None = None
    dest: str | None = None
    chosen: Chosen = AUTOMATIC
    ci_docker: str = ""
    ci_database: CiDatabase | None = None
    shards: int | None = None


def quiet(message: str) -> None:
    """Tell nobody."""
