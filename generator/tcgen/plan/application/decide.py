"""Decides which session factories, which web application and which task queue the suite knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from tcgen.errors import TcgenError
from tcgen.ir.application import (
    Application,
    CommandFact,
    EngineFact,
    QueueFact,
    SessionsFact,
    WebApplicationFact,
)
from tcgen.ir.application_plan import (
    ApplicationPlan,
    CommandPlan,
    QueuePlan,
    SessionsPlan,
    WebApplicationPlan,
)
from tcgen.ir.base import ImportedName
from tcgen.ir.catalog import ApplicationSpec, Catalog
from tcgen.ir.diagnostics import Diagnostic, some_of
from tcgen.ir.plan import DatabasePlan, FactoryPlan
from tcgen.ir.project import Project
from tcgen.ir.schema import Schema
from tcgen.plan.source.imports import imported, joined

NONE = "none"
"""Instead of the name of an application, session factory, queue or command line: the suite is to use none."""
Fact = TypeVar("Fact", SessionsFact, QueueFact, CommandFact)
_OWN_TRANSACTIONS = "zope-sqlalchemy"
"""Where it is used, a session may not be committed by itself."""

_TAKEN = frozenset(
    [
        "AsyncSession",
        "Callable",
        "Engine",
        "ModelFactory",
        "Session",
        "anyio",
        "connections",
        "create_async_engine",
        "create_engine",
        "engine",
        "func",
        "partial",
        "paths",
        "pytest",
        "request",
        "select",
        "session",
    ]
)
"""Names that stand for something else where the session factories are imported."""


@dataclass(frozen=True)
class Tried:
    """What running the application's tests showed; fields as in ``ApplicationPlan``, and whether plain sessions are needed."""

    refused: Mapping[str, str] = field(default_factory=dict[str, str])
    left_out: Mapping[str, str] = field(default_factory=dict[str, str])
    plain_sessions: bool = False


NOT_TRIED = Tried()


@dataclass(frozen=True)
class Chosen:
    """What the user named, each as ``MODULE:NAME`` or ``none``; "" for the likeliest.

    Attributes:
        app: The web application.
        sessions: Session factories that the suite's sessions are opened by, one of each kind.
        queue: What runs the tasks.
        command: The command line.
        left_out: Paths that are not to be asked for.
    """

    app: str = ""
    sessions: tuple[str, ...] = ()
    queue: str = ""
    command: str = ""
    left_out: tuple[str, ...] = ()

    @property
    def others(self) -> tuple[str, ...]:
        """All names but the application's, which is looked for by another way."""
        return tuple(one for one in (*self.sessions, self.queue, self.command) if one not in ("", NONE))


AUTOMATIC = Chosen()


@dataclass(frozen=True)
class Decided:
    """The plan, what it requires, and remarks."""

    plan: ApplicationPlan | None = None
    requirements: tuple[str, ...] = ()
    remarks: tuple[Diagnostic, ...] = ()


def plan_application(
    project: Project,
    schema: Schema,
    database: DatabasePlan,
    factories: tuple[FactoryPlan, ...],
    catalog: Catalog,
    chosen: Chosen = AUTOMATIC,
    tried: Tried = NOT_TRIED,
) -> Decided:
    """Decide what the suite does with the code around the models.

    Args:
        project: Its files.
        schema: Its models, and the application as the probe found it.
        database: The first one.
        factories: Of the suite.
        catalog: The web frameworks, task queues and command lines.
        chosen: What the user named.
        tried: What running its tests showed.

    Raises:
        TcgenError: ``bad-app``, ``bad-setting``: there is no such application, session factory, queue or command line.
    """
    found = schema.application
    web, remarks = _web(found, chosen.app)
    spec = catalog.applications[web.framework] if web else None
    # code on another event loop than the test's cannot share its connection
    commits = database.async_driver is not None and all(one.is_async for one in found.sessions)
    planned = _web_plan(web, spec, database, project, schema) if web and spec else None
    ours = [
        one for one in _wanted(found.sessions, chosen.sessions) if one.bound and _fits(one, schema, database)
    ]
    plain = (
        tried.plain_sessions
        or NONE in chosen.sessions
        or database.framework is not None
        # whose schema is chosen on the connection of the session
        or database.tenants is not None
        or _OWN_TRANSACTIONS in project.dependencies
        # which has sessions that commit by themselves
        or schema.environment.sqlalchemy.startswith("1.")
    )
    tested = _tested(ours, found, schema, database, is_async=False)
    async_tested = _tested(ours, found, schema, database, is_async=True) if database.async_driver else ()
    row = _row(factories)
    queue = _queue(_named_one(found.queues, chosen.queue, "queue"), catalog)
    command = _command(_named_one(found.commands, chosen.command, "command"), catalog)
    plan = ApplicationPlan(
        session=None if plain else _session(ours, database, is_async=False),
        async_session=None if plain else _session(ours, database, is_async=True),
        factories=tested,
        async_factories=async_tested,
        imports=joined(one.statement for one in (*tested, *async_tested)),
        row=row,
        web=planned,
        queue=queue,
        command=command,
        settings=found.settings,
        tested=bool((row and (tested or async_tested)) or planned or command),
        commits=commits,
        factory_boy="factory-boy" in project.dependencies,
        left_out={**tried.left_out, **dict.fromkeys(chosen.left_out, "[tool.tcgen] routes_left_out")},
        refused=dict(tried.refused),
        plain_sessions=tried.plain_sessions,
    )
    opened = plan.session or plan.async_session or plan.factories or plan.async_factories
    if not (opened or plan.web or plan.queue or plan.command or plan.factory_boy):
        return Decided(remarks=remarks)
    return Decided(plan, _requirements(planned, spec), remarks)


def _wanted(found: tuple[SessionsFact, ...], names: tuple[str, ...]) -> list[SessionsFact]:
    """Return session factories: of those kinds that the user named one of, that one alone."""
    named = {name: _one_of(found, name, "sessions") for name in names if name != NONE}
    kinds = {one.is_async for one in named.values()}
    return [one for one in found if one in named.values() or one.is_async not in kinds]


def _named_one(found: tuple[Fact, ...], name: str, setting: str) -> Fact | None:
    """Return what the user named, or else the likeliest."""
    if name == NONE:
        return None
    return _one_of(found, name, setting) if name else next(iter(found), None)


def _one_of(found: tuple[Fact, ...], name: str, setting: str) -> Fact:
    names = {_named(one): one for one in found}
    if name not in names:
        known = f"those that are seen: {', '.join(names)}" if names else "none is seen in the project"
        raise TcgenError("bad-setting", f"[tool.tcgen] {setting}: there is no {name}", hint=known)
    return names[name]


def _queue(fact: QueueFact | None, catalog: Catalog) -> QueuePlan | None:
    if fact is None:
        return None
    name, spec = imported(fact.ref), catalog.queues[fact.library]
    return QueuePlan(
        library=fact.library,
        title=spec.title,
        statement=name.statement,
        code=name.name,
        name=_named(fact),
        imports=spec.imports,
        runs_in_broker=spec.runs_in_broker,
        brokers=spec.brokers,
    )


def _command(fact: CommandFact | None, catalog: Catalog) -> CommandPlan | None:
    if fact is None:
        return None
    name, spec = imported(fact.ref), catalog.commands[fact.library]
    return CommandPlan(
        title=spec.title,
        statement=name.statement,
        code=name.name,
        name=_named(fact),
        runner=spec.runner,
    )


def _fits(one: SessionsFact | EngineFact, schema: Schema, database: DatabasePlan) -> bool:
    """Tell whether a session factory, or an engine, leads to the first database as the suite has it."""
    driver = database.async_driver if one.is_async else database.sync_driver
    elsewhere = schema.further and schema.place and one.place != schema.place
    return one.driver == driver and not elsewhere


def _tested(
    ours: list[SessionsFact], found: Application, schema: Schema, database: DatabasePlan, *, is_async: bool
) -> tuple[SessionsPlan, ...]:
    """Return what opens sessions: the session factories, or else an engine."""
    of_kind = [_sessions(one) for one in ours if one.is_async == is_async]
    if of_kind:
        names = Counter(one.code for one in of_kind)
        return tuple(one for one in of_kind if names[one.code] == 1) or tuple(of_kind[:1])
    engines = (one for one in found.engines if one.is_async == is_async and _fits(one, schema, database))
    return tuple(map(_by_engine, list(engines)[:1]))


def _by_engine(one: EngineFact) -> SessionsPlan:
    top, dot, rest = one.ref.qualname.partition(".")
    cls = "AsyncSession" if one.is_async else "Session"
    return SessionsPlan(
        statement=f"from {one.ref.module} import {top} as application_{top}",
        code=f"partial({cls}, application_{top}{dot}{rest})()",
        name=f"{one.ref.module}:{one.ref.qualname}",
        by_engine=True,
    )


def _session(ours: list[SessionsFact], database: DatabasePlan, *, is_async: bool) -> SessionsPlan | None:
    """Choose what opens the suite's sessions; None where nothing of the project's does."""
    of_kind = [one for one in ours if one.is_async == is_async]
    if of_kind and not (is_async and not database.async_driver):
        # one that is no registry gives each who asks a session of their own
        return _sessions(min(of_kind, key=lambda one: one.scoped))
    return None


def _sessions(one: SessionsFact) -> SessionsPlan:
    name = imported(one.ref)
    statement, code = name.statement, name.name
    top, dot, rest = code.partition(".")
    if top in _TAKEN:
        alias = f"Application{top}" if top[:1].isupper() else f"application_{top}"
        statement, code = f"{statement} as {alias}", f"{alias}{dot}{rest}"
    factory = ".session_factory" if one.scoped else ""
    return SessionsPlan(
        statement=statement, code=f"{code}{factory}()", name=f"{one.ref.module}:{one.ref.qualname}"
    )


def _row(factories: tuple[FactoryPlan, ...]) -> ImportedName | None:
    """Return a factory of the first database whose row needs no other one and was not refused."""
    alone = (
        one
        for one in factories
        if not (one.database or one.parents or one.awaited_code or one.common_code or one.refused)
        and not any("Factory" in given.code for given in one.fields)
    )
    best = min(alone, key=lambda one: (len(one.fields), one.slug), default=None)
    if best is None:
        return None
    return ImportedName(statement=f"from .factories.{best.slug} import {best.name}", name=best.name)


def _web(found: Application, app: str) -> tuple[WebApplicationFact | None, tuple[Diagnostic, ...]]:
    """Choose a web application."""
    if app == NONE:
        return None, ()
    names = {_named(one): one for one in found.applications}
    if app:
        if app not in names:
            known = f"those that are seen: {', '.join(names)}" if names else "none is seen in the project"
            raise TcgenError("bad-app", f"{app}: there is no such application", hint=known)
        chosen = names[app]
        if chosen.needs:
            raise TcgenError(
                "bad-app",
                f"{app} needs {', '.join(chosen.needs)}",
                hint="name a function that needs nothing, in a module of the project",
            )
        return chosen, ()
    usable = [one for one in found.applications if not one.needs]
    if not usable:
        return None, tuple(map(_needs, found.applications[:1]))
    # a function beside an application is most likely what made it
    others = [one for one in usable[1:] if one.ref.module != usable[0].ref.module or not one.is_factory]
    return usable[0], (_several(usable[0], others),) if others else ()


def _needs(one: WebApplicationFact) -> Diagnostic:
    return Diagnostic(
        level="warning",
        code="application-needs-arguments",
        message=f"{one.ref.dotted} makes the application, but needs {', '.join(one.needs)}: the suite has no client",
        hint="write a function without arguments that calls it, and name it with --app MODULE:FUNCTION",
    )


def _several(chosen: WebApplicationFact, others: list[WebApplicationFact]) -> Diagnostic:
    return Diagnostic(
        level="note",
        code="several-applications",
        message=f"The clients are those of {_named(chosen)}; there are {some_of([*map(_named, others)], 3)} too.",
        hint="--app MODULE:NAME chooses another",
    )


def _named(one: WebApplicationFact | SessionsFact | QueueFact | CommandFact) -> str:
    return f"{one.ref.module}:{one.ref.qualname}"


def _web_plan(
    fact: WebApplicationFact,
    spec: ApplicationSpec,
    database: DatabasePlan,
    project: Project,
    schema: Schema,
) -> WebApplicationPlan | None:
    on_loop = spec.asynchronous and database.async_driver is not None
    if not (on_loop or spec.client):
        return None
    name = imported(fact.ref)
    return WebApplicationPlan(
        framework=fact.framework,
        title=spec.title,
        statement=name.statement,
        code=f"{name.name}()" if fact.is_factory else name.name,
        class_statement=spec.statement,
        name=_named(fact),
        client_statement=spec.client,
        asynchronous=on_loop,
        route_statement=spec.route,
        http=_http(project, schema),
    )


def _http(project: Project, schema: Schema) -> str:
    """Choose the package of the asynchronous client: the newer of the two where the project has it."""
    known = {*project.dependencies, *(name for name, one in schema.environment.distributions.items() if one)}
    return "httpx2" if "httpx2" in known else "httpx"


def _requirements(web: WebApplicationPlan | None, spec: ApplicationSpec | None) -> tuple[str, ...]:
    if web is None or spec is None:
        return ()
    http = "httpx2>=2" if web.http == "httpx2" else "httpx>=0.23"
    needs_http = web.asynchronous or spec.client_needs_http
    return (*([http] if needs_http else ()), *(["asgi-lifespan>=2.1"] if web.asynchronous else ()))
