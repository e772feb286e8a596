"""Which door env.py takes its URL through, and what the scripts tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcgen.errors import TcgenError
from tcgen.ir.base import ImportRef
from tcgen.ir.catalog import FrameworkSpec
from tcgen.ir.project import AlembicConfig
from tcgen.ir.schema import AlembicFact, Schema

from .conftest import ALEMBIC_INI, Inspect, codes, revision

MODELS = """
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
    class Base(DeclarativeBase):
        pass
    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True)
"""
PLAIN = """
    from logging.config import fileConfig
    from alembic import context
    from sqlalchemy import engine_from_config, pool
    from shop.models import Base
    config = context.config
    fileConfig(config.config_file_name)
    def online():
        engine = engine_from_config(config.get_section(config.config_ini_section), prefix="sqlalchemy.")
        with engine.connect() as connection:
            context.configure(connection=connection, target_metadata=Base.metadata, version_table="versions")
            with context.begin_transaction():
                context.run_migrations()
    online()
"""
CREATE = 'op.create_table("users", sa.Column("id", sa.Integer, primary_key=True))'


def project(env: str, **scripts: str) -> dict[str, str]:
    return {
        "alembic.ini": ALEMBIC_INI,
        "shop/__init__.py": "",
        "shop/models.py": MODELS,
        "migrations/env.py": env,
        **{f"migrations/versions/{name}.py": text for name, text in scripts.items()},
    }


def fact(schema: Schema) -> AlembicFact:
    assert schema.alembic is not None
    return schema.alembic


def test_the_models_are_imported_once_where_no_variable_could_matter(
    inspect: Inspect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # set as it is, env.py takes the ini's URL all the same
    monkeypatch.setenv("MINE_DATABASE_URL", "postgresql://mine@nowhere/mine")
    count = tmp_path / "count"
    files = project(PLAIN, a=revision("a", None, CREATE))
    files["shop/models.py"] = f"    open({str(count)!r}, 'a').write('.')\n{MODELS}"
    assert fact(inspect(files)).url_via == "option"
    assert count.read_text() == "."


def test_url_from_the_ini(inspect: Inspect) -> None:
    schema = inspect(project(PLAIN, a=revision("a", None, CREATE)))

    found = fact(schema)
    assert (found.url_via, found.ini, found.script_location) == ("option", "alembic.ini", "migrations")
    assert (found.version_table, found.heads, found.revisions) == ("versions", ("a",), 1)
    assert not found.is_async and found.drivername == ""
    assert schema.metadatas[0].from_alembic
    assert "metadata-from-alembic" in codes(schema)


def test_a_variable_that_wins_over_the_ini_is_seen(inspect: Inspect) -> None:
    env = PLAIN.replace(
        "def online():",
        'import os\n    if os.environ.get("DATABASE_URL"):\n'
        '        config.set_main_option("sqlalchemy.url", os.environ["DATABASE_URL"])\n    def online():',
    )
    found = fact(
        inspect(project(env), environment_names=("DATABASE_URL",), dependencies=("psycopg2-binary",))
    )

    assert (found.url_via, found.environment) == ("environment", {"DATABASE_URL": "url"})
    assert found.drivername == ""


def test_url_put_together_from_parts(inspect: Inspect) -> None:
    env = """
        import os
        from alembic import context
        from sqlalchemy import URL, create_engine
        from shop.models import Base
        part = os.environ.get
        url = URL.create("postgresql+psycopg2", part("DB_USER", "u"), part("DB_PASSWORD", "p"), part("DB_HOST", "h"),
                         int(part("DB_PORT", "5432")), part("DB_NAME", "d"))
        with create_engine(url).connect() as connection:
            context.configure(connection=connection, target_metadata=Base.metadata)
            context.run_migrations()
    """
    names = ("DB_USER", "DB_PASSWORD", "DB_HOST", "DB_PORT", "DB_NAME", "REDIS_URL")
    found = fact(inspect(project(env), environment_names=names))

    assert found.url_via == "environment"
    assert found.environment == {
        "DB_HOST": "host",
        "DB_PORT": "port",
        "DB_USER": "user",
        "DB_PASSWORD": "password",
        "DB_NAME": "database",
    }
    assert found.drivername == "postgresql+psycopg2"


def test_connection_handed_over(inspect: Inspect) -> None:
    env = """
        from alembic import context
        from shop.models import Base
        connection = context.config.attributes.get("connection")
        assert connection is not None, "needs a connection"
        context.configure(connection=connection, target_metadata=Base.metadata, include_schemas=True)
        context.run_migrations()
    """
    found = fact(inspect(project(env)))

    assert (found.url_via, found.attribute, found.include_schemas) == ("attribute", "connection", True)


def test_async_env(inspect: Inspect) -> None:
    env = """
        import asyncio
        from alembic import context
        from sqlalchemy import pool
        from sqlalchemy.ext.asyncio import async_engine_from_config
        from shop.models import Base
        def migrate(connection):
            context.configure(connection=connection, target_metadata=Base.metadata)
            with context.begin_transaction():
                context.run_migrations()
        async def online():
            engine = async_engine_from_config(context.config.get_section("alembic"), poolclass=pool.NullPool)
            async with engine.connect() as connection:
                await connection.run_sync(migrate)
            await engine.dispose()
        asyncio.run(online())
    """
    found = fact(inspect(project(env)))

    assert found.url_via == "option" and found.is_async, "an async driver in the URL is kept"
    assert found.drivername == ""


def test_env_that_cannot_run_alone(inspect: Inspect) -> None:
    env = 'raise RuntimeError("Working outside of application context")\n'
    schema = inspect(project(env, a=revision("a", None, CREATE)))

    assert fact(schema).url_via == "direct" and fact(schema).revisions == 1
    (note,) = (d for d in schema.diagnostics if d.code == "env-not-run")
    assert "Working outside" in note.message and "migrations/env.py:1" in note.message
    assert [m.cls.dotted for m in schema.mappers] == ["shop.models.User"]


def test_flask_migrate_is_not_run(inspect: Inspect) -> None:
    config = AlembicConfig(ini="alembic.ini", script_location="migrations", framework="flask")
    schema = inspect(project("raise SystemExit(1)\n"), alembic=(config,))

    assert fact(schema).url_via == "direct"


EXTENSION = """
    import sqlalchemy as sa
    from sqlalchemy.orm import declarative_base

    class Extension:
        engines = {None: None}
        Model = declarative_base()

    db = Extension()

    class User(db.Model):
        __tablename__ = "users"
        id = sa.Column(sa.Integer, primary_key=True)
"""


@pytest.mark.parametrize(("is_running", "named"), [(True, True), (False, False)])
def test_a_framework_is_its_file_alone(inspect: Inspect, is_running: bool, named: bool) -> None:
    """One that nobody has heard of: the probe goes by what it is told."""
    spec = FrameworkSpec(
        title="Wren",
        module="wren",
        has_context="is_up",
        extension="Extension",
        library="wren_sqlalchemy",
        distributions=("wren-sqlalchemy",),
        env_py="wren_app",
    )
    files = {
        "wren.py": f"def is_up():\n    return {is_running}\n",
        "shop/__init__.py": "import wren\n",
        "shop/models.py": EXTENSION,
    }
    schema = inspect(files, frameworks={"wren": spec}, packages=["shop"])

    found = schema.metadatas[0].framework
    assert (found is not None) == named
    assert found is None or (found.name, found.ref.dotted) == ("wren", "shop.models.db")
    assert "wren-sqlalchemy" in schema.environment.distributions


def test_what_env_py_tells_autogenerate(inspect: Inspect) -> None:
    env = PLAIN.replace(
        "target_metadata=",
        "include_object=shop.filters.wanted, compare_type=lambda *_: None, "
        "compare_server_default=True, include_schemas=True, target_metadata=",
    ).replace("from alembic import context", "import shop.filters\n    from alembic import context", 1)
    files = project(env)
    files["shop/filters.py"] = "def wanted(*about):\n    return True\n"
    found = fact(inspect(files))

    assert found.filters == {"include_object": ImportRef(module="shop.filters", qualname="wanted")}
    assert (found.compare, found.include_schemas) == ({"compare_server_default": True}, True)


def test_several_heads(inspect: Inspect) -> None:
    scripts = {
        "a": revision("a", None, CREATE),
        "b": revision("b", "a", "pass"),
        "c": revision("c", "a", 'op.execute("CREATE SCHEMA sales")'),
    }
    schema = inspect(project(PLAIN, **scripts))

    assert fact(schema).heads == ("b", "c") and fact(schema).schemas_created == ("sales",)
    (warning,) = (d for d in schema.diagnostics if d.level == "warning")
    assert warning.code == "several-heads" and "alembic merge heads" in warning.hint


@pytest.mark.parametrize(
    ("separator", "written"),
    [
        ("", "%(here)s/migrations/one, %(here)s/migrations/two, shop:three"),
        ("path_separator = space", "%(here)s/migrations/one migrations/two shop:three"),
        ("path_separator = os", "%(here)s/migrations/one:migrations/two"),
        ("path_separator = ;", "%(here)s/migrations/one;migrations/the second one;shop:three"),
        (
            "path_separator = newline",
            "\n  %(here)s/migrations/one\n  migrations/the second one\n  shop:three",
        ),
        ("version_path_separator = :", "migrations/one:%(here)s/migrations/the second one"),
    ],
)
def test_version_locations_as_alembic_splits_them(inspect: Inspect, separator: str, written: str) -> None:
    files = project(PLAIN, a=revision("a", None, CREATE))
    files["migrations/one/a.py"] = files.pop("migrations/versions/a.py")
    files["migrations/two/b.py"] = files["migrations/the second one/b.py"] = revision("b", "a", "pass")
    files["shop/three/c.py"] = revision("c", "a", "pass")
    files["alembic.ini"] = (
        f"[alembic]\nscript_location = migrations\n{separator}\nversion_locations = {written}\n"
    )
    second = "migrations/the second one" if "second" in written else "migrations/two"
    expected = ("migrations/one", second, *(("shop:three",) if "three" in written else ()))
    found = fact(inspect(files))

    assert found.version_locations == expected
    assert found.options == {}
    assert found.heads == (("b", "c") if "three" in written else ("b",))


def test_config_below_the_root_and_a_template_for_an_ini(inspect: Inspect, tmp_path: Path) -> None:
    files = {name.replace("migrations/", "shop/db/"): text for name, text in project(PLAIN).items()}
    files["shop/db/alembic.ini"] = (
        "[alembic]\nscript_location = %(here)s\nversion_locations = %(here)s/versions\n"
        "sqlalchemy.url = {url}\ncustom = yes\nabsolute = /nowhere\n"
    )
    del files["alembic.ini"]
    found = fact(inspect(files, packages=("shop",), alembic_config="shop/db/alembic.ini"))

    assert (found.ini, found.script_location) == ("shop/db/alembic.ini", "shop/db")
    assert (found.options, found.version_locations) == ({"custom": "yes"}, ("shop/db/versions",))
    assert found.url_via == "option"

    files["shop/db/alembic.ini"] = "[alembic]\nscript_location = {folder}\nbroken = %(nothing)s\n"
    schema = inspect(files, packages=("shop",), alembic_config=str(tmp_path / "shop/db/alembic.ini"))
    assert fact(schema).script_location == "shop/db" and "ini-not-read" in codes(schema)


def test_config_that_is_not_there(inspect: Inspect) -> None:
    with pytest.raises(TcgenError) as caught:
        inspect(project(PLAIN), alembic_config="nowhere.ini")

    assert caught.value.code == "alembic-config-not-found" and "nowhere.ini" in caught.value.message


def test_models_of_a_project_that_takes_sqlite_unless_it_is_told_otherwise(
    inspect: Inspect, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = """
        import os
        URL = os.environ.get("SHOP_DATABASE_URL") or "sqlite:///shop.db"
    """
    models = """
        from sqlalchemy import JSON
        from sqlalchemy.dialects.postgresql import JSONB
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
        from shop.settings import URL
        class Base(DeclarativeBase):
            pass
        class User(Base):
            __tablename__ = "users"
            id: Mapped[int] = mapped_column(primary_key=True)
            facts: Mapped[dict] = mapped_column(JSON() if URL.startswith("sqlite") else JSONB())
    """
    env = PLAIN.replace("import Base", "import URL, Base").replace(
        "= context.config\n", '= context.config\n    config.set_main_option("sqlalchemy.url", URL)\n'
    )
    files = {
        **project(env, a=revision("a", None, CREATE)),
        "shop/settings.py": settings,
        "shop/models.py": models,
    }
    options = {"environment_names": ("SHOP_DATABASE_URL",), "dependencies": ("psycopg2-binary",)}
    monkeypatch.delenv("SHOP_DATABASE_URL", raising=False)
    schema = inspect(files, **options)

    assert fact(schema).url_via == "environment" and fact(schema).environment == {"SHOP_DATABASE_URL": "url"}
    assert [one.type.ddl for one in schema.tables[0].columns] == ["INTEGER", "JSONB"]
    assert schema.import_env == {"SHOP_DATABASE_URL": "postgresql+psycopg2://test:test@localhost:5432/test"}
    assert "database-set" in codes(schema)

    monkeypatch.setenv("SHOP_DATABASE_URL", "postgresql://me@somewhere/shop")
    schema = inspect(files, **options)
    assert schema.import_env == {} and "database-set" not in codes(schema)


BESIDE = """
    from sqlalchemy import Column, Integer
    from sqlalchemy.dialects import mysql
    from sqlalchemy.orm import declarative_base
    Other = declarative_base()
    class Rate(Other):
        __tablename__ = "{table}"
        id = Column(Integer, primary_key=True)
        much = Column({type}, nullable=False)
"""


@pytest.mark.parametrize(
    ("table", "type_", "level", "classes"),
    [
        ("rates", "Integer", "note", ["shop.models.User", "shop.rates.Rate"]),
        ("rates", "mysql.TINYINT", "warning", ["shop.models.User"]),
    ],
)
def test_a_metadata_that_env_py_does_not_name(
    inspect: Inspect, table: str, type_: str, level: str, classes: list[str]
) -> None:
    other = BESIDE.format(table=table, type=type_)
    schema = inspect({**project(PLAIN, a=revision("a", None, CREATE)), "shop/rates.py": other})

    assert [one.cls.dotted for one in schema.mappers] == classes
    (said,) = [one for one in schema.diagnostics if one.code == "other-metadata"]
    assert said.level == level and "shop.rates.Rate" in said.message
    assert [one.from_alembic for one in schema.metadatas] == [True, False][: len(classes)]


def test_an_env_py_that_shows_the_tables_of_another_metadata(inspect: Inspect) -> None:
    shown = """
        from shop.rates import Other
        for table in Other.metadata.sorted_tables:
            Base.metadata._add_table(table.name, table.schema, table)
        config = context.config
    """
    env = PLAIN.replace(
        "\n    config = context.config\n", shown.rstrip().replace("\n        ", "\n    ") + "\n", 1
    )
    other = BESIDE.format(table="rates", type="Integer")
    schema = inspect({**project(env, a=revision("a", None, CREATE)), "shop/rates.py": other})

    assert [one.cls.dotted for one in schema.mappers] == ["shop.models.User", "shop.rates.Rate"]
    assert "_add_table" in env and "other-metadata" in codes(schema)
    assert sorted(one.key for one in schema.tables) == ["rates", "users"]


@pytest.mark.parametrize("driver", ["psycopg2", "pg8000", "asyncpg"])
def test_engines_whose_driver_only_the_suite_brings(inspect: Inspect, driver: str) -> None:
    make = "create_async_engine" if driver == "asyncpg" else "create_engine"
    models = f"""
        import sys
        sys.modules["{driver}"] = None  # not installed
        from sqlalchemy import create_engine
        from sqlalchemy.ext.asyncio import create_async_engine
        engine = {make}("postgresql+{driver}://me@somewhere/shop")
    """
    schema = inspect(
        {
            "shop/__init__.py": "",
            "shop/engine.py": models,
            "shop/models.py": MODELS.replace("class Base", "import shop.engine\n    class Base", 1),
        }
    )
    assert [one.cls.dotted for one in schema.mappers] == ["shop.models.User"]


@pytest.mark.parametrize(
    ("ini", "written", "run_in"),
    [
        ("shop/db/alembic.ini", "migrations", "shop/db"),
        ("shop/db/alembic.ini", "shop/db/migrations", ""),
        ("shop/db/alembic.ini", "%(here)s/migrations", ""),
        ("shop/db/alembic.ini", "shop:db/migrations", ""),
        ("alembic.ini", "shop/db/migrations", ""),
    ],
)
def test_the_folder_that_commands_are_run_in(inspect: Inspect, ini: str, written: str, run_in: str) -> None:
    files = {
        name.replace("migrations/", "shop/db/migrations/"): text for name, text in project(PLAIN).items()
    }
    del files["alembic.ini"]
    files[ini] = f"[alembic]\nscript_location = {written}\n"
    found = fact(inspect(files, packages=("shop",), alembic_config=ini))
    assert (found.run_in, found.script_location) == (run_in, "shop/db/migrations")
