"""What the template knows as data: services, CI providers, package managers and web frameworks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import PurePosixPath

from pydantic import Field, model_validator

from tcgen.errors import TcgenError
from tcgen.ir.base import Frozen
from tcgen.ir.service import ServiceKind

NO_CI = "none"
"""What stands for no CI provider, where one is asked for."""


class DockerSpec(Frozen):
    """A way for a job to reach a container engine, where its machine has none.

    Attributes:
        why: Which runners it is for, for the reference page.
        image: Of the engine that runs beside the job; "" where it uses one that is there.
        command: What that engine is started with.
        environment: How the job finds the engine.
        job: The variable with the job's own number: what a job leaves behind is found by it and removed afterwards.
            "" where nothing outlives a job.
    """

    why: str
    image: str = ""
    command: tuple[str, ...] = ()
    environment: dict[str, str]
    job: str = ""


class PinSpec(Frozen):
    """A release of an action: an entry of ``templates/ci/actions.yml``."""

    version: str = Field(pattern=r"^v\d+(\.\d+){0,2}$")
    commit: str = Field(pattern=r"^[0-9a-f]{40}$")


class ActionSpec(Frozen):
    """The action that sets Python up.

    Attributes:
        uses: Its name, without a version.
        options: Beside the version of Python, spelled as in a workflow.
        brings: Distributions that need not be installed after it.
        caches: It keeps what is downloaded from one run to the next.
    """

    uses: str
    options: dict[str, str] = {}
    brings: tuple[str, ...] = ()
    caches: bool = False


class CiSpec(Frozen):
    """A CI provider: the ``ci.yml`` in a folder of ``templates/ci``.

    Attributes:
        title: Its name as people write it.
        why: What a user has to know of the file, for the reference page.
        file: Path of the generated file, relative to the root.
        patterns: Globs of the files it reads: conflicts are looked for there, and one of the user's own stays.
        signs: Files, or folders with a ``/`` at the end, at the root or at the top of the repository.
        remotes: Words in the address of a remote.
        default: Taken where nothing tells.
        runs_actions: It runs GitHub's actions, so that a package manager's own can bring it.
        actions_from: The address that actions are fetched from, where it has to be said.
        python: The action that sets Python up, where no package manager's own can be relied on.
        pins: Releases of actions that it needs instead of those in ``actions.yml``.
        has: What its machines have for a package manager, by distribution.
        report: Where it looks for a JUnit report, relative to the root.
        service_host: Where a job reaches a server that the CI system starts for it; "" where it starts none.
        docker: Ways to an engine by name, the usual one first; none where the machines have Docker.
    """

    title: str
    why: str
    file: str
    patterns: tuple[str, ...]
    signs: tuple[str, ...]
    remotes: tuple[str, ...] = ()
    default: bool = False
    runs_actions: bool = False
    actions_from: str = ""
    python: ActionSpec | None = None
    pins: dict[str, PinSpec] = {}
    has: tuple[str, ...] = ()
    report: str = "junit.xml"
    service_host: str = ""
    docker: dict[str, DockerSpec] = {}

    def reads(self, path: str) -> bool:
        """Tell whether a file is one of those it reads."""
        # from the root on: a relative pattern would match at the end of any path
        return any(PurePosixPath("/", path).match(f"/{pattern}") for pattern in self.patterns)


class CacheSpec(Frozen):
    """What a package manager downloads, to be kept from one run to the next.

    Attributes:
        variable: Puts it elsewhere.
        home: Where it is else.
        parts: Folders in there that are worth keeping; none for all of it.
        of: Files at the root whose content it depends on; GitLab looks at two.
    """

    variable: str
    home: str
    parts: tuple[str, ...] = ()
    of: tuple[str, ...] = Field(min_length=1, max_length=2)


class ManagerSpec(Frozen):
    """A package manager: a file of ``templates/managers``.

    In commands ``{group}`` stands for the dependency group, ``{needs}`` for the distributions in ``needs`` that are
    not there yet, and ``{project}`` for what pip has to be told: the project with its group, or all requirements
    where there is no pyproject.toml.

    Attributes:
        title: Its name as people write it.
        order: Which comes first where two are seen, the lowest number before.
        default: Taken where none is seen.
        files: Those that only its projects have.
        tables: Below ``[tool]`` in pyproject.toml, with dots.
        backends: How the name of its build backend begins.
        yields_to: Managers whose projects may have its tables too.
        action: What sets Python up where actions run.
        cache: What it downloads.
        upgrade: Comes before everything else where the project has a pyproject.toml; "" for nothing.
        needs: Distributions to be installed before anything else.
        install: The command that installs the project and its group; without ``{needs}`` these have one before it.
        run: What comes before a command in the project's environment.
        python_variable: Says which Python it takes, where it does not take the first of PATH.
        tool: What runs a published command in an environment of its own.
        check: Options that tell ``tcgen check`` there where the project's interpreter is.
        hint: What a developer types to install the group.
    """

    title: str
    order: int
    default: bool = False
    files: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    backends: tuple[str, ...] = ()
    yields_to: tuple[str, ...] = ()
    action: ActionSpec
    cache: CacheSpec
    upgrade: str = ""
    needs: tuple[str, ...]
    install: str
    run: str = ""
    python_variable: str = ""
    tool: str
    check: str = ""
    hint: str


class FrameworkSpec(Frozen):
    """A web framework whose extension owns the session: the ``framework.yml`` in a folder of ``templates/frameworks``.

    The extension is an object with a scoped ``session`` and a mapping ``engines`` with the default engine under None.

    Attributes:
        title: Its name as people write it.
        module: The one that knows whether an application is running.
        has_context: Its function that tells.
        extension: Class of the extension's object.
        library: Import name of the package that class comes from, which is none of the project's.
        distributions: Whose versions the generated code may depend on.
        env_py: Text in an Alembic ``env.py`` that cannot run without the application.
    """

    title: str
    module: str
    has_context: str
    extension: str
    library: str
    distributions: tuple[str, ...]
    env_py: str


class ApplicationSpec(Frozen):
    """A web framework's applications: the ``application.yml`` in a folder of ``templates/frameworks``.

    Beside it lie ``client.py.jinja``, the body of the fixture, and ``paths.py.jinja``, that of a function which lists the
    paths that a GET without parameters answers.

    Attributes:
        title: Its name as people write it.
        cls: The class of its applications, with the module that it is defined in.
        statement: Imports that class.
        client: Imports the class of its test client; "" for one that is asynchronous.
        route: Imports what ``paths.py.jinja`` needs; "" for nothing.
        asynchronous: Its applications speak ASGI.
        client_needs_http: The test client stands on httpx, which the framework does not bring.
    """

    title: str
    cls: str
    statement: str
    client: str
    route: str
    asynchronous: bool
    client_needs_http: bool


class QueueSpec(Frozen):
    """A task queue's library: the ``queue.yml`` in a folder of ``templates/queues``.

    Beside it lies ``eager.py.jinja``, the body of the fixture that runs tasks where they are called, and, where there are
    ``brokers``, ``worker.py.jinja``, that of the fixture with a worker.

    Attributes:
        title: Its name as people write it.
        text: Regular expression for the text of a module that makes the object which runs the tasks.
        cls: Class of that object, with its module; "" where a class of settings has the tasks.
        named: How the name of that class of settings ends.
        imports: What the body imports, beside the object.
        runs_in_broker: Tasks that run where they are called are kept in the broker all the same.
        brokers: Kinds of services whose broker a worker of the suite can take its tasks from.
    """

    title: str
    text: str
    cls: str = ""
    named: str = ""
    imports: tuple[str, ...] = ()
    runs_in_broker: bool = False
    brokers: tuple[str, ...] = ()


class CommandSpec(Frozen):
    """A library for command lines: a file of ``templates/commands``.

    Attributes:
        title: Its name as people write it.
        text: Regular expression for the text of a module that makes one.
        cls: Class of the object, with its module.
        runner: Imports what calls it in a test.
    """

    title: str
    text: str
    cls: str
    runner: str


class Catalog(Frozen):
    """All of it, each by name, in the order in which they are looked at.

    Attributes:
        actions: Releases of actions, by their repositories.
        pythons: Versions of Python that a suite runs on, the oldest first, and until when each is mended.
    """

    services: dict[str, ServiceKind]
    ci: dict[str, CiSpec]
    managers: dict[str, ManagerSpec]
    frameworks: dict[str, FrameworkSpec]
    applications: dict[str, ApplicationSpec] = {}
    queues: dict[str, QueueSpec] = {}
    commands: dict[str, CommandSpec] = {}
    actions: dict[str, PinSpec] = {}
    pythons: dict[str, date] = {}

    @model_validator(mode="after")
    def _has_one_default_each(self) -> Catalog:
        for kind, defaults in (("CI provider", _defaults(self.ci)), ("manager", _defaults(self.managers))):
            if len(defaults) != 1:
                raise ValueError(f"one {kind} has to be the default, not {', '.join(defaults) or 'none'}")
        return self

    def service(self, name: str) -> ServiceKind:
        """Return a kind of service.

        Raises:
            TcgenError: There is none of that name.
        """
        if name not in self.services:
            raise TcgenError(
                "unknown-service",
                f"no service is called {name!r}",
                hint=f"there are: {', '.join(self.services)}; any other image: tcgen add-service generic --help",
            )
        return self.services[name]

    def check_ci(self, name: str) -> str:
        """Return the name of a CI provider, or ``none``.

        Raises:
            TcgenError: There is none of that name.
        """
        if name != NO_CI:
            self.ci_provider(name)
        return name

    def ci_provider(self, name: str) -> CiSpec:
        """Return a CI provider.

        Raises:
            TcgenError: There is none of that name.
        """
        if name not in self.ci:
            hint = f"use --ci {', '.join(self.ci)} or {NO_CI}"
            raise TcgenError("bad-ci", f"unknown CI provider {name!r}", hint=hint)
        return self.ci[name]

    def check_ci_docker(self, ci: str, way: str) -> None:
        """Make sure that a CI provider has a way to a container engine.

        Raises:
            TcgenError: It has none of that name.
        """
        ways = self.ci[ci].docker if ci in self.ci else {}
        if way not in ways:
            title = self.ci[ci].title if ci in self.ci else "no CI"
            there = f"use --ci-docker {', '.join(ways)}" if ways else "leave --ci-docker out"
            raise TcgenError("bad-ci-docker", f"{title} has no way to Docker called {way!r}", hint=there)

    def manager(self, name: str) -> ManagerSpec:
        """Return a package manager.

        Raises:
            TcgenError: There is none of that name.
        """
        if name not in self.managers:
            hint = f"there are: {', '.join(self.managers)}"
            raise TcgenError("unknown-manager", f"no package manager is called {name!r}", hint=hint)
        return self.managers[name]

    @property
    def texts(self) -> list[str]:
        """Regular expressions for the texts of modules that make a task queue or a command line."""
        return [*(one.text for one in self.queues.values()), *(one.text for one in self.commands.values())]

    @property
    def default_ci(self) -> str:
        """The provider for a project that shows none."""
        return _defaults(self.ci)[0]

    @property
    def default_manager(self) -> str:
        """The manager of a project that shows none."""
        return _defaults(self.managers)[0]

    def is_ci_file(self, path: str) -> bool:
        """Tell whether a file is one that some CI provider reads."""
        return any(spec.reads(path) for spec in self.ci.values())


def _defaults(specs: Mapping[str, CiSpec] | Mapping[str, ManagerSpec]) -> list[str]:
    return [name for name, spec in specs.items() if spec.default]
