"""What published projects do that no tutorial shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcgen.introspect.host.url_source import own_driver
from tcgen.ir.project import Project
from tcgen.ir.schema import AlembicFact, Schema

from .conftest import ALEMBIC_INI, Inspect, codes, mapper, revision, table

BASE = """
    from sqlalchemy.orm import DeclarativeBase
    class Base(DeclarativeBase):
        pass
"""
MODELS = """
    from sqlalchemy.orm import Mapped, mapped_column
    from shop.base import Base
    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True)
"""
SHOP = {"shop/__init__.py": "", "shop/base.py": BASE, "shop/models.py": MODELS}
ENV = """
    from alembic import context
    from sqlalchemy import engine_from_config
    from shop.models import Base
    engine = engine_from_config(context.config.get_section("alembic"), prefix="sqlalchemy.")
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata)
        context.run_migrations()
"""
CREATE = 'op.create_table("users", sa.Column("id", sa.Integer, primary_key=True))'


def alembic(schema: Schema) -> AlembicFact:
    assert schema.alembic is not None
    return schema.alembic


def migrated(**scripts: str) -> dict[str, str]:
    files = {f"migrations/versions/{name.replace('__', '/')}.py": text for name, text in scripts.items()}
    return {**SHOP, "alembic.ini": ALEMBIC_INI, "migrations/env.py": ENV, **files}


def test_classes_made_in_a_loop_are_found_through_their_registry(inspect: Inspect) -> None:
    made = """
        from sqlalchemy import Column, Integer
        from shop.base import Base
        made = {}
        for name in ("Cat", "Dog"):
            made[name] = type(name, (Base,), {
                "__tablename__": name.lower(), "id": Column(Integer, primary_key=True)
            })
    """
    schema = inspect({"shop/__init__.py": "", "shop/base.py": BASE, "shop/models.py": made})

    dog = mapper(schema, "Dog")
    assert dog.registry is not None and dog.registry.dotted == "shop.base.Base.registry"
    assert not dog.importable and dog.reachable


def test_scripts_below_versions_that_go_on_from_those_in_it(inspect: Inspect) -> None:
    add = 'op.add_column("users", sa.Column("name", sa.String(5)))'
    schema = inspect(
        migrated(
            a=revision("a", None, CREATE),
            y2024__b=revision("b", "a", add),
            old__z=revision("z", "y", add),
        )
    )

    assert alembic(schema).heads == ("b",)
    assert alembic(schema).version_locations == ("migrations/versions", "migrations/versions/y2024")


def test_named_branches_are_not_heads_to_be_joined(inspect: Inspect) -> None:
    expand = revision("b", "a", "pass") + '\nbranch_labels = ("expand",)\n'
    contract = revision("c", "a", "pass") + '\nbranch_labels = ("contract",)\n'
    schema = inspect(migrated(a=revision("a", None, CREATE), b=expand, c=contract))

    assert "several-heads" not in codes(schema) and "independent-branches" in codes(schema)


@pytest.mark.parametrize(
    ("body", "inserts"),
    [
        ('op.execute("INSERT INTO users VALUES (1)")', True),
        ("op.bulk_insert(users, [{}])", True),
        (CREATE, False),
    ],
)
def test_scripts_that_insert_rows(inspect: Inspect, body: str, inserts: bool) -> None:
    assert alembic(inspect(migrated(a=revision("a", None, body)))).inserts_rows is inserts


def test_scripts_that_ask_the_database_as_soon_as_they_are_loaded(inspect: Inspect) -> None:
    asking = revision("b", "a", "pass") + "try:\n    bind = op.get_bind()\nexcept NameError:\n    pass\n"
    assert not alembic(inspect(migrated(a=revision("a", None, CREATE), b=asking))).loads_alone
    assert alembic(inspect(migrated(b=revision("b", "a", "op.get_bind()")))).loads_alone


def test_columns_of_tables_that_a_script_creates_as_objects(inspect: Inspect) -> None:
    body = 't = sa.Table("users", sa.MetaData(), sa.Column("name", sa.Text, nullable=False)); '
    made = inspect(migrated(a=revision("a", None, body + "t.create(op.get_bind())")))
    asked = inspect(migrated(a=revision("a", None, body + "op.execute(t.delete())")))

    assert alembic(made).not_null == (("users", "name"),)
    assert alembic(asked).not_null == ()


def test_modules_that_add_operations(inspect: Inspect) -> None:
    files = migrated(a=revision("a", None, CREATE))
    files["shop/operations.py"] = "def register_operation(name): return lambda cls: cls\n"
    files["shop/operations.py"] += "@register_operation('shine')\nclass Shine: pass\n"
    files["migrations/env.py"] = "    from shop import operations\n    import shop.base\n" + ENV

    assert alembic(inspect(files)).operations == ("shop.operations",)


def test_an_ini_in_an_installed_package(inspect: Inspect, tmp_path: Path) -> None:
    place = "venv/lib/site-packages/shop"
    files = {f"{place}/{name.removeprefix('shop/')}": text for name, text in SHOP.items()}
    files[f"{place}/alembic.ini"] = ALEMBIC_INI.replace("migrations", "%(here)s/migrations")
    files[f"{place}/migrations/env.py"] = ENV
    files[f"{place}/migrations/versions/a.py"] = revision("a", None, CREATE)
    roots = {"source_roots": ("venv/lib/site-packages",), "packages": ("shop",)}

    found = alembic(inspect(files, alembic_config=str(tmp_path / place / "alembic.ini"), **roots))
    assert (found.ini, found.script_location) == ("shop:alembic.ini", "shop:migrations")

    files[f"{place}/alembic.ini"] = ALEMBIC_INI
    found = alembic(inspect(files, alembic_config=str(tmp_path / place / "alembic.ini"), **roots))
    assert (found.ini, found.script_location) == (None, "shop:migrations")


def test_a_named_module_without_models_sets_things_up(inspect: Inspect) -> None:
    setup = """
        from sqlalchemy import create_engine
        import shop.base
        with create_engine("sqlite://").connect() as connection:
            connection.exec_driver_sql("SELECT 1")
        base = shop.base.Base
    """
    schema = inspect({**SHOP, "preparation.py": setup}, models=["preparation", "shop.models"])

    assert schema.setup_modules == ("preparation",)
    assert [one.cls.dotted for one in schema.mappers] == ["shop.models.User"]


def test_models_still_do_not_connect(inspect: Inspect) -> None:
    models = MODELS + '    from sqlalchemy import create_engine\n    create_engine("sqlite://").connect()\n'
    schema = inspect({**SHOP, "shop/models.py": models, "shop/more.py": MODELS.replace("ser", "nit")})

    (said,) = [one for one in schema.diagnostics if one.code == "module-not-imported"]
    assert said.hint.startswith("It connects to a database while it is imported")
    assert [one.cls.dotted for one in schema.mappers] == ["shop.more.Unit"]


def test_a_constant_default_that_its_own_type_refuses(inspect: Inspect) -> None:
    models = """
        from datetime import datetime
        from sqlalchemy import BigInteger, Column, Integer, TypeDecorator
        from shop.base import Base
        class Stamp(TypeDecorator):
            impl = BigInteger
            cache_ok = True
            def process_bind_param(self, value, dialect):
                if value is not None and not isinstance(value, datetime):
                    raise ValueError("not a datetime")
                return value and int(value.timestamp())
        class User(Base):
            __tablename__ = "users"
            id = Column(Integer, primary_key=True, default=7)
            made = Column(Stamp, default=0, server_default="0")
    """
    columns = {one.name: one for one in table(inspect({**SHOP, "shop/models.py": models}), "users").columns}

    assert columns["made"].default_refused and not columns["id"].default_refused


def test_defaults_that_are_no_values(inspect: Inspect) -> None:
    models = """
        import datetime
        from sqlalchemy import Column, ForeignKey, Integer, PickleType
        from shop.base import Base
        class User(Base):
            __tablename__ = "users"
            id = Column(Integer, primary_key=True)
            boss_id = Column(Integer, default=ForeignKey("users.id"))
            kind = Column(PickleType, default=lambda: dict)
            size = Column(Integer, default=7)
    """
    columns = {one.name: one for one in table(inspect({**SHOP, "shop/models.py": models}), "users").columns}
    assert [one.name for one in columns.values() if one.default_refused] == ["boss_id"]


def test_defaults_that_a_server_is_asked_for(inspect: Inspect) -> None:
    models = """
        import socket, time
        from sqlalchemy import Column, Integer, String
        from shop.base import Base
        def zone():
            for attempt in range(600):
                try:
                    with socket.create_connection(("127.0.0.1", 1)):
                        return "UTC"
                except Exception:
                    time.sleep(1)
            return "UTC"
        class User(Base):
            __tablename__ = "users"
            id = Column(Integer, primary_key=True)
            zone = Column(String(20), nullable=True, default=zone)
            kind = Column(String(20), default=lambda context: context.current_parameters["kind"])
            size = Column(Integer, default=lambda: 7)
    """
    columns = {one.name: one for one in table(inspect({**SHOP, "shop/models.py": models}), "users").columns}
    assert [one.name for one in columns.values() if one.default_refused] == ["zone"]


def test_bounds_and_defaults_of_a_sqlmodels_fields(inspect: Inspect) -> None:
    pytest.importorskip("sqlmodel")
    models = """
        from typing import Annotated
        from uuid import UUID, uuid4
        from pydantic import StringConstraints
        from sqlmodel import Field, SQLModel
        class Box(SQLModel, table=True):
            id: int = Field(primary_key=True)
            weight: int = Field(ge=1, lt=50)
            code: str = Field(min_length=3, max_length=9)
            shade: Annotated[str, StringConstraints(pattern="^it's$")]
            token: UUID = Field(default=uuid4)
            other: UUID = Field(default_factory=uuid4)
            note: str | None = None
    """
    box = mapper(inspect({"shop/__init__.py": "", "shop/models.py": models}), "Box")
    assert box.checks == (
        '"weight" >= 1',
        '"weight" < 50',
        'char_length("code") >= 3',
        'char_length("code") <= 9',
        "\"shade\" ~ '^it''s$'",
    )
    assert box.without_default == ("token",)


def test_a_constructor_that_refuses_relationships_is_not_trusted(inspect: Inspect) -> None:
    models = """
        from sqlalchemy import Column, ForeignKey, Integer
        from sqlalchemy.orm import relationship
        from shop.base import Base
        class User(Base):
            __tablename__ = "users"
            id = Column(Integer, primary_key=True)
            def __init__(self, **values):
                for name in values:
                    getattr(type(self), name).property.columns
                super().__init__(**values)
        class Post(Base):
            __tablename__ = "posts"
            id = Column(Integer, primary_key=True)
            user_id = Column(ForeignKey("users.id"))
            user = relationship(User)
            def __init__(self, **values):
                for name in values:
                    getattr(type(self), name).property.columns
                super().__init__(**values)
    """
    schema = inspect({**SHOP, "shop/models.py": models})

    assert mapper(schema, "User").constructor.calls_default
    assert not mapper(schema, "Post").constructor.calls_default


def test_the_driver_of_a_url_in_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    project = Project(root=str(tmp_path), name="shop", python="python")
    assert own_driver(project, "postgresql") == ""

    monkeypatch.setenv("SHOP_DATABASE_URL", "postgresql+pg8000://a:b@c/d")
    assert own_driver(project, "postgresql") == "pg8000"
    monkeypatch.setenv("SHOP_DATABASE_URL", "postgresql+asyncpg://a:b@c/d")
    assert own_driver(project, "postgresql") == ""
    # the dialect of that name reaches MariaDB alone
    monkeypatch.setenv("SHOP_MYSQL_URL", "mariadb+mysqldb://a:b@c/d")
    assert own_driver(project, "mysql") == "mysqldb"
