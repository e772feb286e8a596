"""Asks the project's interpreter what there is around the models: a run of its own, whose failure costs nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from tcgen.errors import TcgenError
from tcgen.introspect.host.runner import ask_with_settings, make_request
from tcgen.ir.application import Application
from tcgen.ir.catalog import ApplicationSpec
from tcgen.ir.diagnostics import Diagnostic
from tcgen.ir.project import Project
from tcgen.ir.schema import Schema


def inspect_application(
    project: Project,
    schema: Schema,
    specs: Mapping[str, ApplicationSpec],
    app: str = "",
    *,
    timeout: float = 120,
) -> tuple[Application, tuple[Diagnostic, ...], dict[str, str]]:
    """Find the application, its session factories, engines and task queues.

    Args:
        project: What discover found.
        schema: What the models' run found.
        specs: The web frameworks to look for.
        app: ``MODULE:NAME`` that the user has named; "" for none.
        timeout: Seconds each run of the project's code may take.

    Returns:
        What was found, remarks, and settings that the application's modules cannot be imported without.
    """
    request = make_request(project, (), None, {}, schema.dialect)
    request = {
        **request,
        "mode": "application",
        "alembic": None,
        "other_alembics": [],
        "source_roots": [*project.source_roots, *schema.source_roots],
        "applications": {name: spec.cls for name, spec in specs.items()},
        "setup_modules": list(schema.setup_modules),
        "app": app,
    }
    try:
        answer, settings = ask_with_settings(project, request, timeout, schema.import_env)
    except TcgenError as error:
        return Application(), (_not_seen(error.message, error.hint),), {}
    if "error" in answer:
        return Application(), (_not_seen(answer["error"]["message"], answer["error"]["hint"]),), {}
    remarks = tuple(Diagnostic.model_validate(one) for one in answer.get("remarks", ()))
    return Application.model_validate(answer.get("application", {})), remarks, settings


def _not_seen(message: str, hint: str) -> Diagnostic:
    return Diagnostic(
        level="warning",
        code="application-not-seen",
        message=f"the application was not looked at: {message}; the suite has no client for it",
        hint=hint,
    )
