"""What crosses the border to the project's interpreter, as JSON: a request one way, an answer the other.

Standard library only, and for the eyes of a type checker only on the probe's side, which imports nothing of tcgen.
"""

from __future__ import annotations

from typing import Any, Literal, TypedDict


class AlembicRequest(TypedDict):
    """Where the project's Alembic configuration is; absolute paths, or ``package:dir``.

    Attributes:
        framework: The web framework that env.py needs the running application of; else "".
    """

    ini: str | None
    script_location: str | None
    framework: str


class FrameworkRequest(TypedDict):
    """A web framework; fields as in ``FrameworkSpec``."""

    title: str
    module: str
    has_context: str
    extension: str
    library: str
    env_py: str


class KindRequest(TypedDict):
    """How objects of a library are known.

    Attributes:
        cls: Their class, with its module; "" where a class of settings stands for one.
        named: How the name of that class of settings ends.
        text: Regular expression for the text of a module that makes one.
    """

    cls: str
    named: str
    text: str


class AroundRequest(TypedDict):
    """What to look for around the models; fields as in ``ProbeRequest``."""

    application_seconds: float
    applications: dict[str, str]
    app: str
    queues: dict[str, KindRequest]
    commands: dict[str, KindRequest]
    named: list[str]


class ProbeRequest(TypedDict):
    """What to find out.

    Attributes:
        mode: ``models``: the schema, and what env.py shows by itself. ``url``: where env.py takes its URL from,
            with values of ours in the environment. ``application``: what opens sessions, answers requests, runs tasks.
        application_seconds: Of ``models``: what looking at the application may take once the models are described, in the
            process that has imported them; 0 where nobody wants that.
        source_roots: Folders for ``sys.path``, relative to the root.
        alembic: The configuration of the project's database.
        other_alembics: Further ones, which may be those of further databases.
        frameworks: Those whose extensions may own the session, by name.
        applications: Of ``application``: name of a web framework → the class of its applications, with its module.
        app: Of ``application``: ``MODULE:NAME`` that the user has named; "" for none.
        queues: Of ``application``: name of a library for task queues → how it is known.
        commands: Of ``application``: name of a library for command lines → how its objects are known.
        named: Of ``application``: modules in which the user has named something.
        setup_modules: Of ``application``: modules to be imported before any other.
        models: As given to ``--models``.
        environment_names: Variables that the project's text mentions.
        distributions: Those whose version is asked for, beside the ones tcgen needs.
        environment: Of ``url``: variables that win over those that are set.
        drivername: Of ``url``: the one to offer as ``sqlalchemy.url``.
        dialect: Of the database that the models are described for.
    """

    mode: Literal["models", "url", "application"]
    application_seconds: float
    root: str
    name: str
    source_roots: list[str]
    packages: list[str]
    models: list[str]
    alembic: AlembicRequest | None
    other_alembics: list[AlembicRequest]
    frameworks: dict[str, FrameworkRequest]
    applications: dict[str, str]
    setup_modules: list[str]
    app: str
    queues: dict[str, KindRequest]
    commands: dict[str, KindRequest]
    named: list[str]
    environment_names: list[str]
    distributions: list[str]
    environment: dict[str, str]
    drivername: str
    dialect: Literal["postgresql", "mysql", "sqlite"]


class MissingSetting(TypedDict):
    """An environment variable without which an import failed; ``value``: one that it takes, or "".

    Of the kind ``form`` it is there, and not of the form that the code wants.
    """

    name: str
    kind: str
    value: str


class Remark(TypedDict):
    """The fields of a ``Diagnostic``."""

    level: Literal["note", "warning", "error"]
    code: str
    message: str
    hint: str


class ErrorFields(TypedDict):
    """The arguments of a ``TcgenError``."""

    code: str
    message: str
    hint: str
    detail: str


class UrlParts(TypedDict, total=False):
    """The parts of the URL that env.py was seen to use; empty where it used none."""

    host: str | None
    port: int | None
    user: str | None
    password: str | None
    database: str | None
    drivername: str


class EnvSettings(TypedDict):
    """What env.py gives to ``context.configure`` that the suite has to know."""

    version_table: str
    version_table_schema: str | None
    include_schemas: bool
    compare: dict[str, bool]
    filters: dict[str, dict[str, str]]
    operations: list[str]


class UrlSourceAnswer(TypedDict):
    """Where env.py takes its URL from, as far as one run of it could tell.

    Attributes:
        via: ``attribute``, ``option``, ``other`` (a URL came from elsewhere) or ``direct``.
        reason: Why it is ``direct``.
        config: That of the env.py.
        seconds: What the run took; 0 where that is counted elsewhere.
    """

    via: Literal["attribute", "option", "other", "direct"]
    reason: str
    parts: UrlParts
    drivername: str
    is_async: bool
    settings: EnvSettings
    config: AlembicRequest
    seconds: float


class ApplicationAnswer(TypedDict):
    """The fields of an ``Application``."""

    applications: list[dict[str, Any]]
    sessions: list[dict[str, Any]]
    engines: list[dict[str, Any]]
    queues: list[dict[str, Any]]
    commands: list[dict[str, Any]]


class ProbeAnswer(TypedDict, total=False):
    """What was found out: an error, or what the request's mode asked for.

    Attributes:
        schema: The fields of a ``Schema`` that the probe knows.
        url_sources: Of ``models``, by the name of the database; of those without migrations there is none.
        url: Of ``url``.
        application: Of ``application``.
        remarks: Of ``application``: the fields of diagnostics.
        missing: Settings to try again with.
        around: The second answer of a process that went on to look at the application; an error where it came to none.
    """

    error: ErrorFields
    schema: dict[str, Any]
    url_sources: dict[str, UrlSourceAnswer]
    url: UrlSourceAnswer
    application: ApplicationAnswer
    remarks: list[Remark]
    missing: list[MissingSetting]
    around: ProbeAnswer
