"""How the suite's database is reached, and how an empty one gets its tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

from tcgen.errors import TcgenError
from tcgen.ir.base import ImportedName, ImportRef
from tcgen.ir.catalog import Catalog
from tcgen.ir.diagnostics import Diagnostic, some_of
from tcgen.ir.drift import DatabaseFindings
from tcgen.ir.plan import AlembicPlan, DatabasePlan, FrameworkPlan, MetadataPlan, SchemaFrom
from tcgen.ir.project import Project
from tcgen.ir.schema import (
    BACKENDS,
    MODULES,
    TITLES,
    AlembicFact,
    Backend,
    MetadataFact,
    Schema,
    TypeFact,
)
from tcgen.ir.service import repository
from tcgen.plan.constraints.type_parts import parts_of
from tcgen.plan.constraints.value_kinds import extension_of
from tcgen.plan.database.drivers import choose_async, choose_sync
from tcgen.plan.database.foreign_keys import left_out, refused_keys
from tcgen.plan.services.decide import composed_images
from tcgen.plan.source.code import quoted
from tcgen.plan.source.imports import imported
from tcgen.plan.source.naming import camel_case

AsyncRunner = Literal["pytest-asyncio", "anyio"]
NOTHING = DatabaseFindings()
_MANY_TABLES = 500
_STAND_INS = {
    # mostly wanted for gen_random_uuid(), which is PostgreSQL's own since 13, and for digest()
    "pgcrypto": """CREATE FUNCTION digest(data bytea, kind text) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT AS '
BEGIN
    CASE lower(kind)
        WHEN ''md5'' THEN RETURN decode(md5(data), ''hex'');
        WHEN ''sha224'' THEN RETURN sha224(data);
        WHEN ''sha256'' THEN RETURN sha256(data);
        WHEN ''sha384'' THEN RETURN sha384(data);
        WHEN ''sha512'' THEN RETURN sha512(data);
    END CASE;
END';
CREATE FUNCTION digest(data text, kind text) RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT AS 'SELECT digest(convert_to(data, ''UTF8''), kind)';
""",
    "uuid-ossp": "".join(
        f"CREATE FUNCTION uuid_generate_{version}() RETURNS uuid LANGUAGE sql AS 'SELECT gen_random_uuid()';\n"
        for version in ("v1", "v1mc", "v4")
    ),
}
_EXTENSION_OF_TEXT = (
    ("gin_trgm_ops", "pg_trgm"),
    ("gist_trgm_ops", "pg_trgm"),
    ("uuid_generate_v", "uuid-ossp"),
    ("gen_random_bytes", "pgcrypto"),
    ("digest(", "pgcrypto"),
)


def plan_database(
    project: Project, schema: Schema, catalog: Catalog, found: DatabaseFindings = NOTHING
) -> tuple[DatabasePlan, tuple[Diagnostic, ...]]:
    """Choose drivers, image, extensions and the way to the schema.

    Args:
        project: Its files.
        schema: Its models and migrations.
        catalog: Knows the images.
        found: What running the migrations showed; ``migrations_error`` as ``failed_at`` puts it.
    """
    alembic, source, failure = _alembic(schema, found.migrations_error)
    is_async = _is_async(project, schema)
    backend = BACKENDS[schema.dialect]
    async_driver = choose_async(project, schema) if is_async else None
    if alembic is not None and alembic.is_async and not alembic.drivername:
        alembic = alembic.model_copy(update={"drivername": f"{backend}+{async_driver}"})
    runs_alone = source.startswith("alembic_")
    modules = _own_modules(schema)
    metadatas = tuple(
        _metadata(one, name, schema, modules, _is_migrated(one, schema, found), runs_alone, project.packages)
        for one, name in zip(schema.metadatas, _names_of_bases(schema), strict=True)
        if alembic is None or not _is_alembics(one, alembic)
    )
    remarks = (*failure, *left_out(metadatas, schema.dialect))
    migrated = alembic if runs_alone else None
    plan = DatabasePlan(
        dialect=schema.dialect,
        backend=backend,
        module=MODULES[schema.dialect],
        image=_image(project, schema, catalog),
        schema_from=source,
        sync_driver=choose_sync(project, schema),
        async_driver=async_driver,
        async_runner=_runner(project) if is_async else None,
        metadatas=metadatas,
        alembic=alembic,
        framework=_framework(schema, catalog),
        sessions=_sessions(schema),
        creates_tables=schema.creates_tables,
        compares_checks=any(check.name for table in schema.tables for check in table.checks),
        **_OWN[backend](project, schema, migrated),
    )
    if failure:
        return plan.model_copy(update={"migrations_error": found.migrations_error}), remarks
    learnt = found.model_copy(update={"migrations_error": ""}) if runs_alone else NOTHING
    return plan.model_copy(
        update={name: getattr(learnt, name) for name in DatabaseFindings.model_fields}
    ), remarks


def _of_sqlite(project: Project, schema: Schema, _: AlembicPlan | None) -> dict[str, Any]:
    """Return what SQLite alone asks for."""
    return {"extensions": (), "schemas": (), "attached": _schemas(schema, None)}


def _of_mysql(project: Project, schema: Schema, migrated: AlembicPlan | None) -> dict[str, Any]:
    """Return what MySQL and MariaDB alone ask for.

    Raises:
        TcgenError: ``schemas-are-databases``: on a server of somebody's own they may be there, and hold rows.
    """
    if named := _schemas(schema, migrated):
        raise TcgenError(
            "schemas-are-databases",
            f"tables are in {some_of(named, 3)}: each is a database of its own on {TITLES[schema.dialect]}, where the"
            " suite makes one: nothing was written",
            hint="leave the schema to the URL: the suite's tables are in the database that it names",
        )
    return {"extensions": (), "schemas": ()}


def _of_postgresql(project: Project, schema: Schema, migrated: AlembicPlan | None) -> dict[str, Any]:
    """Return what PostgreSQL alone asks for."""
    return {
        "extensions": _extensions(schema, migrated is not None),
        "schemas": _schemas(schema, migrated),
        "stand_ins": _stand_ins(schema),
        "locks": _locks(schema),
        "tenants": _tenants(project, schema),
        "compares_enums": any(part.enum and part.enum.name for part in _parts(schema)),
    }


_OWN: Mapping[Backend, Callable[[Project, Schema, AlembicPlan | None], dict[str, Any]]] = {
    "postgresql": _of_postgresql,
    "mysql": _of_mysql,
    "sqlite": _of_sqlite,
}


def _parts(schema: Schema) -> Iterator[TypeFact]:
    for table in schema.tables:
        for column in table.columns:
            yield from parts_of(column.type)


def _is_migrated(fact: MetadataFact, schema: Schema, found: DatabaseFindings) -> bool:
    """Tell whether the migrations are about a metadata: env.py names it, or they make some table of it."""
    named = any(one.from_alembic for one in schema.metadatas)
    return not named or fact.from_alembic or not set(fact.tables) <= set(found.not_made)


def _is_alembics(fact: MetadataFact, alembic: AlembicPlan) -> bool:
    """Tell whether a metadata holds nothing but the table that Alembic makes for itself, which a class may be mapped to."""
    names = (alembic.version_table_schema, alembic.version_table)
    return set(fact.tables) == {".".join(filter(None, names))}


def _framework(schema: Schema, catalog: Catalog) -> FrameworkPlan | None:
    fact = next((one.framework for one in schema.metadatas if one.framework), None)
    if fact is None:
        return None
    module, extension = fact.ref.module, fact.ref.qualname
    library = catalog.frameworks[fact.name].distributions[0]
    version = schema.environment.distributions.get(library) or ""
    return FrameworkPlan(
        name=fact.name,
        statement=f"from {module} import {extension}",
        extension=extension,
        version=tuple(int(number) for number in re.findall(r"\d+", version)[:2]),
    )


def engine_of(schema: Schema, first: DatabasePlan) -> ImportedName | None:
    """Return how the application's engine on a further database is had: from a module, or from the web framework's extension."""
    if not schema.bind or first.framework is None:
        return _engine_alone(schema.engine, schema.name) if schema.engine else None
    extension, key = first.framework.extension, quoted(schema.bind)
    has_engines = not first.framework.version or first.framework.version >= (3,)
    call = f"engines[{key}]" if has_engines else f"get_engine(bind={key})"
    return ImportedName(statement=first.framework.statement, name=f"{extension}.{call}")


def _engine_alone(ref: ImportRef, database: str) -> ImportedName:
    """Return how an engine is imported beside those of other databases, which may have the same name."""
    top, dot, rest = ref.qualname.partition(".")
    name = top if database in top else f"{database}_{top}"
    alias = "" if name == top else f" as {name}"
    return ImportedName(statement=f"from {ref.module} import {top}{alias}", name=f"{name}{dot}{rest}")


def _sessions(schema: Schema) -> Literal["sqlalchemy", "sqlmodel"]:
    """Choose SQLModel's session where it has a class: what the project wrote for it calls ``exec``."""
    owned = any(one.framework for one in schema.metadatas)
    has_models = any(one.constructor.kind == "sqlmodel" for one in schema.mappers)
    return "sqlmodel" if has_models and not owned else "sqlalchemy"


def failed_at(schema: Schema, reason: str) -> str:
    """Return a failure of the migrations with the revisions it belongs to: newer ones may do better."""
    heads = schema.alembic.heads if schema.alembic else ()
    return f"{', '.join(heads)}: {reason}"


def _alembic(
    schema: Schema, migrations_error: str
) -> tuple[AlembicPlan | None, SchemaFrom, tuple[Diagnostic, ...]]:
    fact = schema.alembic
    if fact is None or not fact.heads:
        return None, "create_all", ()
    via = fact.url_via
    if via == "environment" and fact.ini is None:
        via = "direct"
    source: SchemaFrom = f"alembic_{via}"  # type: ignore[assignment]
    if not migrations_error.startswith(failed_at(schema, "")):
        return _alembic_plan(fact, via), source, ()
    remark = Diagnostic(
        level="warning",
        code="migrations-fail",
        message=f"{fact.script_location}: the migrations fail on an empty {TITLES[schema.dialect]}"
        f" ({migrations_error.removeprefix(failed_at(schema, ''))}); the tests create the tables from"
        f" the models{' and stamp the newest revision' if fact.loaded else ''}",
    )
    if not fact.loaded:
        return None, "create_all", (remark,)
    return _alembic_plan(fact, via), "stamp", (remark,)


def _alembic_plan(fact: AlembicFact, via: str) -> AlembicPlan:
    return AlembicPlan(
        ini=fact.ini,
        script_location=fact.script_location,
        run_in=fact.run_in,
        options=fact.options,
        version_locations=fact.version_locations,
        target="heads" if len(fact.heads) > 1 else "head",
        url_via=via,  # type: ignore[arg-type]
        attribute=fact.attribute,
        arguments=fact.arguments,
        environment=fact.environment,
        drivername=fact.drivername,
        is_async=fact.is_async,
        operations=fact.operations,
        loads_alone=fact.loads_alone,
        inserts_rows=fact.inserts_rows,
        include_schemas=fact.include_schemas,
        compare=fact.compare,
        filters={name: imported(ref) for name, ref in fact.filters.items()},
        version_table=fact.version_table,
        version_table_schema=fact.version_table_schema,
    )


def _names_of_bases(schema: Schema) -> list[str]:
    """Return what each metadata's base is called in the suite: its own name, unless that of another module has it too."""
    bases = [(fact.ref.module, fact.ref.qualname.partition(".")[0]) for fact in schema.metadatas]
    modules = Counter(name for _, name in {*bases})
    aliases = [camel_case(module.rpartition(".")[2]) + name for module, name in bases]
    if len({*aliases}) < len({*bases}):
        aliases = [camel_case(module) + name for module, name in bases]
    pairs = zip(bases, aliases, strict=True)
    return [alias if modules[name] > 1 else name for (_, name), alias in pairs]


def _metadata(
    fact: MetadataFact,
    name: str,
    schema: Schema,
    own: set[str],
    migrated: bool,
    runs_alone: bool,
    packages: tuple[str, ...],
) -> MetadataPlan:
    top, dot, rest = fact.ref.qualname.partition(".")
    alias = "" if name == top else f" as {name}"
    statement = f"from {fact.ref.module} import {top}{alias}"
    is_own = not packages or fact.ref.module.partition(".")[0] in packages
    return MetadataPlan(
        modules=tuple(dict.fromkeys([*sorted(own & {fact.ref.module}), *fact.modules])),
        imports=(statement,) if is_own else (),
        library_imports=() if is_own else (statement,),
        expression=f"{name}{dot}{rest}",
        migrated=migrated,
        left_out=() if migrated and runs_alone else tuple(refused_keys(fact, schema)),
    )


def _own_modules(schema: Schema) -> set[str]:
    """Return the project's modules that metadatas lie in; none where one module is all there is to import."""
    tops = {mapper.cls.module.partition(".")[0] for mapper in schema.mappers}
    own = {fact.ref.module for fact in schema.metadatas if fact.ref.module.partition(".")[0] in tops}
    several = len(own) > 1 or any(fact.modules for fact in schema.metadatas)
    return own if several or schema.creates_tables else set()


def _is_async(project: Project, schema: Schema) -> bool:
    return project.async_engine or bool(schema.alembic and schema.alembic.is_async)


def _runner(project: Project) -> AsyncRunner:
    if "pytest-asyncio" in project.dependencies or project.pytest.asyncio_mode == "auto":
        return "pytest-asyncio"
    tested_with_anyio = "anyio" in project.pytest.plugins
    return "anyio" if tested_with_anyio or project.pytest.refuses_asyncio else "pytest-asyncio"


def _extensions(schema: Schema, migrated: bool) -> tuple[str, ...]:
    found: set[str] = set()
    for table in schema.tables:
        for column in table.columns:
            found |= {one for fact in parts_of(column.type) if (one := extension_of(fact)) is not None}
            text = column.server_default or ""
            found |= {name for mark, name in _EXTENSION_OF_TEXT if mark in text}
        texts = [*table.excludes, *(check.sql for check in table.checks)]
        texts += [part for unique in table.uniques for part in unique.expressions]
        found |= {name for mark, name in _EXTENSION_OF_TEXT if any(mark in text for text in texts)}
        found |= {"btree_gist" for text in table.excludes if "WITH =" in text.upper()}
    made = set(schema.alembic.extensions_created) if schema.alembic and migrated else set()
    return tuple(sorted(found - made))


def _every_extension(schema: Schema) -> tuple[str, ...]:
    """Return the extensions of the models, then those that the scripts create."""
    created = schema.alembic.extensions_created if schema.alembic else ()
    return (*_extensions(schema, migrated=False), *created)


def _image(project: Project, schema: Schema, catalog: Catalog) -> str:
    """Return the image of the project's Compose files, else one that has the extensions the schema needs."""
    if schema.dialect == "sqlite":
        return ""
    name = MODULES[schema.dialect]
    kind = catalog.service(name)
    wanted = _every_extension(schema)
    with_extension = next((kind.variants[name] for name in wanted if name in kind.variants), kind.image)
    composed = composed_images(project, catalog.services).get(name) or ""
    # one that a Compose file names has to have the extensions too
    serves = with_extension == kind.image or repository(composed) == repository(with_extension)
    return composed if composed and serves else with_extension


def _locks(schema: Schema) -> int | None:
    """Return how many locks a transaction that makes all tables needs for each connection that a server allows.

    Each table takes one for itself, its keys, indexes and long values: some ten. PostgreSQL has 64 for each of 100
    connections (https://www.postgresql.org/docs/current/runtime-config-locks.html).
    """
    tables = len(schema.tables)
    return tables // 5 if tables > _MANY_TABLES else None


def _tenants(project: Project, schema: Schema) -> str | None:
    """Return the schema that stands for that of each tenant: one that sessions of the project translate, and tables are in."""
    # SQLAlchemy 1.4 translates for a copy of a connection, which no session can be given
    if schema.environment.sqlalchemy.startswith("1."):
        return None
    schemas = {table.key: table.schema_name or "" for table in schema.tables}
    named = {
        schemas[mapper.table] for mapper in schema.mappers if mapper.reachable and mapper.table in schemas
    }
    return next((one for one in project.translated_schemas if one in named), None)


def _stand_ins(schema: Schema) -> dict[str, str]:
    wanted = _every_extension(schema)
    return {name: script for name, script in _STAND_INS.items() if name in wanted}


def _schemas(schema: Schema, migrated: AlembicPlan | None) -> tuple[str, ...]:
    made = set(schema.alembic.schemas_created) if schema.alembic and migrated else set()
    named = {table.schema_name for table in schema.tables if table.schema_name}
    if migrated and migrated.version_table_schema:
        named.add(migrated.version_table_schema)
    return tuple(sorted(named - made - {"public", "main"}))
