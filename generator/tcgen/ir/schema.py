"""``Schema``: what the probe found out in the project's interpreter. No live object, only names."""

from __future__ import annotations

from typing import ClassVar, Literal

from tcgen.ir.application import Application
from tcgen.ir.base import Frozen, ImportRef
from tcgen.ir.diagnostics import Diagnostic


class EnumFact(Frozen):
    """The values of an ``Enum`` type.

    Attributes:
        values: What the database stores.
        cls: The Python enum class, when there is one and it can be imported.
        members: Names of its members, in order.
        name: Name of the type in the database, or None.
        whole: The values are whole numbers.
    """

    values: tuple[str, ...]
    cls: ImportRef | None = None
    members: tuple[str, ...] = ()
    name: str | None = None
    whole: bool = False


class TypeFact(Frozen):
    """A column's type.

    Attributes:
        name: Class name (``String``, ``UtcDateTime``).
        module: Where the class lives.
        bases: Names of all classes of the MRO below ``TypeEngine``, most derived first, the class itself
            included (of the PostgreSQL variant, where ``with_variant`` gave one).
        ddl: What the PostgreSQL dialect compiles it to (``VARCHAR(30)``), or None when it cannot.
        timezone: For date-times and times.
        as_uuid: For UUID types: whether Python sees ``uuid.UUID``.
        item: Of an ARRAY, the element's type.
        impl: Of a TypeDecorator, the type it wraps.
        python_type: Name of ``python_type``, or None when the type does not say.
        check: Of a DOMAIN, the condition on ``VALUE``.
        not_null: A DOMAIN that refuses NULL, or a type that cannot bind None.
        accepts: Names of the sample values (see ``probe/column_types/probe_values.py``) that went through the type's own
            bind processor unharmed and came out as something the implementation type can store.
            Only for TypeDecorators and types that are not SQLAlchemy's own.
        refused: The type has a way of its own with values, and took none of those that were tried.
        longest: Most characters that still fit once the type has bound them (encrypted, say).
        example: ``repr`` of a plain value (dict, list, str, number) that went through where no sample
            of ``accepts`` says enough, as for columns of pydantic models.
        built: A class that makes what the type takes.
        built_by: What of: ``stored`` – of what the wrapped type stores (``Weight(7)``, for a type stored as
            an integer); ``keywords`` – of ``example`` as keyword arguments; ``validated`` – of ``example``
            through pydantic's ``model_validate``.
        numbered: The class takes a number after the example, ``text-1001``: rows can be told apart.
    """

    name: str
    module: str
    bases: tuple[str, ...] = ()
    ddl: str | None = None
    length: int | None = None
    precision: int | None = None
    scale: int | None = None
    timezone: bool = False
    as_uuid: bool | None = None
    dimensions: int | None = None
    item: TypeFact | None = None
    impl: TypeFact | None = None
    enum: EnumFact | None = None
    python_type: str | None = None
    check: str | None = None
    not_null: bool = False
    refused: bool = False
    accepts: tuple[str, ...] = ()
    longest: int | None = None
    example: str | None = None
    built: ImportRef | None = None
    built_by: Literal["stored", "keywords", "validated"] = "stored"
    numbered: bool = False


DefaultKind = Literal["scalar", "callable", "sql", "sequence"]


class ColumnFact(Frozen):
    """A column of a table.

    Attributes:
        default: Kind of the Python-side default, or None.
        default_refused: Its type refuses its own constant default, or a function asks a server for it: no row can
            be without a value.
        server_default: SQL text of the server default, or None.
        identity: ``GENERATED … AS IDENTITY``.
        comment: For ``inspect --json``.
        autoincrement: The one column of the primary key SQLAlchemy lets the database number.
    """

    name: str
    type: TypeFact
    nullable: bool
    primary_key: bool = False
    autoincrement: bool = False
    default: DefaultKind | None = None
    default_refused: bool = False
    server_default: str | None = None
    computed: bool = False
    identity: Literal["always", "by default"] | None = None
    comment: str | None = None


class ForeignKeyFact(Frozen):
    """A foreign key constraint; ``target`` is the referred table's full name, the rest for ``inspect --json``."""

    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    deferrable: bool = False
    initially_deferred: bool = False


class UniqueFact(Frozen):
    """A unique constraint or index.

    Attributes:
        columns: Column names; of a functional index, those its expressions mention.
        expressions: SQL text of the indexed expressions, when any is not a plain column.
        where: SQL text of a partial index's condition.
        nulls_not_distinct: Whether two NULLs collide.
    """

    columns: tuple[str, ...]
    expressions: tuple[str, ...] = ()
    where: str | None = None
    nulls_not_distinct: bool = False


class CheckFact(Frozen):
    """A CHECK constraint: its SQL as PostgreSQL would be given it."""

    name: str | None
    sql: str


class TableFact(Frozen):
    """A table of the metadata; ``key`` is ``schema.name`` or ``name``."""

    key: str
    name: str
    schema_name: str | None = None
    columns: tuple[ColumnFact, ...]
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKeyFact, ...] = ()
    uniques: tuple[UniqueFact, ...] = ()
    checks: tuple[CheckFact, ...] = ()
    excludes: tuple[str, ...] = ()


class AttributeFact(Frozen):
    """A mapped column attribute: the key on the class, and the column it stands for.

    ``columns`` lists ``(table key, column name)``; joined inheritance maps one key to several.
    """

    key: str
    columns: tuple[tuple[str, str], ...]


class RelationshipFact(Frozen):
    """A relationship of a mapped class.

    Attributes:
        pairs: ``(local column, remote column)`` names, local side first.
        required_init: Of a dataclass mapping: an ``__init__`` argument with no default.
    """

    key: str
    target: ImportRef
    direction: Literal["MANYTOONE", "ONETOMANY", "MANYTOMANY"]
    uselist: bool
    viewonly: bool = False
    pairs: tuple[tuple[str, str], ...] = ()
    local_table: str | None = None
    remote_table: str | None = None
    required_init: bool = False


class ConstructorFact(Frozen):
    """How a mapped class is made.

    Attributes:
        kind: ``declarative`` (SQLAlchemy's own, takes every attribute), ``dataclass``, ``sqlmodel`` or
            ``custom``; ``none`` for an imperatively mapped class with ``object.__init__``.
        parameters: Names the ``__init__`` takes.
        required: Those of them without a default.
        accepts_any: It has ``**kwargs`` (of a custom one this proves nothing about what it does).
        calls_default: A custom ``__init__`` that was seen to hand keyword arguments on, by a trial call.
    """

    kind: Literal["declarative", "dataclass", "sqlmodel", "custom", "none"]
    parameters: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    accepts_any: bool = False
    calls_default: bool = False


class MapperFact(Frozen):
    """A mapped class.

    Attributes:
        cls: The class.
        importable: Whether ``cls`` leads back to the same class.
        elsewhere: It is not what the class calls itself: automap's, and those that ``type()`` makes.
        registry: Where it is not importable: the registry that knows it, as something importable.
        table: Key of the table its rows go to (the most derived one of joined inheritance).
        tables: All tables a row touches, the root's first.
        inherits: The mapped parent class.
        discriminator: Attribute key of ``polymorphic_on``, when it is one.
        polymorphic_identity: ``repr`` of it, or None.
        abstract: It cannot have rows of its own (polymorphic with no identity, or not a real table).
        version_id: Attribute key of the version counter.
        validators: Attribute keys with ``@validates``.
        indirect: Names of its own that set attributes called otherwise: properties, hybrids, synonyms, composites,
            association proxies.
        checks: What the class itself asks of its columns, in SQL as a CHECK would: the bounds of pydantic's fields.
        without_default: Attribute keys whose default in the class is no value that could be bound.
    """

    cls: ImportRef
    importable: bool = True
    elsewhere: bool = False
    registry: ImportRef | None = None
    table: str
    tables: tuple[str, ...]
    inherits: ImportRef | None = None
    discriminator: str | None = None
    polymorphic_identity: str | None = None
    abstract: bool = False
    version_id: str | None = None
    attributes: tuple[AttributeFact, ...] = ()
    relationships: tuple[RelationshipFact, ...] = ()
    constructor: ConstructorFact
    validators: tuple[str, ...] = ()
    indirect: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    without_default: tuple[str, ...] = ()

    @property
    def reachable(self) -> bool:
        """Whether it can have rows, and code can get hold of it."""
        return not self.abstract and (self.importable or self.registry is not None)


class FrameworkFact(Frozen):
    """The extension's object of a web framework, with its name in the catalogue."""

    name: str
    ref: ImportRef


class MetadataFact(Frozen):
    """One ``MetaData``: how to reach it, and its tables' keys.

    Attributes:
        ref: An importable expression, as ``module`` and path (``app.models``, ``Base.metadata``).
        modules: Modules to import before it is complete, as few as do: sorted, those last that need the others.
        from_alembic: It is the one Alembic's env.py names; for ``inspect --json``.
        framework: The one whose extension it belongs to, where an application context is open once the
            setup modules are imported.
    """

    ref: ImportRef
    modules: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    from_alembic: bool = False
    framework: FrameworkFact | None = None


UrlVia = Literal["option", "attribute", "environment", "direct"]


class AlembicFact(Frozen):
    """How this project's migrations are run.

    Attributes:
        ini, script_location, section: As in discover; of an installed package, ``package:path``.
        run_in: Folder below the root that the ini's ``script_location`` counts from; "" for the root itself.
        options: Main options of the ini that matter and name no path of this machine.
        version_locations: Folders of scripts, relative to the root or ``package:dir``; empty for the usual one.
        url_via: Where env.py takes its URL from. ``option``: ``sqlalchemy.url`` of the Config.
            ``attribute``: ``config.attributes[attribute]`` holds a connection. ``environment``:
            variables, see ``environment``. ``direct``: env.py cannot be run alone; its scripts can,
            through Alembic's runtime on a connection of ours.
        attribute: Name of the attribute.
        arguments: What the scripts' functions are told, where env.py tells them something.
        environment: Variable name → which part of the URL it takes:
            ``url``, ``host``, ``port``, ``user``, ``password``, ``database``, ``driver``.
        drivername: SQLAlchemy drivername env.py makes its engine with (``postgresql+asyncpg``), or "" where
            it keeps what the URL says.
        is_async: env.py runs its own event loop.
        heads: Revision ids without a successor.
        revisions: For ``inspect --json``.
        include_schemas: env.py has other schemas than the default one compared.
        compare: Of ``compare_type`` and ``compare_server_default``, those that env.py turns on or off.
        filters: Those of them, and of ``include_object`` and ``include_name``, that are functions to be imported.
        version_table, version_table_schema: As given to ``context.configure``.
        operations: Modules env.py imports because they add operations to Alembic's own.
        loaded: Alembic could load the scripts; else it cannot stamp a revision of theirs either.
        loads_alone: The scripts can be loaded while no migration runs.
        inserts_rows: Some script inserts rows.
        schemas_created, extensions_created: Schemas and extensions the scripts create themselves.
        not_null: (table, column) that the scripts make NOT NULL, whatever the models say.
    """

    ini: str | None
    script_location: str
    run_in: str = ""
    options: dict[str, str] = {}
    version_locations: tuple[str, ...] = ()
    url_via: UrlVia
    attribute: str | None = None
    arguments: dict[str, str] = {}
    environment: dict[str, str] = {}
    drivername: str = ""
    is_async: bool = False
    heads: tuple[str, ...] = ()
    revisions: int = 0
    compare: dict[str, bool] = {}
    filters: dict[str, ImportRef] = {}
    operations: tuple[str, ...] = ()
    loaded: bool = True
    loads_alone: bool = True
    inserts_rows: bool = False
    include_schemas: bool = False
    version_table: str = "alembic_version"
    version_table_schema: str | None = None
    schemas_created: tuple[str, ...] = ()
    extensions_created: tuple[str, ...] = ()
    not_null: tuple[tuple[str, str], ...] = ()


class Environment(Frozen):
    """Versions in the project's interpreter.

    Attributes:
        distributions: Version of each distribution the project declares or tcgen asks about, None where it is not installed.
        editable: The project itself is installed there in editable mode, which brings the modules of its models.
    """

    python: str
    sqlalchemy: str
    alembic: str | None = None
    distributions: dict[str, str | None] = {}
    editable: bool = False


Dialect = Literal["postgresql", "mysql", "mariadb", "sqlite"]
"""A database that suites are written for."""

TITLES: dict[Dialect, str] = {
    "postgresql": "PostgreSQL",
    "mysql": "MySQL",
    "mariadb": "MariaDB",
    "sqlite": "SQLite",
}
Backend = Literal["postgresql", "mysql", "sqlite"]
"""SQLAlchemy's name of the dialect that reaches a database: what URLs begin with."""

BACKENDS: dict[Dialect, Backend] = {
    "postgresql": "postgresql",
    "mysql": "mysql",
    "mariadb": "mysql",
    "sqlite": "sqlite",
}
MODULES: dict[Dialect, str] = {
    "postgresql": "postgres",
    "mysql": "mysql",
    "mariadb": "mariadb",
    "sqlite": "sqlite",
}
"""What the suite calls them: its module and its marker, and the catalogue those that are servers."""


class KnownDatabases(Frozen):
    """Where a suite has the project's models.

    Attributes:
        homes: Mapped class, by its dotted name → the name of its database, "" for the first.
        dialects: Of the further ones, by name.
    """

    homes: dict[str, str]
    dialects: dict[str, Dialect] = {}


class Schema(Frozen):
    """Everything the later stages may know about the project's models: those of one database, and further ones.

    Attributes:
        name: What the database is called where there are several.
        apart: What shows that it is one of its own; "" for the first.
        bind: The key that the web framework's session knows it by; "" for its own.
        backend: SQLAlchemy's name of the kind of database that its URL is seen to be of; "" where none is seen.
        engine: Where there are several: an engine on it that a module of the project holds; its path may end in a
            subscript.
        place: Host, port and name of the database behind that engine.
        application: The project's own code around the models.
        further: The project's further databases; what holds for all of them is said of the first only.
        dialect: Of the database that they are described for: types, keys and constraints as it would be given them.
        own_driver: Driver in the PostgreSQL URL that the environment or the project's env files hold
            (``psycopg2``), or "".
        source_roots: Folders below the root that models were imported from, besides those of the project's layout.
        setup_modules: Modules the user named that hold no models: they set something up, and come first.
        settings_names: Variables that the project's settings classes read.
        creates_tables: Importing the models calls ``create_all``.
        import_env: Settings that were made up, without which the models cannot be imported.
    """

    version: Literal[1] = 1
    name: str = ""
    apart: str = ""
    bind: str = ""
    backend: str = ""
    engine: ImportRef | None = None
    place: tuple[str | int | None, ...] = ()
    further: tuple[Schema, ...] = ()
    application: Application = Application()
    dialect: Dialect = "postgresql"
    environment: Environment
    metadatas: tuple[MetadataFact, ...] = ()
    tables: tuple[TableFact, ...] = ()
    mappers: tuple[MapperFact, ...] = ()
    alembic: AlembicFact | None = None
    own_driver: str = ""
    source_roots: tuple[str, ...] = ()
    setup_modules: tuple[str, ...] = ()
    settings_names: tuple[str, ...] = ()
    creates_tables: bool = False
    import_env: dict[str, str] = {}
    import_seconds: float = 0.0
    diagnostics: tuple[Diagnostic, ...] = ()

    FOR_ALL: ClassVar[set[str]] = {
        *(
            "version",
            "further",
            "application",
            "dialect",
            "environment",
            "own_driver",
            "source_roots",
            "setup_modules",
        ),
        *("settings_names", "creates_tables", "import_env", "import_seconds", "diagnostics"),
    }
    """What holds for all databases."""

    @property
    def databases(self) -> tuple[Schema, ...]:
        """That of this one, and those of further databases."""
        return (self, *self.further)

    @property
    def every_mapper(self) -> tuple[MapperFact, ...]:
        """The mapped classes of all databases."""
        return tuple(mapper for one in self.databases for mapper in one.mappers)
