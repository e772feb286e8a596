"""Asks the project's interpreter what there is around the models, and in such a way that a failure costs nothing else.

The process that has described the models goes on to look at the application. Where it does not come to a clean end, a
run of its own is asked, with the settings that it says are missing.
"""

from __future__ import annotations

from collections.abc import Iterable

from tcgen.errors import TcgenError
from tcgen.introspect.host.runner import ask_with_settings, make_request
from tcgen.introspect.host.url_source import (
    default_drivername,
    harmless_url,
    is_database_url,
    own_drivername,
)
from tcgen.introspect.protocol import AroundRequest, KindRequest, ProbeAnswer, ProbeRequest
from tcgen.ir.application import Application
from tcgen.ir.catalog import Catalog
from tcgen.ir.diagnostics import Diagnostic
from tcgen.ir.project import Project
from tcgen.ir.schema import BACKENDS, Schema
from tcgen.processes import limit

_SECONDS = 120.0


def what_is_around(catalog: Catalog, app: str = "", named: Iterable[str] = ()) -> AroundRequest:
    """Return what to look for around the models.

    Args:
        catalog: The web frameworks, task queues and command lines there are.
        app: ``MODULE:NAME`` that the user has named; "" for none.
        named: What else the user has named.
    """
    return {
        "application_seconds": limit(_SECONDS),
        "applications": {name: spec.cls for name, spec in catalog.applications.items()},
        "queues": {name: _kind(spec.cls, spec.text, spec.named) for name, spec in catalog.queues.items()},
        "commands": {name: _kind(spec.cls, spec.text) for name, spec in catalog.commands.items()},
        "named": sorted({one.partition(":")[0] for one in named}),
        "app": app,
    }


def inspect_application(
    project: Project, schema: Schema, around: AroundRequest, seen: ProbeAnswer | None = None
) -> tuple[Application, tuple[Diagnostic, ...], dict[str, str]]:
    """Find the application, its session factories, engines and task queues.

    Args:
        project: What discover found.
        schema: What the models' run found.
        around: What to look for, and how many seconds that may take.
        seen: What that run saw of it; None where it did not come to that.

    Returns:
        What was found, remarks, and settings that the application's modules cannot be imported without.
    """
    answer, settings = seen or {}, dict(schema.import_env)
    if not _is_whole(answer):
        try:
            answer, settings = _asked_alone(project, schema, around)
        except TcgenError as error:
            return Application(), (_not_seen(error.message, error.hint),), {}
    if "error" in answer:
        return Application(), (_not_seen(answer["error"]["message"], answer["error"]["hint"]),), {}
    remarks = tuple(Diagnostic.model_validate(one) for one in answer.get("remarks", ()))
    backend = BACKENDS[schema.dialect]
    urls = sorted(name for name in project.environment_names if is_database_url(name, backend))
    found = Application.model_validate({**answer.get("application", {}), "settings": urls})
    return found, remarks, {**settings, **_database_settings(project, schema, found)}


def _is_whole(answer: ProbeAnswer) -> bool:
    """Tell whether another run would show no more: all was imported, or there is no end to it."""
    if "error" in answer:
        return answer["error"]["code"] == "probe-timeout"
    return "application" in answer and not answer.get("remarks") and not answer.get("missing")


def _asked_alone(
    project: Project, schema: Schema, around: AroundRequest
) -> tuple[ProbeAnswer, dict[str, str]]:
    request: ProbeRequest = {
        **make_request(project, (), None, {}, schema.dialect),
        **around,
        "mode": "application",
        "alembic": None,
        "other_alembics": [],
        "source_roots": [*project.source_roots, *schema.source_roots],
        "setup_modules": list(schema.setup_modules),
    }
    return ask_with_settings(project, request, around["application_seconds"], schema.import_env)


def _kind(cls: str, text: str, named: str = "") -> KindRequest:
    return {"cls": cls, "named": named, "text": text}


def _database_settings(project: Project, schema: Schema, found: Application) -> dict[str, str]:
    """Return what tells an application whose engine nobody saw that it runs on the suite's kind of database.

    Left alone it may well take another, such as a file beside it; where it connects to, the suite sees to.
    """
    backend = BACKENDS[schema.dialect]
    kinds = [*(one.backend for one in found.sessions), *(one.backend for one in found.engines)]
    seen = {kind.replace("mariadb", "mysql") for kind in kinds}
    if not found.applications or backend in seen:
        return {}
    drivername = default_drivername(project, backend)
    return {
        name: harmless_url(own_drivername(project, name, backend) or drivername)
        for name in project.environment_names
        if is_database_url(name, backend) and name not in schema.import_env
    }


def _not_seen(message: str, hint: str) -> Diagnostic:
    return Diagnostic(
        level="warning",
        code="application-not-seen",
        message=f"the application was not looked at: {message}; the suite has no client for it",
        hint=hint,
    )
