"""What the suite does with the project's own code around the models."""

from __future__ import annotations

from tcgen.ir.base import Frozen, ImportedName


class SessionsPlan(Frozen):
    """Where sessions come from: an expression that opens one as the application does.

    Attributes:
        statement: Imports what it needs.
        code: Opens a session.
        name: What the expression is about, as a person writes it.
        by_engine: It is a session on an engine of the application's, which has no factory.
    """

    statement: str
    code: str
    name: str
    by_engine: bool = False


class WebApplicationPlan(Frozen):
    """The web application that the suite has clients for.

    Attributes:
        framework: The folder of ``templates/frameworks`` with the parts of its own.
        title: The framework's name as people write it.
        statement: Imports the application, or what makes it.
        code: The application.
        class_statement: Imports its class.
        name: Where it is, as a person writes it.
        client_statement: Imports the class of its test client; "" where the suite has none that blocks.
        asynchronous: The suite has a client that runs on the test's event loop.
        route_statement: Imports what the list of paths needs.
        http: The package that the asynchronous client is of.
    """

    framework: str
    title: str
    statement: str
    code: str
    class_statement: str
    name: str
    client_statement: str
    asynchronous: bool
    route_statement: str
    http: str


class QueuePlan(Frozen):
    """The task queue whose tasks the suite runs where they are called.

    Attributes:
        library: The folder of ``templates/queues`` with the parts of its own.
        title: The library's name as people write it.
        statement: Imports the object that runs the tasks.
        code: That object.
        name: Where it is, as a person writes it.
        imports: What the fixture needs of the library.
        runs_in_broker: Its broker has to be there all the same.
        brokers: Kinds of services that a worker of the suite can take its tasks from.
    """

    library: str
    title: str
    statement: str
    code: str
    name: str
    imports: tuple[str, ...] = ()
    runs_in_broker: bool = False
    brokers: tuple[str, ...] = ()


class CommandPlan(Frozen):
    """The command line that the suite can call.

    Attributes:
        title: Its library's name as people write it.
        statement: Imports its object.
        code: That object.
        name: Where it is, as a person writes it.
        runner: Imports what calls it.
    """

    title: str
    statement: str
    code: str
    name: str
    runner: str


class ApplicationPlan(Frozen):
    """The project's own code around the models, as far as the suite has to know it.

    Attributes:
        session, async_session: What the suite's sessions are opened by; None for SQLAlchemy's own class.
        factories, async_factories: Session factories whose commits are tested.
        imports: What these tests import for them.
        row: Factory of a class whose row needs no other one: module and name; None where there is no such class.
        web: The web application.
        queue: The task queue.
        command: The command line.
        settings: Variables that hold the URL of a database, by their names.
        tested: There are tests of it.
        commits: Code on another event loop than a test's needs a database where commits are real: sessions are
            asynchronous alone.
        factory_boy: The project has factories of that library's.
        left_out: Paths that are not asked for by the test of all paths → the reason.
        refused: Tests that failed when they were tried → the reason.
        plain_sessions: The suite's sessions are SQLAlchemy's own: the factories failed with the application's.
    """

    session: SessionsPlan | None = None
    async_session: SessionsPlan | None = None
    factories: tuple[SessionsPlan, ...] = ()
    async_factories: tuple[SessionsPlan, ...] = ()
    imports: tuple[str, ...] = ()
    row: ImportedName | None = None
    web: WebApplicationPlan | None = None
    queue: QueuePlan | None = None
    command: CommandPlan | None = None
    settings: tuple[str, ...] = ()
    tested: bool = False
    commits: bool = False
    factory_boy: bool = False
    left_out: dict[str, str] = {}
    refused: dict[str, str] = {}
    plain_sessions: bool = False
