"""Where the suite goes, what it needs, and how its database comes to be."""

from __future__ import annotations

import json
from typing import Any

import pytest
from plan_builders import TEXT, UUID, column, foreign, key, mapper, of_type, project, ref, schema, table

from tcgen.catalog.load import catalog
from tcgen.ir.plan import SuitePlan
from tcgen.ir.project import PytestConfig
from tcgen.ir.schema import (
    AlembicFact,
    ColumnFact,
    ConstructorFact,
    Environment,
    FrameworkFact,
    MetadataFact,
    Schema,
    TableFact,
    UniqueFact,
)
from tcgen.plan.build import Options, build_plan
from tcgen.plan.database.decide import plan_database
from tcgen.record.lines import plan_lines

USERS = table("users", key(), column("name", TEXT))
FOUND = schema([USERS], [mapper("User", USERS)])


def plan(found: Schema = FOUND, options: Options | None = None, **project_fields: Any) -> SuitePlan:
    return build_plan(project(**project_fields), found, catalog(), options or Options())


def history(**fields: Any) -> Schema:
    facts = {"ini": "alembic.ini", "script_location": "migrations", "url_via": "option", "heads": ("a1",)}
    return FOUND.model_copy(update={"alembic": AlembicFact(**{**facts, **fields})})


def with_columns(*columns: ColumnFact, **options: Any) -> Schema:
    things = table("things", key(), *columns, **options)
    return schema([things], [mapper("Thing", things)])


@pytest.mark.parametrize(
    ("fields", "options", "dest"),
    [
        ({}, {}, "tests/integration"),
        ({"tests_dir": "test"}, {}, "test/integration"),
        ({}, {"dest": "checks/db/"}, "checks/db"),
        ({"tests_dir": "tests", "tests_conftest": True}, {}, "tests_integration"),
        ({"tests_dir": "tests", "tests_conftest": True}, {"dest": "tests/db"}, "tests/db"),
        ({}, {"taken": frozenset({"tests/integration"})}, "tests/database"),
        (
            {"tests_dir": "tests", "tests_conftest": True},
            {"taken": frozenset({"tests_integration"})},
            "tests_database",
        ),
    ],
)
def test_destination(fields: dict[str, Any], options: dict[str, Any], dest: str) -> None:
    made = plan(options=Options(**options), **fields)
    assert made.dest == dest
    assert made.root_levels == dest.count("/") + 1


def test_going_beside_the_users_tests_is_said() -> None:
    made = plan(tests_dir="tests", tests_conftest=True)
    assert [one.code for one in made.diagnostics] == ["suite-beside-tests"]
    assert "--dest" in made.diagnostics[0].hint


def test_source_roots_are_needed_unless_the_project_is_installed_for_editing() -> None:
    assert plan(source_roots=("src",)).source_roots == ("src",)
    installed = Environment(python="3.11.4", sqlalchemy="2.0.36", editable=True)
    assert plan(FOUND.model_copy(update={"environment": installed}), source_roots=("src",)).source_roots == ()


def test_requirements_name_only_what_the_project_lacks() -> None:
    names = {
        one.partition(">")[0] for one in plan(dependencies=("psycopg2",), runtime=("psycopg2",)).requirements
    }
    assert {"polyfactory", "pytest", "testcontainers", "faker", "filelock"} <= names
    assert not any(one.startswith(("psycopg", "asyncpg", "pytest-asyncio")) for one in names)
    assert "psycopg[binary]" in {one.partition(">")[0] for one in plan().requirements}
    made = plan(async_engine=True, dependencies=("asyncpg",), runtime=("asyncpg",))
    assert "pytest-asyncio>=0.26" in made.requirements
    assert not any(one.startswith("asyncpg") for one in made.requirements)
    assert list(made.requirements) == sorted(made.requirements)


def test_a_driver_that_only_an_extra_brings_is_required_too() -> None:
    made = plan(dependencies=("psycopg",), runtime=())
    assert made.database.sync_driver == "psycopg"
    assert "psycopg[binary]>=3.1" in made.requirements


def test_sqlalchemy_1_4_gets_a_driver_it_has_a_dialect_for() -> None:
    old = FOUND.model_copy(update={"environment": Environment(python="3.10.2", sqlalchemy="1.4.54")})
    made = plan(old)
    assert made.sqlalchemy == (1, 4)
    assert made.database.sync_driver == "psycopg2"


@pytest.mark.parametrize(
    ("requires", "expected"),
    [
        ("", ("3.11",)),
        (">=3.9", ("3.10", "3.11", "3.12", "3.13", "3.14")),
        (">= 3.10, <4", ("3.10", "3.11", "3.12", "3.13", "3.14")),
        (">=3.12.4", ("3.12", "3.13", "3.14")),
        ("~=3.13", ("3.13", "3.14")),
        ("==3.12.*", ("3.12",)),
        (">=3.10,!=3.11.*,<3.13", ("3.10", "3.12")),
        (">=3.11,<3.11.5", ("3.11",)),
        (">=3.99", ("3.99",)),
        ("<3.9", ("3.11",)),
        ("nonsense", ("3.11",)),
    ],
)
def test_python_versions(requires: str, expected: tuple[str, ...]) -> None:
    assert plan(requires_python=requires).python_versions == expected


def test_the_versions_of_the_first_run_stay_only_where_nothing_is_declared() -> None:
    before = Options(python_versions=("3.13",))
    assert plan(options=before).python_versions == ("3.13",)
    assert plan(options=before, requires_python=">=3.14").python_versions == ("3.14",)


def test_ci_is_the_projects_unless_asked_for() -> None:
    assert plan(ci="gitlab").ci == "gitlab"
    assert plan(options=Options(ci="none"), ci="gitlab").ci == "none"


@pytest.mark.parametrize(
    ("dependencies", "driver"),
    [
        (("psycopg2-binary",), "psycopg2"),
        (("psycopg",), "psycopg"),
        (("pg8000",), "pg8000"),
        (("psycopg", "psycopg2"), "psycopg"),
        ((), "psycopg"),
    ],
)
def test_sync_driver(dependencies: tuple[str, ...], driver: str) -> None:
    assert plan(dependencies=dependencies).database.sync_driver == driver


@pytest.mark.parametrize(
    ("drivernames", "runtime", "drivers"),
    [
        (("postgresql",), (), ["psycopg2-binary"]),
        (("postgresql",), ("psycopg",), []),
        (("postgresql+psycopg2",), ("asyncpg",), ["psycopg2-binary"]),
        (("postgresql+psycopg2",), ("psycopg",), ["psycopg2-binary"]),
        (("postgresql+asyncpg",), ("asyncpg", "psycopg"), []),
        (("postgresql+pg8000",), (), ["pg8000"]),
        (("postgresql", "postgresql+pg8000"), (), ["pg8000"]),
        ((), (), ["psycopg[binary]"]),
    ],
)
def test_the_group_has_the_drivers_of_the_projects_own_urls(
    drivernames: tuple[str, ...], runtime: tuple[str, ...], drivers: list[str]
) -> None:
    made = plan(drivernames=drivernames, runtime=runtime, dependencies=runtime)
    names = [one.partition(">")[0] for one in made.requirements]
    assert [one for one in names if one.startswith(("psycopg", "pg8000"))] == drivers


def test_what_a_url_without_a_driver_means_depends_on_sqlalchemy() -> None:
    environment = FOUND.environment.model_copy(update={"sqlalchemy": "2.1.0"})
    later = FOUND.model_copy(update={"environment": environment})
    assert plan(later, drivernames=("postgresql",)).database.sync_driver == "psycopg"


def test_async_projects_get_a_driver_and_a_runner() -> None:
    assert (plan().database.async_driver, plan().database.async_runner) == (None, None)
    database = plan(async_engine=True, dependencies=("asyncpg",)).database
    assert (database.async_driver, database.async_runner) == ("asyncpg", "pytest-asyncio")
    assert plan(async_engine=True).database.async_driver == "psycopg"
    assert plan(history(is_async=True)).database.async_driver == "psycopg"
    anyio = PytestConfig(plugins=("anyio",))
    assert plan(async_engine=True, pytest=anyio).database.async_runner == "anyio"


@pytest.mark.parametrize(
    ("fields", "source"),
    [
        ({}, "alembic_option"),
        ({"url_via": "attribute", "attribute": "connection"}, "alembic_attribute"),
        ({"url_via": "environment", "environment": {"DATABASE_URL": "url"}}, "alembic_environment"),
        ({"url_via": "environment", "ini": None}, "alembic_direct"),
        ({"url_via": "direct"}, "alembic_direct"),
        ({"heads": ()}, "create_all"),
    ],
)
def test_where_the_tables_come_from(fields: dict[str, Any], source: str) -> None:
    database, remarks = plan_database(project(), history(**fields), catalog())
    assert database.schema_from == source
    assert (database.alembic is None) == (source == "create_all")
    assert remarks == ()


def test_without_migrations_the_models_make_the_tables() -> None:
    assert plan().database.schema_from == "create_all"


def test_plugins_that_the_projects_pytest_settings_want_come_along() -> None:
    declared = ("flask", "pytest-cov", "pytest-env", "pytest-xdist")
    wanting = PytestConfig(wants_plugins=True, measures_coverage=True)
    found = plan(dependencies=declared, pytest=wanting)
    assert {"pytest-cov>=5", "pytest-env"} <= set(found.requirements)
    assert "pytest-cov" not in found.requirements
    assert not {"flask", "pytest-xdist"} & set(found.requirements)
    assert found.commands.try_out.startswith("pytest --no-cov ")
    assert "pytest-env" not in plan(dependencies=declared).requirements


def test_independent_branches_are_all_migrated() -> None:
    for heads, target in ((("a",), "head"), (("a", "b"), "heads")):
        alembic = plan_database(project(), history(heads=heads), catalog())[0].alembic
        assert alembic is not None
        assert alembic.target == target


@pytest.mark.parametrize(
    ("found", "extension"),
    [
        (with_columns(column("a", of_type("CITEXT", ddl="CITEXT"))), "citext"),
        (with_columns(column("a", of_type("HSTORE", ddl="HSTORE"))), "hstore"),
        (with_columns(column("a", of_type("VECTOR", ddl="VECTOR(3)"))), "vector"),
        (with_columns(column("a", of_type("Geometry", ddl="geometry(POINT,4326)"))), "postgis"),
        (with_columns(column("a", of_type("ARRAY", ddl="CITEXT[]", item=of_type("CITEXT", ddl="CITEXT")))), "citext"),
        (with_columns(column("a", TEXT, server_default="uuid_generate_v4()")), "uuid-ossp"),
        (with_columns(column("a", TEXT), excludes=("EXCLUDE USING gist (a WITH =)",)), "btree_gist"),
        (
            with_columns(
                column("a", TEXT), uniques=[UniqueFact(columns=("a",), expressions=("a gin_trgm_ops",))]
            ),
            "pg_trgm",
        ),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)  # fmt: skip
def test_extensions(found: Schema, extension: str) -> None:
    assert plan(found).database.extensions == (extension,)


def test_schemas_are_made_unless_the_migrations_do() -> None:
    tables = [table("a", key(), schema=name) for name in ("sales", "public", "stock")]
    found = schema(tables, [])
    assert plan(found).database.schemas == ("sales", "stock")
    migrated = found.model_copy(update={"alembic": history(schemas_created=("sales",)).alembic})
    assert plan(migrated).database.schemas == ("stock",)
    versions = found.model_copy(update={"alembic": history(version_table_schema="versions").alembic})
    assert "versions" in plan(versions).database.schemas


def test_metadata_is_named_with_the_modules_that_complete_it() -> None:
    fact = MetadataFact(ref=ref("Base.metadata", "app.db"), modules=("app.db", "app.models"))
    (metadata,) = plan(FOUND.model_copy(update={"metadatas": (fact,)})).database.metadatas
    assert metadata.expression == "Base.metadata"
    assert "from app.db import Base" in metadata.imports
    assert metadata.modules == ("app.db", "app.models")


def test_one_module_of_models_needs_no_list_and_several_metadatas_do() -> None:
    fact = MetadataFact(ref=ref("Base.metadata", "app.db"))
    (metadata,) = plan(FOUND.model_copy(update={"metadatas": (fact,)})).database.metadatas
    assert metadata.modules == ()
    other = MetadataFact(ref=ref("Base.metadata", "app.archive"))
    both = plan(FOUND.model_copy(update={"metadatas": (fact, other)})).database.metadatas
    assert [one.modules for one in both] == [("app.db",), ("app.archive",)]


def test_alembics_own_table_is_left_to_it_where_a_class_is_mapped_to_it() -> None:
    own = MetadataFact(ref=ref("Base.metadata", "app.db"), tables=("users",), from_alembic=True)
    version = MetadataFact(ref=ref("Other.metadata", "app.history"), tables=("alembic_version",))
    tables = (*FOUND.tables, table("alembic_version", key()))
    found = FOUND.model_copy(update={"metadatas": (own, version), "tables": tables})
    assert len(plan(found).database.metadatas) == 2
    with_history = found.model_copy(update={"alembic": history().alembic})
    assert [one.expression for one in plan(with_history).database.metadatas] == ["Base.metadata"]


def test_lines_of_the_plan_are_ascii_a_line_a_model_and_name_no_path() -> None:
    names = [table(f"t{number}", key(), column("é", TEXT)) for number in range(3)]
    found = schema(names, [mapper(f"T{number}", one) for number, one in enumerate(names)])
    text = plan_lines(plan(found, root="/srv/secret place", python="/opt/secret place/python"))
    assert text.isascii()
    assert text.endswith("\n")
    lines = text.splitlines()
    assert len(lines) == 4
    assert json.loads(lines[0])["format"] == 1
    assert [json.loads(line)["model"] for line in lines[1:]] == ["T0", "T1", "T2"]
    assert "secret place" not in text
    for line in lines:
        assert list(json.loads(line)) == sorted(json.loads(line))


def test_a_hostile_project_name_is_made_plain() -> None:
    assert plan(name='x"""; import os\n\\').project == "x- import os-"


def test_sessions_are_those_of_the_classes() -> None:
    hero = mapper("Hero", USERS, constructor=ConstructorFact(kind="sqlmodel", accepts_any=True))
    beside = schema([USERS], [FOUND.mappers[0], hero])
    assert plan_database(project(), FOUND, catalog())[0].sessions == "sqlalchemy"
    assert plan_database(project(), beside, catalog())[0].sessions == "sqlmodel"


def test_sessions_are_the_extensions_where_one_owns_them() -> None:
    hero = mapper("Hero", USERS, constructor=ConstructorFact(kind="sqlmodel", accepts_any=True))
    owner = FrameworkFact(name="flask", ref=ref("db", "shop"))
    owned = MetadataFact(ref=ref("db.metadata", "shop"), framework=owner)
    found = schema([USERS], [hero]).model_copy(update={"metadatas": (owned,)})
    assert plan_database(project(), found, catalog())[0].sessions == "sqlalchemy"


@pytest.mark.parametrize(
    ("modules", "imports", "expressions"),
    [
        (
            ("shop.db", "shop.user_base"),
            ("from shop.db import Base as DbBase", "from shop.user_base import Base as UserBaseBase"),
            ("DbBase.metadata", "UserBaseBase.metadata"),
        ),
        (
            ("shop.a.models", "shop.b.models"),
            (
                "from shop.a.models import Base as ShopAModelsBase",
                "from shop.b.models import Base as ShopBModelsBase",
            ),
            ("ShopAModelsBase.metadata", "ShopBModelsBase.metadata"),
        ),
    ],
)
def test_bases_of_one_name_are_told_apart(
    modules: tuple[str, ...], imports: tuple[str, ...], expressions: tuple[str, ...]
) -> None:
    facts = [
        MetadataFact(ref=ref("Base.metadata", module), tables=(key_,))
        for module, key_ in zip(modules, ("users", "posts"), strict=True)
    ]
    own = MetadataFact(ref=ref("Other.metadata", modules[0]), tables=())
    posts = table("posts", key())
    found = schema([USERS, posts], [mapper("User", USERS), mapper("Post", posts)])
    *both, other = plan(found.model_copy(update={"metadatas": (*facts, own)})).database.metadatas
    assert tuple(one.imports[0] for one in both) == imports
    assert tuple(one.expression for one in both) == expressions
    assert (other.imports, other.expression) == ((f"from {modules[0]} import Other",), "Other.metadata")


@pytest.mark.parametrize(
    ("page", "left_out"),
    [
        (table("page", key("kind"), key("number")), (("mark", "number"),)),
        (
            table(
                "page",
                key("kind"),
                key("number"),
                uniques=[UniqueFact(columns=("number",), where="kind > 1")],
            ),
            (("mark", "number"),),
        ),
        (table("page", key("kind"), key("number"), uniques=[UniqueFact(columns=("number",))]), ()),
        (table("page", key("number", TEXT)), (("mark", "number"),)),
        (table("page", key("number", UUID)), (("mark", "number"),)),
        (table("page", key("number", of_type("BigInteger", ddl="BIGINT"))), ()),
        (table("page", key("number", of_type("Strange"))), ()),
        (table("page", key("number")), ()),
    ],
)
def test_foreign_keys_to_columns_that_are_not_unique(
    page: TableFact, left_out: tuple[tuple[str, ...], ...]
) -> None:
    mark = table("mark", key(), column("number"), foreign_keys=[foreign("number", "page", "number")])
    found = schema([page, mark], [mapper("Page", page), mapper("Mark", mark)])
    made = plan(found)
    assert made.database.metadatas[0].left_out == left_out
    assert [one.message for one in made.diagnostics if one.code == "foreign-key-left-out"] == (
        [
            "PostgreSQL refuses the foreign keys mark (number), which point to columns that are not unique or of another"
            " type: the tables are created without them"
        ]
        if left_out
        else []
    )
    migrated = plan(found.model_copy(update={"alembic": history().alembic}))
    assert migrated.database.metadatas[0].left_out == ()
