"""The parent: runs the probe in the project's interpreter and makes a ``Schema`` of its answer."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pydantic import ValidationError

from tcgen import processes
from tcgen.errors import TcgenError
from tcgen.introspect.host import url_source
from tcgen.introspect.host.ask import ask, crashed
from tcgen.introspect.host.databases import arranged
from tcgen.introspect.host.python_version import check_python
from tcgen.introspect.protocol import (
    AlembicRequest,
    AroundRequest,
    FrameworkRequest,
    MissingSetting,
    ProbeAnswer,
    ProbeRequest,
    UrlSourceAnswer,
)
from tcgen.ir.catalog import FrameworkSpec
from tcgen.ir.diagnostics import Diagnostic
from tcgen.ir.project import AlembicConfig, Project
from tcgen.ir.schema import BACKENDS, TITLES, Backend, Dialect, KnownDatabases, Schema

ROUNDS = 6
"""How often the import is tried again with more settings; each may only show the next one missing."""
NOTHING_AROUND: AroundRequest = {
    "application_seconds": 0,
    "applications": {},
    "app": "",
    "queues": {},
    "commands": {},
    "named": [],
}

SECRET = base64.urlsafe_b64encode(b"tcgen-makes-tests-not-secrets-32").decode()
VALUES = {
    "int": "1",
    "bool": "false",
    "list": "[]",
    "dict": "{}",
    "path": "tests",
    "url": "http://localhost",
    "email": "test@example.com",
}


@dataclass(frozen=True)
class Inspected:
    """What a process of the project's interpreter had to say.

    Attributes:
        around: What it saw of the application once it had described the models; None where it did not come to that.
    """

    schema: Schema
    around: ProbeAnswer | None


def inspect_project(
    project: Project,
    *,
    models: Sequence[str] = (),
    alembic_config: str | None = None,
    frameworks: Mapping[str, FrameworkSpec],
    dialect: Dialect = "postgresql",
    known: KnownDatabases | None = None,
    around: AroundRequest = NOTHING_AROUND,
    timeout: float = 300,
) -> Inspected:
    """Ask the project's interpreter about its models and migrations; no database is touched.

    Args:
        project: What discover found.
        models: ``MODULE``, ``MODULE:ATTR`` or ``PACKAGE.*``, instead of guessing.
        alembic_config: Path of an ini file or of the folder of env.py (relative to the root or absolute),
            or ``package:dir``; instead of the first that discover found.
        frameworks: Those whose extensions may own the session.
        dialect: Of the database that they are described for.
        known: Where a suite has the models; None where the database that most of them are in is to be the first.
        around: What to look for around the models, in the process that has imported them.
        timeout: Seconds each run of the project's code may take.

    Returns:
        The schema, with what was guessed or left out as diagnostics, and what is around it.

    Raises:
        TcgenError: ``python-not-found``, ``python-too-old``, ``probe-timeout``, ``probe-crashed``,
            ``sqlalchemy-missing``, ``sqlalchemy-too-old``, ``import-failed``, ``mapping-fails``,
            ``no-models``, ``models-not-found``, ``metadata-not-importable`` or ``alembic-config-not-found``.
    """
    check_python(project.python)
    timeout = processes.limit(timeout)
    request: ProbeRequest = {
        **make_request(project, models, alembic_config, frameworks, dialect),
        **around,
    }
    answer, settings = ask_with_settings(project, request, timeout)
    if "error" in answer:
        error = answer["error"]
        raise TcgenError(error["code"], error["message"], hint=error["hint"], detail=error["detail"])
    schema = _schema(project, answer, settings, dialect)
    if settings:
        schema = _with(schema, (_settings_made_up(settings),))
    sources = answer.get("url_sources", {})
    project = with_settings(project, schema)
    settle = partial(
        _settled, project=project, request=request, sources=sources, settings=settings, timeout=timeout
    )
    schema = settle(schema)
    schema = schema.model_copy(update={"further": tuple(map(settle, schema.further))})
    seen = sources.get(schema.name)
    if schema.alembic is not None and seen is not None:
        own = url_source.own_instead(project, schema.alembic, seen, BACKENDS[dialect])
        if own:
            schema, answer = _on_its_own(schema, answer, {**settings, **own}, project, request, timeout)
    return Inspected(arranged(schema, known), answer.get("around"))


def _settled(
    schema: Schema,
    *,
    project: Project,
    request: ProbeRequest,
    sources: Mapping[str, UrlSourceAnswer],
    settings: Mapping[str, str],
    timeout: float,
) -> Schema:
    """Find out where a database's env.py takes its URL from."""
    seen = sources.get(schema.name)
    if schema.alembic is None or seen is None:
        return schema
    request = {**request, "alembic": seen["config"]}
    settled = url_source.settle(
        project, request, schema.alembic, seen, lambda again: ask(project, again, settings, timeout)
    )
    schema = _with(schema, settled.diagnostics, settled.seconds)
    return schema.model_copy(update={"alembic": settled.alembic})


def with_settings(project: Project, schema: Schema) -> Project:
    """Return a project that names the variables which its settings classes read, beside those in its text."""
    names = {*project.environment_names, *schema.settings_names}
    return project.model_copy(update={"environment_names": tuple(sorted(names))})


def _schema(project: Project, answer: ProbeAnswer, settings: Mapping[str, str], dialect: Dialect) -> Schema:
    common = {
        "dialect": dialect,
        "import_env": settings,
        "own_driver": url_source.own_driver(project, BACKENDS[dialect]),
    }
    found = {**answer.get("schema", {}), **common}
    for_all = {**common, "environment": found.get("environment")}
    found["further"] = [{**one, **for_all} for one in found.get("further", ())]
    try:
        return Schema.model_validate(found)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise crashed(project, f"answered what cannot be ({place}: {first['msg']})", "") from None


def _on_its_own(
    schema: Schema,
    first: ProbeAnswer,
    settings: Mapping[str, str],
    project: Project,
    request: ProbeRequest,
    timeout: float,
) -> tuple[Schema, ProbeAnswer]:
    """Return the schema of a project that, left alone, takes another database: its models may follow that choice."""
    answer = ask(project, request, settings, timeout)
    if "error" in answer:
        return schema, first
    names = ", ".join(sorted(set(settings) - set(schema.import_env)))
    found = _schema(project, answer, settings, schema.dialect)
    kept = [one for one in schema.diagnostics if one.code == "settings-made-up"]
    known = {one.name: one.alembic for one in schema.databases}
    beside = tuple(
        one.model_copy(update={"alembic": known.get(one.name, one.alembic)}) for one in found.further
    )
    settled = {"alembic": schema.alembic, "further": beside}
    found = found.model_copy(update={**settled, "diagnostics": (*found.diagnostics, *kept)})
    return _with(found, (_database_set(names, schema.dialect),), schema.import_seconds), answer


def _database_set(names: str, dialect: Dialect) -> Diagnostic:
    return Diagnostic(
        level="note",
        code="database-set",
        message=f"Without {names} the project takes another database than {TITLES[dialect]}: the suite sets it before"
        " the models are imported.",
    )


def _with(schema: Schema, diagnostics: tuple[Diagnostic, ...], seconds: float = 0.0) -> Schema:
    return schema.model_copy(
        update={
            "diagnostics": (*schema.diagnostics, *diagnostics),
            "import_seconds": round(schema.import_seconds + seconds, 3),
        }
    )


def _settings_made_up(settings: Mapping[str, str]) -> Diagnostic:
    return Diagnostic(
        level="note",
        code="settings-made-up",
        message=f"The project cannot be imported without {', '.join(sorted(settings))}; "
        "harmless values were set.",
        hint="Put values of your own in .env or export them.",
    )


def ask_with_settings(
    project: Project, request: ProbeRequest, timeout: float, known: Mapping[str, str] | None = None
) -> tuple[ProbeAnswer, dict[str, str]]:
    """Ask, and ask again with harmless values for what the project says it misses.

    Args:
        project: Gives the interpreter and the working folder.
        request: What to find out.
        timeout: Seconds each run may take.
        known: Settings that are known to be needed.

    Returns:
        The best answer, and the settings it took.
    """
    settings = dict(known or {})
    first = answer = ask(project, request, settings, timeout)
    for _ in range(ROUNDS):
        fresh = _values(project, request["dialect"], answer.get("missing", []), settings)
        if not fresh:
            break
        settings.update(fresh)
        answer = ask(project, request, settings, timeout)
    own = {k: v for k, v in project.env_defaults.items() if k not in os.environ}
    if own and "error" in answer and (settings or answer.get("missing")):
        second = ask(project, request, {**settings, **own}, timeout)
        if "error" not in second:
            return second, {**settings, **own}
    return (answer, settings) if _is_better(answer, first) else (first, dict(known or {}))


def _is_better(answer: ProbeAnswer, first: ProbeAnswer) -> bool:
    """Whether settings that were made up were worth it: an answer at all, or more of the project."""
    if "error" in answer or "error" in first:
        return "error" in first
    return _losses(answer) < _losses(first)


def _losses(answer: ProbeAnswer) -> int:
    remarks = [*answer.get("schema", {}).get("diagnostics", ()), *answer.get("remarks", ())]
    left_out = [one for one in remarks if one["code"] in ("module-not-imported", "application-not-imported")]
    sources = answer.get("url_sources", {}).values()
    return len(left_out) + sum(seen["via"] == "direct" for seen in sources)


def make_request(
    project: Project,
    models: Sequence[str],
    alembic_config: str | None,
    frameworks: Mapping[str, FrameworkSpec],
    dialect: Dialect = "postgresql",
) -> ProbeRequest:
    """Return what the probe is asked first.

    Raises:
        TcgenError: ``alembic-config-not-found``.
    """
    theirs = [name for spec in frameworks.values() for name in spec.distributions]
    return {
        "mode": "models",
        **NOTHING_AROUND,
        "root": str(Path(project.root).resolve()),
        "name": project.name,
        "distributions": [*theirs, *project.dependencies],
        "source_roots": list(project.source_roots),
        "packages": list(project.packages),
        "models": list(models),
        "alembic": _alembic(project, alembic_config),
        "other_alembics": [] if alembic_config else _other_alembics(project),
        "frameworks": {name: _framework(spec) for name, spec in frameworks.items()},
        "setup_modules": [],
        "environment_names": sorted({*project.environment_names, *project.env_defaults}),
        "environment": {},
        "drivername": "",
        "dialect": BACKENDS[dialect],
    }


def _alembic(project: Project, given: str | None) -> AlembicRequest | None:
    root = Path(project.root).resolve()
    if given is None:
        return _configured(project.alembic[0], root) if project.alembic else None
    known = [c for c in project.alembic if given in (c.ini, c.script_location)]
    if known:
        return _configured(known[0], root)
    path = root / given
    if path.is_dir():
        return {"ini": None, "script_location": str(path), "framework": ""}
    if path.is_file():
        return {"ini": str(path), "script_location": None, "framework": ""}
    if ":" in given:
        return {"ini": None, "script_location": given, "framework": ""}
    raise TcgenError(
        "alembic-config-not-found",
        f"{given}: there is no such file or folder",
        hint="Name the ini file, or the folder of env.py, with --alembic-config PATH.",
    )


def _other_alembics(project: Project) -> list[AlembicRequest]:
    root = Path(project.root).resolve()
    return [_configured(one, root) for one in project.alembic[1:]]


def _framework(spec: FrameworkSpec) -> FrameworkRequest:
    return {
        "title": spec.title,
        "module": spec.module,
        "has_context": spec.has_context,
        "extension": spec.extension,
        "library": spec.library,
        "env_py": spec.env_py,
    }


def _configured(config: AlembicConfig, root: Path) -> AlembicRequest:
    return {
        "ini": None if config.ini is None else str(root / config.ini),
        "script_location": config.script_location,
        "framework": config.framework,
    }


def _values(
    project: Project, backend: Backend, missing: Sequence[MissingSetting], settings: Mapping[str, str]
) -> dict[str, str]:
    """Harmless values for settings that are missing; what the project's examples say where that is safe."""
    fresh: dict[str, str] = {}
    for item in missing:
        name = item["name"]
        if name in os.environ:
            continue  # it is the user's
        if item["kind"] == "form" and settings.get(name) != item["value"]:
            fresh[name] = item["value"]
        elif name not in settings:
            fresh[name] = _value(project, backend, name, item)
    return fresh


def _value(project: Project, backend: Backend, name: str, item: MissingSetting) -> str:
    words = set(name.upper().split("_"))
    if words & {"SECRET", "KEY", "TOKEN", "PASSWORD", "PASS", "CREDENTIALS"}:
        return SECRET
    if url_source.is_database_url(name, backend) or item["kind"] == "database":
        own = url_source.own_drivername(project, name, backend)
        drivername = own or url_source.default_drivername(project, backend)
        return url_source.harmless_url(drivername)
    if name in project.env_defaults and "@" not in project.env_defaults[name]:
        return project.env_defaults[name]
    if item["kind"] == "choice":
        return item["value"]
    if words & {"URL", "URI"}:
        return VALUES["url"]
    if "PORT" in words:
        return str(url_source.PORTS[backend])
    return VALUES.get(item["kind"], "test")
