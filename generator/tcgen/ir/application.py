"""``Application``: what the project has around its models, as the probe found it."""

from __future__ import annotations

from tcgen.ir.base import Frozen, ImportRef


class SessionsFact(Frozen):
    """A session factory.

    Attributes:
        ref: Where it is; the path may lead through an object.
        is_async: Its sessions are asynchronous.
        scoped: It is a registry, which gives the same session as long as its scope lasts.
        cls: Class of the sessions; None of one that nobody can import.
        bound: It has an engine.
        expires: What is loaded expires at a commit.
        backend, driver: Of its engine; "" where it has none, or several.
        place: Host, port and name of the database.
    """

    ref: ImportRef
    is_async: bool
    scoped: bool = False
    cls: ImportRef | None = None
    bound: bool = False
    expires: bool = True
    backend: str = ""
    driver: str = ""
    place: tuple[str | int | None, ...] = ()


class EngineFact(Frozen):
    """An engine; fields as in ``SessionsFact``."""

    ref: ImportRef
    is_async: bool
    backend: str
    driver: str
    place: tuple[str | int | None, ...] = ()


class WebApplicationFact(Frozen):
    """A web application, or a function that makes one.

    Attributes:
        framework: By its name in the catalogue.
        ref: Where it is.
        is_factory: It is a function.
        needs: Arguments that the function cannot be called without.
    """

    framework: str
    ref: ImportRef
    is_factory: bool = False
    needs: tuple[str, ...] = ()


class QueueFact(Frozen):
    """A task queue: the object that runs the tasks of a library."""

    library: str
    ref: ImportRef


class CommandFact(Frozen):
    """A command line: the object of a library for them."""

    library: str
    ref: ImportRef


class Application(Frozen):
    """The project's own code around its models.

    Attributes:
        applications: The likeliest first.
        sessions: Session factories.
        engines: Those that sessions are opened on without a factory among them.
        queues: Task queues.
        commands: Command lines, the likeliest first.
        settings: Variables that hold the URL of a database, by their names.
    """

    applications: tuple[WebApplicationFact, ...] = ()
    sessions: tuple[SessionsFact, ...] = ()
    engines: tuple[EngineFact, ...] = ()
    queues: tuple[QueueFact, ...] = ()
    commands: tuple[CommandFact, ...] = ()
    settings: tuple[str, ...] = ()
