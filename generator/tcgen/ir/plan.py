"""``SuitePlan``: every decision the generated suite rests on, with every Python literal already made.

The answers file keeps this value, so that any later tcgen can make an old render again: templates and
their filters only lay it out and must never decide anything.
"""

from __future__ import annotations

from typing import Literal

from tcgen.ir.application_plan import ApplicationPlan
from tcgen.ir.base import Frozen, ImportedName
from tcgen.ir.diagnostics import Diagnostic
from tcgen.ir.drift import DatabaseFindings
from tcgen.ir.pipeline import CiDatabase, PipelinePlan
from tcgen.ir.schema import Backend, Dialect, UrlVia
from tcgen.ir.service import ServicePlan
from tcgen.ir.style import Style

ANSWERS = ".tcgen/answers.yml"
"""Where a project records the plan its suite was made from."""

GROUP = "integration"
"""The dependency group the suite's requirements are written to."""


class FieldPlan(Frozen):
    """One attribute a factory gives a value to.

    Attributes:
        name: The attribute on the model.
        code: A Python expression: what stands right of ``name =`` in the factory.
        reason: Why, in a few words, for ``tcgen plan``; not rendered.
        reserved: The name means something else in a factory, or is none in Python: it is set from
            ``FactoryPlan.reserved_code``.
    """

    name: str
    code: str
    reason: str
    reserved: bool = False


class ParentPlan(Frozen):
    """A required foreign key whose parent row has to be there first.

    Attributes:
        factory: Class name of the parent's factory.
        module: Slug of the module it stands in.
        keys: Attribute of the child → attribute of the parent it is copied from.
        circle: Of a parent that needs its child in turn: attribute of the parent → attribute of the child.
        convert: ``str`` or ``UUID``: what makes the child's value out of the parent's; else "".
    """

    factory: str
    module: str
    keys: dict[str, str]
    convert: str = ""
    circle: dict[str, str] = {}


class TakenPlan(Frozen):
    """A value that was found by trying, because the one that was planned was refused.

    Attributes:
        name: The attribute on the model.
        code: The expression, as a user would write it into pyproject.toml.
        instead_of: What the plan would give it, "" for nothing: when that changes, this one is forgotten.
        reason: What refused that, on one line.
    """

    name: str
    code: str
    instead_of: str
    reason: str = ""


class RefusalPlan(Frozen):
    """A test of a factory whose rows were refused when it was tried: it is marked as one that has to fail.

    Attributes:
        test: With one row, or with 25.
        label: The class whose row was refused: its own, or that of a row it needs first.
        reason: Words of the database or the application, on one line.
    """

    test: Literal["one", "many"]
    label: str
    reason: str


class FactoryPlan(Frozen):
    """A factory for one mapped class.

    Attributes:
        slug: File name without ``.py``; a valid identifier, unique in the suite whatever the case.
        name: Class name of the factory.
        model: The model as this module names it.
        label: Qualified name of the model, the id of its test case.
        imports: Import statements, sorted, standard library first.
        fields: What it sets, in the model's order.
        parents_code: ``parents`` as source.
        awaited_code: The row that is made after one of this factory's and needs it in turn, as source.
        common_code: Factories whose row all rows share that are made for one of this factory's, as source.
        reserved_code: The reserved ones among ``fields`` as source.
        parents: Rows to make first, for foreign keys that no relationship sets.
        most_rows: As many rows as its table can hold, where a constraint bounds them.
        uses_short_text: One of its fields writes numbers in few characters.
        uses_in_turn: One of them takes its few values in turn.
        uses_spelled: One of them writes numbers in a form its CHECK asks for.
        model_code: Of a class no module holds: an assignment that finds it in its registry.
        given_last: What is given may set a column under another name of the model's, and has to win.
        bypass_init: The model's ``__init__`` does not take its columns: set them on a bare instance.
        labelled: The model calls itself otherwise than ``label``.
        refused: What was refused when it was tried last.
        taken: Values that are not planned, but were found by trying.
        database: Name of the further database that its table is in; "" for the first.
    """

    database: str = ""
    slug: str
    name: str
    model: str
    label: str
    table: str
    imports: tuple[str, ...]
    fields: tuple[FieldPlan, ...]
    parents: tuple[ParentPlan, ...] = ()
    parents_code: str = ""
    awaited_code: str = ""
    common_code: str = ""
    reserved_code: str = ""
    model_code: str = ""
    bypass_init: bool = False
    labelled: bool = False
    given_last: bool = False
    most_rows: int | None = None
    uses_short_text: bool = False
    uses_spelled: bool = False
    uses_in_turn: bool = False
    refused: tuple[RefusalPlan, ...] = ()
    taken: tuple[TakenPlan, ...] = ()

    @property
    def given(self) -> dict[str, str]:
        """What each attribute is given: an expression, or the parent's attribute it is copied from."""
        keys = {ours: theirs for one in self.parents for ours, theirs in one.keys.items()}
        return keys | {one.name: one.code for one in self.fields}


class AlembicPlan(Frozen):
    """How the suite migrates a database; fields as in ``AlembicFact``.

    Attributes:
        target: ``heads`` where the history has independent branches.
        filters: What of env.py's options for autogenerate is a function → how to get it.
    """

    ini: str | None
    script_location: str
    run_in: str = ""
    options: dict[str, str]
    version_locations: tuple[str, ...]
    target: Literal["head", "heads"]
    url_via: UrlVia
    attribute: str | None
    arguments: dict[str, str] = {}
    environment: dict[str, str]
    drivername: str
    is_async: bool
    operations: tuple[str, ...] = ()
    loads_alone: bool = True
    inserts_rows: bool = False
    include_schemas: bool = False
    compare: dict[str, bool] = {}
    filters: dict[str, ImportedName] = {}
    version_table: str
    version_table_schema: str | None


class MetadataPlan(Frozen):
    """A ``MetaData`` the suite creates.

    Attributes:
        modules: To be imported for its tables and classes to be complete; none where any model brings all.
        imports: Statements the expression needs, of the project's own modules.
        library_imports: The same of a library's, as of SQLModel's.
        migrated: The migrations are about its tables; else these are created beside them.
        left_out: Foreign keys that the database refuses: key of the table, and the columns.
    """

    modules: tuple[str, ...]
    imports: tuple[str, ...]
    expression: str
    migrated: bool = True
    left_out: tuple[tuple[str, ...], ...] = ()
    library_imports: tuple[str, ...] = ()


class FrameworkPlan(Frozen):
    """The web framework whose session the tests share.

    Attributes:
        name: The folder of ``templates/frameworks`` with the fixture's body.
        statement: Imports the extension's object.
        extension: That object.
        version: Of the library that has it; empty where nobody could tell.
    """

    name: str
    statement: str
    extension: str
    version: tuple[int, ...] = ()


SchemaFrom = Literal[
    "create_all", "stamp", "alembic_option", "alembic_attribute", "alembic_environment", "alembic_direct"
]


class DatabasePlan(DatabaseFindings):
    """The database the suite runs on, with what was found out on one.

    Attributes:
        dialect: Which one it is.
        backend: What its URLs begin with; names the folder of ``templates/partials/database``.
        module: The suite's own for it, and its marker; the catalogue's name of it where it is a server.
        reason: What shows that the project runs on it.
        schema_from: How an empty database gets its tables; names the template partial.
        image: Pinned image; "" for a database that is a file.
        sync_driver: ``psycopg``, ``pymysql``, ``pysqlite``, …
        async_driver: ``asyncpg``, ``asyncmy``, ``aiosqlite``, …; None when the project is not async.
        async_runner: The pytest plugin that runs coroutines.
        extensions, schemas: Created before the tables.
        tenants: What stands for the schema of a tenant: the schema of some tables, "" for that of tables without one;
            None where tenants have none.
        attached: Schemas that are files of their own, as SQLite has them.
        framework: Where an extension of it owns the session; else None.
        sessions: Whose ``Session`` the fixtures open; SQLModel's is SQLAlchemy's with ``exec``.
        creates_tables: The models do so themselves where they are imported, which the suite has to keep them from.
        stand_ins: Extensions that the embedded server is built without → the SQL to have in their place.
        locks: The server's ``max_locks_per_transaction`` where the tables are too many for its own; else None.
        compares_enums, compares_checks: The models have labels and named CHECKs, which autogenerate leaves out.
    """

    dialect: Dialect = "postgresql"
    backend: Backend = "postgresql"
    module: str = "postgres"
    reason: str = ""
    schema_from: SchemaFrom
    image: str
    sync_driver: str
    async_driver: str | None
    async_runner: Literal["pytest-asyncio", "anyio"] | None
    extensions: tuple[str, ...]
    schemas: tuple[str, ...]
    tenants: str | None = None
    attached: tuple[str, ...] = ()
    metadatas: tuple[MetadataPlan, ...]
    alembic: AlembicPlan | None
    framework: FrameworkPlan | None = None
    sessions: Literal["sqlalchemy", "sqlmodel"] = "sqlalchemy"
    creates_tables: bool = False
    stand_ins: dict[str, str] = {}
    locks: int | None = None
    compares_enums: bool = False
    compares_checks: bool = False


class FurtherDatabase(Frozen):
    """A database beside the first: a folder of the suite has its fixtures, its schema, its factories and their tests.

    Attributes:
        name: Of the folder; its fixtures begin with it.
        bind: The key that the web framework's session knows it by; "" where it has a session of its own.
        engine: One of the application's on it, to tell by its URL which others are.
    """

    name: str
    bind: str = ""
    engine: ImportedName | None = None
    database: DatabasePlan


class CommandsPlan(Frozen):
    """What CI, and a developer, types to install the project and to run something in it.

    Attributes:
        install: Everything up to a project that is installed with the suite's requirements.
        run: What comes before a command in the project's environment.
        python_variable: Says which Python is taken, where that is not the first of PATH.
        tool: What runs a published command.
        check: What tcgen is told there.
        test: Runs the suite, a line for each thing that is said to pytest.
        test_others: Runs the project's tests that need no service.
        try_out: The same where a developer has the environment.
        hint: Installs the suite's requirements where the project is.
    """

    install: tuple[str, ...]
    run: str
    python_variable: str
    tool: str
    check: str
    test: tuple[str, ...]
    test_others: str
    try_out: str
    hint: str


class UserChoices(Frozen):
    """Where the models and migrations are, and on which databases they run, as far as a user had to say it.

    Paths count from the root; ``further`` has the kinds of further databases, by name; ``app`` is ``MODULE:NAME``, or
    ``none``. ``ci_docker``, ``ci_database`` and ``shards`` are about the CI file.
    """

    models: tuple[str, ...] = ()
    alembic_config: str | None = None
    database: str = ""
    further: dict[str, str] = {}
    app: str = ""
    ci_docker: str = ""
    ci_database: CiDatabase | None = None
    shards: int | None = None


class SuitePlan(Frozen):
    """The whole suite.

    Attributes:
        format: Version of this form.
        dest: Folder of the suite, relative to the project root, POSIX style.
        root_levels: How many folders ``dest`` lies below the root.
        source_roots: Folders to put on ``sys.path``; empty where the project is installed.
        sqlalchemy: Major and minor version the code is written for.
        environment: Variables the project cannot be imported without, with harmless values.
        setup_modules: Modules to be imported before any model.
        further: The project's databases beside the first.
        application: The code around the models; None where nothing was found.
        fixtures: Our name of a fixture → what it is called instead.
        reuse: Whether the migrated database is kept between runs where ``$TEST_REUSE`` does not say so.
        services: Those beside the databases.
        enables_sockets: The project's pytest-socket has to let the tests reach their servers.
        compose_file: The project's own, which services may be taken from; "" where there is none.
        style: How the project lays its code out, where that is not the templates' way.
        requirements: What the suite needs installed, as requirement strings.
        requirements_group: Name of the dependency group they are written to.
        install: What follows ``pip install`` where pip installs the project and the requirements.
        python_versions: For the CI matrix.
        package_manager: The project's, by its name in the catalogue.
        commands: Those of that manager.
        ci: The folder of ``templates/ci`` with the CI file, or ``none``.
        ci_file: Where it goes; "" for none.
        pipeline: What it says beside the commands.
        user_choices: What flags such as ``--models`` and ``--database`` said, for the next run.
    """

    format: Literal[1] = 1
    project: str
    dest: str
    root_levels: int
    source_roots: tuple[str, ...]
    sqlalchemy: tuple[int, int]
    environment: dict[str, str]
    setup_modules: tuple[str, ...] = ()
    database: DatabasePlan
    further: tuple[FurtherDatabase, ...] = ()
    application: ApplicationPlan | None = None
    fixtures: dict[str, str] = {}
    reuse: bool = False
    services: tuple[ServicePlan, ...] = ()
    enables_sockets: bool = False
    compose_file: str = ""
    factories: tuple[FactoryPlan, ...]
    style: Style = {}
    requirements: tuple[str, ...]
    requirements_group: str
    install: str
    python_versions: tuple[str, ...]
    package_manager: str
    commands: CommandsPlan
    ci: str
    ci_file: str
    pipeline: PipelinePlan = PipelinePlan()
    user_choices: UserChoices = UserChoices()
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def databases(self) -> dict[str, DatabasePlan]:
        """By name; that of the first is the empty text."""
        return {"": self.database, **{one.name: one.database for one in self.further}}
