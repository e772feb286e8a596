"""What ``tcgen init`` found and guessed, each with the flag that overrules it."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tcgen.cli.output import say
from tcgen.ir.application import Application
from tcgen.ir.plan import DatabasePlan, SuitePlan
from tcgen.ir.schema import TITLES
from tcgen.workflow.stages import Planned

_SCHEMA_FROM = {
    "create_all": "create_all (no migrations found)",
    "stamp": "create_all, then stamp",
    "alembic_option": "Alembic, URL through sqlalchemy.url",
    "alembic_attribute": "Alembic, on a connection it is given",
    "alembic_environment": "Alembic, URL through environment variables",
    "alembic_direct": "Alembic's scripts, without env.py",
}


def show_findings(planned: Planned) -> None:
    """Print a table of findings: what, value, flag."""
    project, schema, plan = planned.project, planned.schema, planned.plan
    environment = schema.environment
    rows = [
        ("project", f"{project.name} ({project.root})", "DIR"),
        (
            "python",
            f"{project.python} ({environment.python}, SQLAlchemy {environment.sqlalchemy})",
            "--python",
        ),
        ("models", _models(planned), "--models"),
        ("migrations", _migrations(plan.database) or "none found", "--alembic-config"),
        ("schema", _SCHEMA_FROM[plan.database.schema_from], ""),
        ("database", f"{TITLES[plan.database.dialect]}: {plan.database.reason}", "--database"),
        *_further(planned),
        ("driver", _drivers(plan), ""),
        *_application(plan),
        ("services", _services(plan), "--service"),
        ("suite", f"{plan.dest}/", "--dest"),
        *_style(plan),
        ("ci", _ci(plan), "--ci"),
    ]
    width = max(len(value) for _, value, _ in rows if len(value) < 70)
    for name, value, flag in rows:
        say(f"  {name:<11} {value:<{width}}  {flag}".rstrip())


def _further(planned: Planned) -> Iterator[tuple[str, str, str]]:
    for schema, one in zip(planned.schema.further, planned.plan.further, strict=True):
        migrations = _migrations(one.database)
        way = f", {migrations}" if migrations else ""
        yield (
            "",
            f"{one.name}: {len(schema.mappers)} mapped classes{way}, in {planned.plan.dest}/{one.name}/",
            "",
        )


def _application(plan: SuitePlan) -> Iterator[tuple[str, str, str]]:
    around = plan.application
    if around is None:
        return
    opened = [one.name for one in (around.session, around.async_session) if one]
    if opened:
        yield "sessions", ", ".join(opened), ""
    if around.web:
        yield "application", f"{around.web.name} ({around.web.title})", "--app"
    if around.queue:
        yield "tasks", f"{around.queue.name} ({around.queue.title})", ""
    if around.command:
        yield "command line", f"{around.command.name} ({around.command.title})", ""


def _services(plan: SuitePlan) -> str:
    images = [plan.database.image, *(one.image for one in plan.services)]
    return ", ".join(filter(None, images)) or "none"


def _style(plan: SuitePlan) -> Iterator[tuple[str, str, str]]:
    """Say how code is laid out, where the project says so."""
    groups = [plan.style, plan.style.get("format", {}), plan.style.get("lint", {}).get("isort", {})]
    settings = [
        (name, value) for group in groups for name, value in group.items() if not isinstance(value, dict)
    ]
    if settings:
        yield "style", ", ".join(f"{name} = {json.dumps(value)}" for name, value in settings), ""


def _ci(plan: SuitePlan) -> str:
    shards = f", {plan.pipeline.shards} machines" if plan.pipeline.shards > 1 else ""
    return f"{plan.ci}, Python {', '.join(plan.python_versions)}{shards}" if plan.ci_file else plan.ci


def _models(planned: Planned) -> str:
    where = ", ".join(one.expression for one in planned.plan.database.metadatas)
    tables = len(planned.schema.tables)
    return f"{len(planned.schema.mappers)} mapped classes, {tables} tables ({where})"


def _migrations(database: DatabasePlan) -> str:
    """Return where a database's migrations are; "" where it has none."""
    alembic = database.alembic
    return alembic.ini or alembic.script_location if alembic else ""


def _drivers(plan: SuitePlan) -> str:
    database = plan.database
    return (
        f"{database.sync_driver}, {database.async_driver}" if database.async_driver else database.sync_driver
    )


def around_models(found: Application) -> Iterator[str]:
    """Return a line for each application, session factory, engine, task queue and command line: where it is, and what it is."""
    for web in found.applications:
        needs = f", needs {', '.join(web.needs)}" if web.needs else ""
        yield f"{web.ref.dotted}\t{web.framework} application{needs}"
    for one in found.sessions:
        yield f"{one.ref.dotted}\t{'async ' if one.is_async else ''}sessions{'' if one.bound else ', without an engine'}"
    for engine in found.engines:
        yield f"{engine.ref.dotted}\t{'async ' if engine.is_async else ''}engine, {engine.backend}+{engine.driver}"
    for queue in found.queues:
        yield f"{queue.ref.dotted}\t{queue.library} queue"
    for command in found.commands:
        yield f"{command.ref.dotted}\t{command.library} command line"
