"""Flags that several commands share.

The command line is read before anything of a command is imported: help and completion are asked for more often.
"""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tcgen.errors import TcgenError
from tcgen.ir.limits import MOST_SHARDS

if TYPE_CHECKING:
    from tcgen.ir.service import ServiceChoice
    from tcgen.workflow.request import Request


class ConflictChoice(str, Enum):
    """Where a conflict goes, as Copier has it."""

    inline = "inline"
    rej = "rej"


class CiDatabaseName(str, Enum):
    """Where the database of CI comes from."""

    container = "container"
    service = "service"
    embedded = "embedded"


def docker_ways(incomplete: str) -> list[str]:
    """Return the ways to Docker that begin so, for the shell's completion."""
    from tcgen.catalog.load import catalog

    ways = (way for spec in catalog().ci.values() for way in spec.docker)
    return [way for way in ways if way.startswith(incomplete)]


def ci_names(incomplete: str) -> list[str]:
    """Return the CI providers that begin so, for the shell's completion."""
    from tcgen.catalog.load import catalog
    from tcgen.ir.catalog import NO_CI

    return [name for name in (*catalog().ci, NO_CI) if name.startswith(incomplete)]


def database_names(incomplete: str) -> list[str]:
    """Return the databases that begin so, for the shell's completion."""
    from tcgen.plan.database.own_database import names

    return [name for name in names() if name.startswith(incomplete)]


Directory = Annotated[Path, typer.Argument(help="The project's root.", show_default=True)]
PythonPath = Annotated[
    str | None,
    typer.Option("--python", metavar="PATH", help="The interpreter that has the project's dependencies."),
]
Models = Annotated[
    list[str] | None,
    typer.Option(
        "--models", metavar="MODULE[:ATTR]", help="Where the models are; may be given several times."
    ),
]
Alembic = Annotated[
    str | None, typer.Option("--alembic-config", metavar="PATH", help="Which alembic.ini to use.")
]
Database = Annotated[
    list[str] | None,
    typer.Option(
        "--database",
        metavar="[NAME=]KIND",
        autocompletion=database_names,
        help="What the project runs on: postgresql, mysql, mariadb or sqlite [what it shows]; with a name, what its"
        " further database of that name does.",
    ),
]
Service = Annotated[
    list[str] | None,
    typer.Option(
        "--service",
        metavar="NAME",
        help="Services to use instead of those that are found; postgres alone for no other.",
    ),
]
Ci = Annotated[
    str | None,
    typer.Option(
        "--ci",
        metavar="NAME",
        autocompletion=ci_names,
        help="Whose CI file to write, such as github; none for no file [the one the project uses].",
    ),
]
CiDocker = Annotated[
    str | None,
    typer.Option(
        "--ci-docker",
        metavar="WAY",
        autocompletion=docker_ways,
        help="How jobs of CI reach Docker; GitLab has dind, dind-no-tls, or socket, which needs nothing privileged [dind].",
    ),
]
CiDatabaseChoice = Annotated[
    CiDatabaseName | None,
    typer.Option(
        "--ci-database",
        help="Where the database of CI comes from: Docker, the CI system's own services, or a wheel [container].",
    ),
]
Shards = Annotated[
    int | None,
    typer.Option(
        "--shards",
        metavar="N",
        min=1,
        max=MOST_SHARDS,
        help="Machines of CI that share the suite, evenly by the time that its tests took [1].",
    ),
]
Dest = Annotated[
    str | None, typer.Option("--dest", metavar="DIR", help="Folder of the suite, relative to the root.")
]
App = Annotated[
    str | None,
    typer.Option(
        "--app",
        metavar="MODULE:NAME",
        help="The web application, or a function that makes it; none for no client [the likeliest one].",
    ),
]
Template = Annotated[
    str | None,
    typer.Option(
        "--template", metavar="URL", help="Another git repository of the template [the recorded one]."
    ),
]
NoProve = Annotated[
    bool,
    typer.Option("--no-prove", help="Run nothing of what was written, and make no environment to run it in."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]


def request(
    directory: Path,
    python: str | None = None,
    models: list[str] | None = None,
    alembic_config: str | None = None,
    database: list[str] | None = None,
    service: list[str] | None = None,
    ci: str | None = None,
    dest: str | None = None,
    app: str | None = None,
    ci_docker: str | None = None,
    ci_database: CiDatabaseName | None = None,
    shards: int | None = None,
) -> Request:
    """Return the flags as one value.

    Raises:
        TcgenError: A flag names something that does not exist.
    """
    from tcgen.catalog.load import catalog
    from tcgen.discover.tool_table import check_dest
    from tcgen.plan.application.decide import Chosen
    from tcgen.plan.database.own_database import check_name
    from tcgen.workflow.request import Request

    if dest is not None:
        check_dest(dest, "--dest")
    named = {name: check_name(kind) for name, _, kind in (one.rpartition("=") for one in database or ())}
    return Request(
        root=directory.resolve(),
        python=python,
        models=tuple(models or ()),
        alembic_config=alembic_config,
        database=named.pop("", ""),
        further=named,
        services=None if service is None else chosen(service),
        ci=None if ci is None else catalog().check_ci(ci),
        dest=None if dest is None else Path(dest).as_posix(),
        chosen=Chosen(app=app or ""),
        ci_docker=ci_docker or "",
        ci_database=ci_database.value if ci_database else None,
        shards=shards,
    )


def chosen(names: list[str]) -> tuple[ServiceChoice, ...]:
    """Return the services of these names, as the catalogue has them.

    Raises:
        TcgenError: There is none of a name, or it needs to be described.
    """
    from tcgen.catalog.load import catalog
    from tcgen.ir.service import DATABASE, GENERIC, ServiceChoice

    for name in names:
        catalog().service(name)
        if name == GENERIC:
            raise TcgenError(
                "bad-service",
                "a generic service has to be described",
                hint="tcgen add-service generic --help",
            )
    return tuple(ServiceChoice(kind=name, name=name) for name in dict.fromkeys(names) if name != DATABASE)


def kinds(incomplete: str) -> list[str]:
    """Return the names of the catalogue that begin so, for the shell's completion."""
    from tcgen.catalog.load import catalog
    from tcgen.ir.service import DATABASE

    return [name for name in catalog().services if name.startswith(incomplete) and name != DATABASE]
