"""The stages, one after the other: each hands the next one frozen value, and the record is read once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from tcgen.apply.changes import Change, compare
from tcgen.apply.pyproject import add_group
from tcgen.catalog.load import catalog
from tcgen.discover import discover
from tcgen.discover.tool_table import ToolTable, load_tool_table
from tcgen.errors import TcgenError
from tcgen.introspect.host.application import inspect_application, what_is_around
from tcgen.introspect.host.runner import NOTHING_AROUND, Inspected, inspect_project, with_settings
from tcgen.ir.application import Application
from tcgen.ir.diagnostics import Diagnostic, some_of
from tcgen.ir.drift import DatabaseCatalog, DatabaseFindings
from tcgen.ir.plan import DatabasePlan, RefusalPlan, SuitePlan, TakenPlan, UserChoices
from tcgen.ir.project import Project
from tcgen.ir.schema import TITLES, Dialect, KnownDatabases, MetadataFact, Schema
from tcgen.plan.application.decide import NONE, NOT_TRIED, Chosen, Tried
from tcgen.plan.build import Options, build_plan, destinations
from tcgen.plan.database.decide import failed_at
from tcgen.plan.database.drift import drift_of, not_made
from tcgen.plan.database.own_database import own_database
from tcgen.plan.factories.providers import check_providers
from tcgen.plan.factories.refused import NOTHING, Refused
from tcgen.record.answers import Record, find_record, read_record
from tcgen.record.lines import RecordedSuite, plan_lines
from tcgen.render.engine import render
from tcgen.update.run import Update
from tcgen.update.run import prepare as prepare_update
from tcgen.verify.application import ApplicationTrial
from tcgen.verify.suite import MigrationTrial
from tcgen.workflow.request import Progress, Request, quiet

COMPARING, REVERSING = "test_models_are_migrated", "test_down_and_up_again"
"""The suite's tests of migrations that may be marked; the first has a list of known differences, too."""


@dataclass(frozen=True)
class Planned:
    """The values of the first three stages.

    Attributes:
        options: What the plan was made with, so that it can be made again with more known.
        record: What the last run recorded; None before the first.
    """

    project: Project
    schema: Schema
    plan: SuitePlan
    options: Options = Options()
    record: Record | None = None

    @property
    def root(self) -> Path:
        """The project's folder."""
        return Path(self.project.root)

    def schema_of(self, name: str) -> Schema:
        """Return what is known of the database of that name; "" is the first."""
        return next(one for one in self.schema.further if one.name == name) if name else self.schema


def inspect(request: Request, progress: Progress = quiet) -> tuple[Project, Schema]:
    """Run discover and inspect.

    Raises:
        TcgenError: The project, its interpreter or its models cannot be read.
    """
    progress("reading the project")
    project = discover(
        request.root, python=request.python, alembic_config=request.alembic_config, ci=request.ci
    )
    progress(f"importing its models with {project.python}")
    app = "" if request.chosen.app == NONE else request.chosen.app
    around = what_is_around(catalog(), app, request.chosen.others) if project.has_application else None
    described = partial(
        inspect_project,
        project,
        models=request.models,
        alembic_config=request.alembic_config,
        frameworks=catalog().frameworks,
        known=request.known,
    )
    inspected = described(dialect=_shown(project, None, request), around=around or NOTHING_AROUND)
    if (shown := _shown(project, inspected.schema, request)) != inspected.schema.dialect:
        # its types say more than its files
        inspected = described(dialect=shown, around=around or NOTHING_AROUND)
    schema = inspected.schema
    _check_kinds(schema, request)
    files = [one.name for one in schema.further if _is_a_file(one, request)]
    schema = _with_files(schema, files, described) if files else schema
    if around is not None:
        progress("looking for what opens sessions and answers requests")
        found = inspect_application(project, schema, around, inspected.around)
        schema = _with_application(schema, *found)
    return with_settings(project, schema), schema


def _with_application(
    schema: Schema, found: Application, remarks: tuple[Diagnostic, ...], settings: Mapping[str, str]
) -> Schema:
    return schema.model_copy(
        update={
            "application": found,
            "diagnostics": (*schema.diagnostics, *remarks),
            "import_env": {**settings, **schema.import_env},
        }
    )


def _with_files(schema: Schema, files: list[str], described: Callable[..., Inspected]) -> Schema:
    """Have some of the further databases described as SQLite's."""
    try:
        further = described(dialect="sqlite").schema.further
        found = {one.name: one for one in further if one.name in files}
    except TcgenError as error:
        remark = Diagnostic(
            level="warning",
            code="another-kind",
            message=f"{', '.join(files)}: the models cannot be imported for SQLite ({error.message}): the suite has all"
            f" databases on {TITLES[schema.dialect]}",
        )
        return schema.model_copy(update={"diagnostics": (*schema.diagnostics, remark)})
    kept = tuple(found.get(one.name, one) for one in schema.further)
    return schema.model_copy(update={"further": kept})


def _check_kinds(schema: Schema, request: Request) -> None:
    """Raise ``bad-database`` where a flag names a further database that there is none of, or a kind that it cannot be."""
    names = [one.name for one in schema.further]
    for name, kind in request.further.items():
        if name not in names:
            known = f"the further ones are {', '.join(names)}" if names else "the project has no further one"
            raise TcgenError(
                "bad-database", f"--database {name}={kind}: there is no database {name}", hint=known
            )
        if kind not in ("sqlite", schema.dialect):
            raise TcgenError(
                "bad-database",
                f"--database {name}={kind}: a suite has one server, here {TITLES[schema.dialect]}'s, and SQLite's files",
                hint=f"--database {name}={schema.dialect} has it on that server",
            )


def _is_a_file(further: Schema, request: Request) -> bool:
    """Tell whether a database beside one that is a server's is SQLite's: by the flag, the suite there is, or its URL."""
    if further.dialect == "sqlite":
        return False
    recorded = request.known.dialects.get(further.name) if request.known else None
    chosen = request.further.get(further.name) or recorded or further.backend
    return chosen == "sqlite"


def _shown(project: Project, schema: Schema | None, request: Request) -> Dialect:
    """Return the database that the project shows; the first there are suites for where it shows another."""
    try:
        return own_database(project, schema, request.database, request.dialect).dialect
    except TcgenError:
        return "postgresql"


def plan(request: Request, progress: Progress = quiet) -> Planned:
    """Run the stages up to the plan, going on from what the last run recorded.

    Raises:
        TcgenError: As ``plan_after``, or the record cannot be read.
    """
    return plan_after(request, find_record(request.root), progress)


def plan_after(request: Request, record: Record | None, progress: Progress = quiet) -> Planned:
    """Run the stages up to the plan.

    Args:
        request: What the user asked for.
        record: What the last run recorded; None before the first.
        progress: Told what is being done.

    Raises:
        TcgenError: As ``inspect``, or a setting in ``[tool.tcgen]`` is wrong.
    """
    table = load_tool_table(request.root)
    asked_docker = request.ci_docker or table.ci_docker
    request = as_before(_with_table(request, table), record)
    project, schema = inspect(request, progress)
    if asked_docker:
        catalog().check_ci_docker(request.ci or project.ci, asked_docker)
    for one in schema.diagnostics:
        if one.level == "error":
            raise TcgenError(one.code, one.message, hint=one.hint)
    check_providers(table.providers, schema)
    progress(f"planning factories for {len(schema.every_mapper)} mapped classes")
    suite = record.plan.suite if record else RecordedSuite.model_validate({"format": 0, "dest": ""})
    options = Options(
        # its own conftest.py must not move the suite
        dest=request.dest or table.dest or suite.dest or None,
        taken=frozenset(one for one in destinations(project) if (request.root / one).exists()),
        ci=request.ci,
        providers=table.providers,
        found=suite.databases,
        schema_from={name: one.schema_from for name, one in suite.databases.items()},
        services=request.services,
        user_choices=_choices(request),
        dialect=request.dialect,
        refused=_refused_before(record),
        tried=_tried_before(record),
        chosen=request.chosen,
        fixtures=table.fixtures,
        reuse=table.reuse,
        repairs={one.label: one.taken for one in record.plan.factories} if record else {},
        python_versions=suite.python_versions,
        source_roots=suite.source_roots,
    )
    return Planned(project, schema, build_plan(project, schema, catalog(), options), options, record)


def _with_table(request: Request, table: ToolTable) -> Request:
    """Return the request with what pyproject.toml says, where no flag does."""
    return replace(
        request,
        chosen=Chosen(
            app=request.chosen.app or table.app,
            sessions=table.sessions,
            queue=table.queue,
            command=table.command,
            left_out=table.routes_left_out,
        ),
        ci_docker=request.ci_docker or table.ci_docker,
        ci_database=request.ci_database or table.ci_database,
        shards=request.shards or table.shards,
    )


def as_before(request: Request, record: Record | None) -> Request:
    """Return the request with what an earlier run was told, where this one is not."""
    if record is None:
        return request
    suite, choices = record.plan.suite, record.plan.suite.user_choices
    config = choices.alembic_config
    services = tuple(one.choice for one in record.plan.services)
    return replace(
        request,
        models=request.models or choices.models,
        alembic_config=request.alembic_config or (config and str(request.root / config)),
        database=request.database or choices.database,
        dialect=suite.database.dialect,
        known=KnownDatabases(
            homes={one.label: one.database for one in record.plan.factories},
            dialects={one.name: one.database.dialect for one in suite.further},
        ),
        further={**choices.further, **request.further},
        chosen=replace(request.chosen, app=request.chosen.app or choices.app),
        ci_docker=request.ci_docker or choices.ci_docker,
        ci_database=request.ci_database or choices.ci_database,
        shards=request.shards or choices.shards,
        ci=request.ci or suite.ci,
        services=services if request.services is None else request.services,
    )


def _choices(request: Request) -> UserChoices:
    config = request.alembic_config and Path(request.root, request.alembic_config).resolve()
    inside = config and config.is_relative_to(request.root)
    path = config.relative_to(request.root).as_posix() if config and inside else None
    return UserChoices(
        models=request.models,
        alembic_config=path,
        database=request.database,
        further=dict(request.further),
        app=request.chosen.app,
        ci_docker=request.ci_docker,
        ci_database=request.ci_database,
        shards=request.shards,
    )


def from_models(planned: Planned, reasons: Mapping[str, str]) -> Planned:
    """Plan again, with tables that come from the models because the migrations cannot make them.

    Args:
        planned: The plan that was tried.
        reasons: Name of a database → what it, or Alembic, said.
    """
    failures = {
        name: DatabaseFindings(migrations_error=failed_at(planned.schema_of(name), reason))
        for name, reason in reasons.items()
    }
    return _again(planned, replace(planned.options, found={**planned.options.found, **failures}))


def as_migrated(planned: Planned, trials: Mapping[str, MigrationTrial]) -> Planned:
    """Plan again, for the databases that the migrations made.

    Args:
        planned: The plan whose migrations ran.
        trials: Name of a database → what came of that.
    """
    made = {
        name: _found(planned.schema_of(name), planned.plan.databases[name], trial, trial.catalog)
        for name, trial in trials.items()
        if trial.catalog is not None
    }
    return (
        _again(planned, replace(planned.options, found={**planned.options.found, **made}))
        if made
        else planned
    )


def _found(
    schema: Schema, before: DatabasePlan, trial: MigrationTrial, catalogue: DatabaseCatalog
) -> DatabaseFindings:
    """Return what making one database showed."""
    # they may be there because the suite creates them
    beside = [key for one in _beside(schema, before) for key in one.tables]
    listed = trial.differences is not None
    return DatabaseFindings(
        drift=drift_of(schema, catalogue),
        not_made=tuple(dict.fromkeys([*beside, *not_made(schema, catalogue)])),
        differences=trial.differences or (),
        refused_migrations={
            # what is on record stays in its words, which may name a database of that day
            name: before.refused_migrations.get(name, reason)
            for name, reason in trial.refused.items()
            if name == REVERSING or (name == COMPARING and not listed)
        },
    )


def _beside(schema: Schema, database: DatabasePlan) -> list[MetadataFact]:
    """Return the metadatas whose tables the suite creates beside those of the migrations."""
    pairs = zip(schema.metadatas, database.metadatas, strict=True)
    return [fact for fact, one in pairs if not one.migrated]


def what_migrations_lack(planned: Planned, name: str) -> str:
    """Return why a database's migrations that ran are not how its schema is made; "" where they are.

    A history that begins on tables somebody else made can run to its end, and leave next to nothing.
    """
    schema, database = planned.schema_of(name), planned.plan.databases[name]
    beside = {key for one in _beside(schema, database) for key in one.tables}
    wanted = {table.key for table in schema.tables} - beside
    made = wanted - set(database.not_made)
    if 2 * len(made) >= len(wanted):
        return ""
    return f"they make {len(made)} of the {len(wanted)} tables of the models"


def as_repaired(planned: Planned, found: Mapping[str, Iterable[TakenPlan]]) -> Planned:
    """Plan again, with values that were found where the planned ones were refused.

    Args:
        planned: The plan whose suite was tried.
        found: Label of a class → what its attributes are given instead.
    """
    taken = {one.label: one.taken for one in planned.plan.factories}
    for label, fresh in found.items():
        by_name = {one.name: one for one in (*taken.get(label, ()), *fresh)}
        taken[label] = tuple(by_name.values())
    return _again(planned, replace(planned.options, repairs=taken))


def as_tried(planned: Planned, refused: Mapping[str, tuple[RefusalPlan, ...]]) -> Planned:
    """Plan again, with what was refused when the suite was tried on record.

    Args:
        planned: The plan whose suite was tried.
        refused: Label of a class → the tests whose rows were refused.
    """
    given = {one.label: one.given for one in planned.plan.factories}
    return _again(planned, replace(planned.options, refused=Refused(refused, given)))


def as_asked(planned: Planned, trial: ApplicationTrial) -> Planned:
    """Plan again, with what the application's tests showed on record.

    Args:
        planned: The plan whose suite was tried.
        trial: What failed, and which pages were not answered.
    """
    tried = replace(planned.options.tried, refused=trial.failed, left_out=trial.pages)
    return _again(planned, replace(planned.options, tried=tried))


def with_plain_sessions(planned: Planned) -> Planned:
    """Plan again, with sessions of SQLAlchemy's own class instead of those that the application opens."""
    tried = replace(planned.options.tried, plain_sessions=True)
    return _again(planned, replace(planned.options, tried=tried))


def _refused_before(record: Record | None) -> Refused:
    if record is None:
        return NOTHING
    factories = record.plan.factories
    return Refused({one.label: one.refused for one in factories}, {one.label: one.given for one in factories})


def _tried_before(record: Record | None) -> Tried:
    known = record.plan.suite.application if record else None
    return Tried(known.refused, known.left_out, known.plain_sessions) if known else NOT_TRIED


def _again(planned: Planned, options: Options) -> Planned:
    plan = build_plan(planned.project, planned.schema, catalog(), options)
    return replace(planned, plan=plan, options=options)


def changes(planned: Planned, progress: Progress = quiet) -> tuple[Change, ...]:
    """Render the plan and compare it with the disk.

    Raises:
        TcgenError: Files that tcgen did not write are in the way.
    """
    if planned.record is not None:
        return update(planned, planned.record, progress).changes
    progress("rendering")
    found = [_keep_ci(change) for change in compare(planned.root, render(planned.plan), {})]
    in_the_way = [change.path for change in found if change.kind == "conflict"]
    if in_the_way:
        raise TcgenError(
            "destination-exists",
            f"these files exist already and are not tcgen's: {some_of(in_the_way, 5)}",
            hint="choose another folder with --dest, or move them away",
        )
    group = add_group(planned.root, planned.plan.requirements_group, planned.plan.requirements)
    return (*found, *([group] if group else []))


def _keep_ci(change: Change) -> Change:
    """Leave a CI file of the user's own alone: the suite does not depend on ours."""
    if change.kind == "conflict" and catalog().is_ci_file(change.path):
        note = "it is yours, and has no job for the suite unless you add one"
        return change.model_copy(update={"kind": "kept", "places": (), "note": note})
    return change


def update(
    planned: Planned, record: Record, progress: Progress = quiet, template: str | None = None
) -> Update:
    """Merge what the plan renders into the suite there is; nothing is written yet.

    Args:
        planned: The plan.
        record: What the last run recorded.
        progress: Told what is being done.
        template: Address of another template than the recorded one.

    Raises:
        TcgenError: The record cannot be gone on from, or the template cannot be had.
    """
    progress("rendering and merging")
    return prepare_update(planned.root, plan_lines(planned.plan), record, template)


def written(planned: Planned) -> Planned:
    """Return a plan whose suite has just been written, as a later run would see it.

    Raises:
        TcgenError: The record cannot be read.
    """
    return replace(planned, record=read_record(planned.root))
