"""The only place that strings the stages together; the command line and Copier both come through here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tcgen.apply.changes import Change, compare
from tcgen.apply.pyproject import add_group
from tcgen.discover import discover
from tcgen.discover.tool_table import load_tool_table
from tcgen.errors import TcgenError
from tcgen.introspect.host.runner import inspect_project
from tcgen.ir.drift import DatabaseCatalog, TableDrift
from tcgen.ir.plan import ANSWERS, AskedPlan, SuitePlan
from tcgen.ir.project import CiProvider, Project
from tcgen.ir.schema import Schema
from tcgen.ir.service import ServiceChoice
from tcgen.plan.build import Options, build_plan, destinations, plan_lines
from tcgen.plan.database.decide import failed_at
from tcgen.plan.database.drift import drift_of
from tcgen.plan.factories.providers import check_providers
from tcgen.record.answers import read_recorded, recorded_plan, rows
from tcgen.render.engine import render
from tcgen.update.run import CI_FILES, Update, prepare

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Request:
    """What the user asked for, as the flags say it."""

    root: Path
    python: str | None = None
    models: tuple[str, ...] = ()
    alembic_config: str | None = None
    services: tuple[ServiceChoice, ...] | None = None
    ci: CiProvider | None = None
    dest: str | None = None


@dataclass(frozen=True)
class Planned:
    """The values of the first three stages."""

    project: Project
    schema: Schema
    plan: SuitePlan
    options: Options = Options()


def _quiet(message: str) -> None:
    return None


def inspect(request: Request, progress: Progress = _quiet) -> tuple[Project, Schema]:
    """Run discover and inspect.

    Raises:
        TcgenError: The project, its interpreter or its models cannot be read.
    """
    progress("reading the project")
    project = discover(
        request.root, python=request.python, alembic_config=request.alembic_config, ci=request.ci
    )
    progress(f"importing its models with {project.python}")
    schema = inspect_project(project, models=request.models, alembic_config=request.alembic_config)
    return project, schema


def plan(request: Request, progress: Progress = _quiet) -> Planned:
    """Run the stages up to the plan.

    Raises:
        TcgenError: As ``inspect``, or a setting in ``[tool.tcgen]`` is wrong.
    """
    settings = load_tool_table(request.root)
    recorded = _recorded_suite(request.root)
    request = _as_before(request, recorded)
    project, schema = inspect(request, progress)
    for one in schema.diagnostics:
        if one.level == "error":
            raise TcgenError(one.code, one.message, hint=one.hint)
    check_providers(settings.providers, schema)
    progress(f"planning factories for {len(schema.mappers)} mapped classes")
    # its own conftest.py must not move the suite
    options = Options(
        dest=request.dest or settings.dest or recorded.get("dest"),
        taken=frozenset(one for one in destinations(project) if (request.root / one).exists()),
        ci=request.ci,
        providers=settings.providers,
        migrations_error=recorded.get("database", {}).get("migrations_error", ""),
        drift=tuple(map(TableDrift.model_validate, recorded.get("database", {}).get("drift", ()))),
        services=recorded_services(request.root) if request.services is None else request.services,
        asked=_asked(request),
        python_versions=tuple(recorded.get("python_versions", ())),
        source_roots=tuple(recorded.get("source_roots", ())),
    )
    return Planned(project, schema, build_plan(project, schema, options), options)


def _as_before(request: Request, recorded: dict[str, Any]) -> Request:
    """Return the request with what an earlier run was told, where this one is not."""
    asked = recorded.get("asked", {})
    config = asked.get("alembic_config")
    return replace(
        request,
        models=request.models or tuple(asked.get("models", ())),
        alembic_config=request.alembic_config or (config and str(request.root / config)),
        ci=request.ci or recorded.get("ci"),
    )


def _asked(request: Request) -> AskedPlan:
    config = request.alembic_config and Path(request.root, request.alembic_config).resolve()
    inside = config and config.is_relative_to(request.root)
    path = config.relative_to(request.root).as_posix() if config and inside else None
    return AskedPlan(models=request.models, alembic_config=path)


def from_models(planned: Planned, reason: str) -> Planned:
    """Plan again, with tables that come from the models because the migrations cannot make them.

    Args:
        planned: The plan that was tried.
        reason: What the database, or Alembic, said.
    """
    options = replace(planned.options, migrations_error=failed_at(planned.schema, reason))
    return replace(planned, plan=build_plan(planned.project, planned.schema, options), options=options)


def as_migrated(planned: Planned, catalogue: DatabaseCatalog) -> Planned:
    """Plan again, for what the database that the migrations made demands beyond the models.

    Args:
        planned: The plan whose migrations ran.
        catalogue: What PostgreSQL says of that database.
    """
    options = replace(planned.options, drift=drift_of(planned.schema, catalogue))
    return replace(planned, plan=build_plan(planned.project, planned.schema, options), options=options)


def changes(planned: Planned, progress: Progress = _quiet) -> tuple[Change, ...]:
    """Render the plan and compare it with the disk.

    Raises:
        TcgenError: Files that tcgen did not write are in the way.
    """
    root = Path(planned.project.root)
    if (root / ANSWERS).is_file():
        return update(planned, progress).changes
    progress("rendering")
    found = [_keep_ci(change) for change in compare(root, render(planned.plan), {})]
    in_the_way = [change.path for change in found if change.kind == "conflict"]
    if in_the_way:
        raise TcgenError(
            "destination-exists",
            f"these files exist already and are not tcgen's: {', '.join(in_the_way[:5])}"
            + (f" and {len(in_the_way) - 5} more" if len(in_the_way) > 5 else ""),
            hint="choose another folder with --dest, or move them away",
        )
    group = add_group(root, planned.plan.requirements_group, planned.plan.requirements)
    return (*found, *([group] if group else []))


def update(planned: Planned, progress: Progress = _quiet, template: str | None = None) -> Update:
    """Merge what the plan renders into a suite that exists; nothing is written yet.

    Args:
        planned: The plan.
        progress: Told what is being done.
        template: Address of another template than the recorded one.

    Raises:
        TcgenError: There is no suite, its record cannot be gone on from, or the template cannot be had.
    """
    root = Path(planned.project.root)
    progress("rendering and merging")
    return prepare(root, plan_lines(planned.plan), read_recorded(root), template)


def _keep_ci(change: Change) -> Change:
    """Leave a CI file of the user's own alone: the suite does not depend on ours."""
    is_ci = change.path.startswith(CI_FILES)
    return (
        change.model_copy(update={"kind": "kept", "places": ()})
        if is_ci and change.kind == "conflict"
        else change
    )


def plan_text(root: Path) -> str:
    """Return a project's plan in the form the answers file keeps; for plain ``copier copy``."""
    return plan_lines(plan(Request(root=root)).plan)


def recorded_services(root: Path) -> tuple[ServiceChoice, ...] | None:
    """Return the services of the last run; None before the first.

    Raises:
        TcgenError: The recorded plan cannot be read.
    """
    recorded = recorded_plan(root)
    if recorded is None:
        return None
    return tuple(ServiceChoice.model_validate(row["choice"]) for row in rows(recorded) if "choice" in row)


def _recorded_suite(root: Path) -> dict[str, Any]:
    """Return what the last run decided about the suite as a whole; empty before the first."""
    recorded = recorded_plan(root)
    return {} if recorded is None else rows(recorded)[0]
