"""Projects whose models lie in several databases."""

from __future__ import annotations

import pytest

from tcgen.ir.project import AlembicConfig
from tcgen.ir.schema import KnownDatabases, Schema

from .conftest import ALEMBIC_INI, Inspect, revision

BASE = """
    from sqlalchemy import create_engine
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, scoped_session, sessionmaker

    class {base}(DeclarativeBase):
        pass
"""
MODEL = """
    class {name}({base}):
        __tablename__ = "{name}"
        id: Mapped[int] = mapped_column(primary_key=True)
"""
ENV = """
    from alembic import context
    from sqlalchemy import engine_from_config
    from {models} import {base}

    engine = engine_from_config(context.config.get_section("alembic"))
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata={base}.metadata)
        with context.begin_transaction():
            context.run_migrations()
"""


def models(base: str, *names: str, then: str = "") -> str:
    return "".join([BASE.format(base=base), *(MODEL.format(name=name, base=base) for name in names), then])


def databases(schema: Schema) -> dict[str, list[str]]:
    return {one.name: [mapper.cls.qualname for mapper in one.mappers] for one in schema.databases}


def history(folder: str, ini: str, models: str, base: str) -> dict[str, str]:
    return {
        ini: ALEMBIC_INI.replace("migrations", folder),
        f"{folder}/env.py": ENV.format(models=models, base=base),
        f"{folder}/versions/0001.py": revision("a", None, "pass"),
    }


CONFIGS = (
    AlembicConfig(ini="main.ini", script_location="shop/main/migrations"),
    AlembicConfig(ini="ledger.ini", script_location="shop/ledger/migrations"),
)
TWO_HISTORIES = {
    "shop/__init__.py": "",
    "shop/main/__init__.py": "",
    "shop/ledger/__init__.py": "",
    "shop/main/models.py": models("Base", "Account"),
    "shop/ledger/models.py": models("Base", "Account", "Booking"),
    **history("shop/main/migrations", "main.ini", "shop.main.models", "Base"),
    **history("shop/ledger/migrations", "ledger.ini", "shop.ledger.models", "Base"),
}


def test_several_alembic_configurations(inspect: Inspect) -> None:
    schema = inspect(TWO_HISTORIES, packages=["shop"], alembic=CONFIGS)
    # the one that most models are in comes first
    assert [*databases(schema).items()] == [("ledger", ["Account", "Booking"]), ("main", ["Account"])]
    assert [one.alembic.ini for one in schema.databases if one.alembic] == ["ledger.ini", "main.ini"]
    assert [one.alembic.url_via for one in schema.databases if one.alembic] == ["option", "option"]
    (said,) = [one.message for one in schema.diagnostics if one.code == "further-database"]
    assert said.endswith("it has migrations of its own: shop.main.models.Account")


def test_the_first_database_stays_the_first(inspect: Inspect) -> None:
    schema = inspect(
        TWO_HISTORIES,
        packages=["shop"],
        alembic=CONFIGS,
        known=KnownDatabases(homes={"shop.main.models.Account": ""}),
    )
    assert list(databases(schema)) == ["main", "ledger"]
    assert schema.alembic and schema.alembic.ini == "main.ini"


def test_a_second_configuration_of_the_same_models(inspect: Inspect) -> None:
    files = {**TWO_HISTORIES, **history("shop/ledger/migrations", "ledger.ini", "shop.main.models", "Base")}
    schema = inspect(files, packages=["shop"], alembic=CONFIGS)
    (said,) = [one.message for one in schema.diagnostics if one.code == "alembic-config-left-out"]
    assert said == "ledger.ini is left out: its models are taken already, or not asked for"


@pytest.mark.parametrize(
    ("main", "log"),
    [
        # each module has an engine
        (
            'engine = create_engine("postgresql+psycopg://one/main")',
            'make = scoped_session(sessionmaker(create_engine("postgresql+psycopg://one/log")))',
        ),
        # a session that knows both
        (
            "",
            'from shop.main import Base\n    make = sessionmaker(binds={Base: create_engine("postgresql+psycopg://one/a"),'
            ' Log: create_engine("postgresql+psycopg://one/b")})',
        ),
    ],
)
def test_engines_of_their_own(inspect: Inspect, main: str, log: str) -> None:
    files = {
        "shop/main.py": models("Base", "User", "Order", then=f"\n    {main}\n"),
        "shop/log.py": models("Log", "Line", then=f"\n    {log}\n"),
    }
    schema = inspect(files, packages=["shop"])
    assert databases(schema) == {"main": ["Order", "User"], "log": ["Line"]}
    assert [one.apart for one in schema.further] == ["an engine of its own"]


def told_of_another_kind(schema: Schema) -> list[str]:
    return [one.message.partition(",")[0] for one in schema.diagnostics if one.code == "another-kind"]


def test_an_engine_of_another_kind(inspect: Inspect) -> None:
    files = {
        "shop/main.py": models(
            "Base", "User", "Order", then='\n    engine = create_engine("postgresql+psycopg://one/main")\n'
        ),
        "shop/log.py": models(
            "Log", "Line", then='\n    engine = create_engine("mysql+pymysql://one/log")\n'
        ),
    }
    assert told_of_another_kind(inspect(files, packages=["shop"])) == ["log: its URL begins with mysql"]
    # a file can be beside a server
    files["shop/log.py"] = files["shop/log.py"].replace("mysql+pymysql://one/log", "sqlite:///log.db")
    schema = inspect(files, packages=["shop"])
    assert ([one.backend for one in schema.further], told_of_another_kind(schema)) == (["sqlite"], [])


def test_migrations_of_another_kind(inspect: Inspect) -> None:
    ini = TWO_HISTORIES["main.ini"].replace("postgresql+psycopg", "mysql+pymysql")
    schema = inspect({**TWO_HISTORIES, "main.ini": ini}, packages=["shop"], alembic=CONFIGS)
    assert told_of_another_kind(schema) == ["main: its URL begins with mysql"]


def test_engines_of_one_database_are_no_reason(inspect: Inspect) -> None:
    engine = '\n    engine = create_engine("postgresql+psycopg://one/main")\n'
    files = {
        "shop/main.py": models("Base", "User", "Order", then=engine),
        "shop/log.py": models("Log", "Line", then=engine),
    }
    schema = inspect(files, packages=["shop"])
    assert databases(schema) == {"": ["Line", "Order", "User"]}


def test_a_name_that_the_suite_has_already(inspect: Inspect) -> None:
    files = {"shop/services.py": models("Base", "User"), "shop/other.py": models("Base", "User", "Order")}
    schema = inspect(files, packages=["shop"])
    assert list(databases(schema)) == ["other", "services_db"]


def test_an_env_py_that_names_no_metadata_is_about_its_package(inspect: Inspect) -> None:
    files = {name: text.replace("Base.metadata", "None") for name, text in TWO_HISTORIES.items()}
    files["shop/other/migrations/env.py"] = files["shop/main/migrations/env.py"]
    configs = (*CONFIGS, AlembicConfig(ini=None, script_location="shop/other/migrations"))
    schema = inspect(files, packages=["shop"], alembic=configs)
    assert [*databases(schema).items()] == [("ledger", ["Account", "Booking"]), ("main", ["Account"])]
    assert [one.alembic.ini for one in schema.databases if one.alembic] == ["ledger.ini", "main.ini"]
    (said,) = [one.message for one in schema.diagnostics if one.code == "alembic-config-left-out"]
    assert said == "shop/other/migrations is left out: no models are seen to belong to it"


ENGINES_OF_THEIR_OWN = {
    f"shop/{name}.py": models(
        base, *names, then=f'\n    engine = create_engine("postgresql+psycopg://one/{name}")\n'
    )
    for name, base, names in (("main", "Base", ["User", "Order"]), ("log", "Log", ["Line"]))
}


@pytest.mark.parametrize(
    ("homes", "found"),
    [
        # a suite of a version that knew one database has its factories there
        ({"shop.main.User": "", "shop.log.Line": ""}, {"main": ["Order", "User", "Line"]}),
        # the models came later
        ({"shop.main.User": ""}, {"main": ["Order", "User"], "log": ["Line"]}),
        # it was called otherwise, or comes first now
        ({"shop.main.User": "", "shop.log.Line": "lines"}, {"main": ["Order", "User"], "lines": ["Line"]}),
        ({"shop.log.Line": ""}, {"log": ["Line"], "main": ["Order", "User"]}),
    ],
)
def test_models_stay_where_a_suite_has_them(
    inspect: Inspect, homes: dict[str, str], found: dict[str, list[str]]
) -> None:
    schema = inspect(ENGINES_OF_THEIR_OWN, packages=["shop"], known=KnownDatabases(homes=homes))
    assert [*databases(schema).items()] == [*found.items()]
    assert len([one for one in schema.databases for one in one.metadatas]) == 2
    assert ("database-not-parted" in {one.code for one in schema.diagnostics}) == (len(found) == 1)


BINDS = {
    "shop/__init__.py": "",
    "shop/models.py": """
        from sqlalchemy import MetaData
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

        class Base(DeclarativeBase):
            pass

        class Audited(DeclarativeBase):
            metadata = MetaData(info={"bind_key": "audit"})

        class Order(Base):
            __tablename__ = "orders"
            id: Mapped[int] = mapped_column(primary_key=True)

        class Entry(Audited):
            __tablename__ = "entry"
            id: Mapped[int] = mapped_column(primary_key=True)
    """,
    "alembic.ini": ALEMBIC_INI,
    "migrations/env.py": "from flask import current_app  # which is not there",
}


@pytest.mark.parametrize(
    ("signature", "told"),
    [
        ("engine_name", [{"engine_name": ""}, {"engine_name": "audit"}]),
        ("", [{}, None]),
        ("one, other", [{}, None]),
    ],
)
def test_binds_are_made_by_one_history_that_is_told_which(
    inspect: Inspect, signature: str, told: list[dict[str, str] | None]
) -> None:
    script = revision("a", None, "pass").replace("def upgrade()", f"def upgrade({signature})")
    config = AlembicConfig(ini="alembic.ini", script_location="migrations", framework="flask")
    schema = inspect({**BINDS, "migrations/versions/a.py": script}, packages=["shop"], alembic=(config,))
    assert databases(schema) == {"shop": ["Order"], "audit": ["Entry"]}
    assert [one.apart for one in schema.further] == ["the bind audit"]
    assert [one.alembic and one.alembic.arguments for one in schema.databases] == told
    assert len([one for one in schema.diagnostics if one.code == "env-not-run"]) == 1
