"""Puts the plan together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from packaging.requirements import Requirement

from tcgen.errors import TcgenError
from tcgen.ir.catalog import NO_CI, Catalog
from tcgen.ir.diagnostics import Diagnostic
from tcgen.ir.drift import DatabaseFindings
from tcgen.ir.plan import (
    GROUP,
    DatabasePlan,
    FactoryPlan,
    FurtherDatabase,
    SuitePlan,
    TakenPlan,
    UserChoices,
)
from tcgen.ir.project import Project
from tcgen.ir.schema import MODULES, Dialect, Schema
from tcgen.ir.service import ServiceChoice, ServicePlan
from tcgen.plan.application.decide import AUTOMATIC, NOT_TRIED, Chosen, Tried, plan_application
from tcgen.plan.commands import plan_commands
from tcgen.plan.database import drivers, kept_by_mysql, kept_by_sqlite
from tcgen.plan.database.decide import engine_of, plan_database
from tcgen.plan.database.drift import with_drift
from tcgen.plan.database.own_database import own_database
from tcgen.plan.factories.build import plan_factories
from tcgen.plan.factories.refused import NOTHING, Refused, with_refusals
from tcgen.plan.fixtures import check_fixtures, meeting, names_of_fixtures
from tcgen.plan.pipeline import pipeline_requirements, plan_pipeline, python_versions
from tcgen.plan.services.decide import detect, plan_service

# any version does: what a project has compiled against an older one breaks with a newer
_GREENLET = "greenlet>=1"


@dataclass(frozen=True)
class Options:
    """What the user asked for.

    Attributes:
        dest: Folder of the suite, relative to the root; None to choose one.
        taken: Folders that exist already and are not tcgen's.
        ci: CI provider or ``none``; None for the one the project uses.
        providers: Expressions of the user's own, by ``module.Class.attribute``.
        found: What running the migrations showed, by the name of the database; "" is the first.
        schema_from: Of the last plan, by the name of the database.
        services: Those to have beside the database; None for the ones the project is seen to use.
        user_choices: What was said about the models, the migrations and the database.
        dialect: Of the suite there is; None before the first.
        refused: Rows that were refused when the suite was tried.
        tried: What the application's tests showed then.
        chosen: What the user named of the code around the models.
        fixtures: Our name of a fixture → what it is to be called.
        reuse: The suite keeps its migrated database between runs.
        repairs: Values that were found then, by the label of their class.
        python_versions, source_roots: Of the last plan: who runs tcgen, and in which environment, must not
            change the suite.
    """

    dest: str | None = None
    taken: frozenset[str] = frozenset()
    ci: str | None = None
    providers: dict[str, str] = field(default_factory=dict[str, str])
    found: Mapping[str, DatabaseFindings] = field(default_factory=dict[str, DatabaseFindings])
    schema_from: Mapping[str, str] = field(default_factory=dict[str, str])
    services: tuple[ServiceChoice, ...] | None = None
    user_choices: UserChoices = UserChoices()
    dialect: Dialect | None = None
    refused: Refused = NOTHING
    tried: Tried = NOT_TRIED
    chosen: Chosen = AUTOMATIC
    fixtures: Mapping[str, str] = field(default_factory=dict[str, str])
    reuse: bool = False
    repairs: dict[str, tuple[TakenPlan, ...]] = field(default_factory=dict[str, tuple[TakenPlan, ...]])
    python_versions: tuple[str, ...] = ()
    source_roots: tuple[str, ...] = ()


def build_plan(project: Project, schema: Schema, catalog: Catalog, options: Options = Options()) -> SuitePlan:
    """Decide everything the suite depends on.

    Args:
        project: Its files.
        schema: Its models and migrations.
        catalog: What there is to choose from.
        options: What the user asked for, and what was found out before.

    Raises:
        TcgenError: Something was asked for that the catalogue does not have, or the project runs on another database.
    """
    own = own_database(project, schema, options.user_choices.database, options.dialect)
    planned = [_of_a_database(project, one, catalog, options) for one in _named(schema)]
    database, further = planned[0].database, planned[1:]
    factories = tuple(factory for one in planned for factory in one.factories)
    dest, about_dest = _destination(project, options)
    factories = with_refusals(factories, options.refused)
    around = plan_application(
        project,
        schema,
        database,
        factories,
        catalog,
        options.chosen,
        options.tried,
    )
    fixtures = names_of_fixtures(database, around.plan)
    check_fixtures(options.fixtures, fixtures)
    services, about_services = _services(project, schema, catalog, options.services, database.async_runner)
    brought = [one for part in planned for one in part.brought]
    brought += around.requirements
    ci = catalog.check_ci(options.ci or project.ci or catalog.default_ci)
    provider = None if ci == NO_CI else catalog.ci_provider(ci)
    manager = project.package_manager or catalog.default_manager
    pipeline = plan_pipeline(
        project, catalog, provider, catalog.manager(manager), database, services, dest, options.user_choices
    )
    brought += pipeline_requirements(pipeline)
    requirements = _requirements(project, database, services, brought, bool(factories))
    install = _install(project, requirements)
    major, minor = (int(part) for part in schema.environment.sqlalchemy.split(".")[:2])
    return SuitePlan(
        # it stands in a docstring
        project=re.sub(r"[^\w. -]+", "-", project.name),
        dest=dest,
        root_levels=len(dest.split("/")),
        source_roots=_source_roots(project, schema, options.source_roots),
        sqlalchemy=(major, minor),
        environment=schema.import_env,
        setup_modules=schema.setup_modules,
        database=database.model_copy(update={"reason": own.reason}),
        further=tuple(
            FurtherDatabase(
                name=one.schema.name,
                bind=one.schema.bind,
                engine=engine_of(one.schema, database),
                database=one.database,
            )
            for one in further
        ),
        application=around.plan,
        fixtures=dict(options.fixtures),
        reuse=options.reuse,
        services=services,
        enables_sockets="pytest-socket" in project.dependencies,
        compose_file=next(iter(project.compose_files), "") if services else "",
        factories=factories,
        style=project.style,
        requirements=requirements,
        requirements_group=GROUP,
        install=install,
        python_versions=python_versions(
            project.requires_python,
            tuple(catalog.pythons),
            ".".join(schema.environment.python.split(".")[:2]),
            options.python_versions,
        ),
        package_manager=manager,
        commands=plan_commands(catalog.manager(manager), provider, project, pipeline, dest, install),
        ci=ci,
        ci_file=provider.file if provider else "",
        pipeline=pipeline,
        user_choices=options.user_choices,
        diagnostics=(
            *about_dest,
            *own.remarks,
            *(remark for one in planned for remark in one.remarks),
            *about_services,
            *around.remarks,
            *meeting(project, dest, fixtures, options.fixtures),
        ),
    )


@dataclass(frozen=True)
class _Planned:
    """What is decided for one of the project's databases; the first has no name. ``brought``: for its drivers."""

    schema: Schema
    database: DatabasePlan
    factories: tuple[FactoryPlan, ...]
    brought: list[str]
    remarks: tuple[Diagnostic, ...]


def _named(schema: Schema) -> tuple[Schema, ...]:
    """Return the databases' schemas as the plan names them."""
    first = schema.model_copy(update={"name": "", "further": ()})
    return (first, *schema.further)


def _of_a_database(project: Project, schema: Schema, catalog: Catalog, options: Options) -> _Planned:
    found = options.found.get(schema.name, DatabaseFindings())
    database, remarks = plan_database(project, schema, catalog, found)
    brought = drivers.requirements(project, schema, database)
    schema = kept_by_mysql.as_kept(kept_by_sqlite.as_kept(with_drift(schema, database.drift)))
    about_way = _another_way(options.schema_from.get(schema.name, ""), database)
    package = f"..{schema.name}.factories" if schema.name else ""
    factories, about_factories = plan_factories(
        schema, project.packages, options.providers, options.repairs, package
    )
    factories = tuple(one.model_copy(update={"database": schema.name}) for one in factories)
    remarks = (*remarks, *about_way, *about_factories)
    return _Planned(schema, database, factories, brought, remarks)


def _another_way(before: str, database: DatabasePlan) -> tuple[Diagnostic, ...]:
    """Say when the tables come from the migrations that came from the models; the other way has a warning."""
    if before not in ("stamp", "create_all") or not database.schema_from.startswith("alembic_"):
        return ()
    return (
        Diagnostic(
            level="note",
            code="migrations-make-schema",
            message="the tables, which came from the models, come from the migrations now",
        ),
    )


def destinations(project: Project) -> tuple[str, ...]:
    """Return the folders the suite may go to, the best first.

    Under a conftest.py of the user's it would run with fixtures nobody here knows.
    """
    tests = project.tests_dir or "tests"
    beside = ("tests_integration", "tests_database")
    return beside if project.tests_conftest else (f"{tests}/integration", f"{tests}/database", *beside)


def _destination(project: Project, options: Options) -> tuple[str, tuple[Diagnostic, ...]]:
    if options.dest:
        return options.dest.strip("/"), ()
    candidates = destinations(project)
    chosen = next((one for one in candidates if one not in options.taken), candidates[-1])
    if not project.tests_conftest:
        return chosen, ()
    return chosen, (
        Diagnostic(
            level="note",
            code="suite-beside-tests",
            message=f"{project.tests_dir}/conftest.py is yours: the suite goes to {chosen}/, where its"
            " fixtures do not reach",
            hint=f"--dest {project.tests_dir}/integration puts it under your fixtures",
        ),
    )


def _source_roots(project: Project, schema: Schema, before: tuple[str, ...]) -> tuple[str, ...]:
    if before and {*schema.source_roots} <= {*before} <= {*project.source_roots, *schema.source_roots}:
        return before  # they do no harm where the project is installed
    own = () if schema.environment.editable else project.source_roots
    return (*own, *schema.source_roots)


def _services(
    project: Project,
    schema: Schema,
    catalog: Catalog,
    chosen: tuple[ServiceChoice, ...] | None,
    runner: Literal["pytest-asyncio", "anyio"] | None,
) -> tuple[tuple[ServicePlan, ...], tuple[Diagnostic, ...]]:
    detected, remarks = detect(project, schema, catalog.services)
    choices = detected if chosen is None else chosen
    taken = MODULES[schema.dialect]
    if any(choice.name == taken for choice in choices):
        raise TcgenError(
            "bad-service",
            f"{taken} is the suite's own database",
            hint=f"tcgen add-service {taken} --name another_{taken}, for one beside it",
        )
    installed = schema.environment.distributions
    plans = tuple(plan_service(choice, project, catalog, runner, installed) for choice in choices)
    return plans, remarks if chosen is None else ()


def _requirements(
    project: Project,
    database: DatabasePlan,
    services: tuple[ServicePlan, ...],
    brought: list[str],
    has_factories: bool,
) -> tuple[str, ...]:
    wanted = ["filelock>=3.12", "pytest>=8.2", "pytest-xdist>=3.6"]
    if database.image or services:
        wanted.append("testcontainers>=4.15")
    if has_factories:
        # polyfactory's SQLAlchemy factory imports the asyncio extension, in sync projects too
        wanted += ["faker>=30", _GREENLET, "polyfactory>=3.5"]
    # what only an extra or a group of the project brings is not there where CI installs our group
    wanted += brought
    if database.async_driver:
        wanted.append(_GREENLET)
        wanted.append("anyio>=4" if database.async_runner == "anyio" else "pytest-asyncio>=0.26")
    wanted += [requirement for service in services for requirement in service.requirements]
    if project.pytest.wants_plugins:
        # whatever file of the project's brings them, the suite's own group is installed without it
        known = {Requirement(one).name for one in wanted}
        wanted += [one for one in project.dependencies if one.startswith("pytest-") and one not in known]
    return tuple(sorted(set(wanted)))


def _install(project: Project, requirements: tuple[str, ...]) -> str:
    if project.has_pyproject:
        return f". --group {GROUP}"
    return " ".join(f"'{requirement}'" for requirement in requirements)
