"""Where the models are found, whatever way they are written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tcgen.errors import TcgenError
from tcgen.ir.project import Project

from .conftest import Inspect, codes, mapper, table

BASE = """
    from sqlalchemy.orm import DeclarativeBase
    class Base(DeclarativeBase):
        pass
"""
USER = """
    from sqlalchemy import String
    from sqlalchemy.orm import Mapped, mapped_column
    from shop.base import Base
    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(String(30), unique=True)
"""


def names(schema: object) -> list[str]:
    return [m.cls.dotted for m in schema.mappers]  # type: ignore[attr-defined]


def test_declarative_models_in_several_files(inspect: Inspect) -> None:
    schema = inspect(
        {
            "shop/__init__.py": "",
            "shop/base.py": BASE,
            "shop/users.py": USER,
            "shop/orders.py": """
                from sqlalchemy import ForeignKey
                from sqlalchemy.orm import Mapped, mapped_column
                from shop.base import Base
                class Order(Base):
                    __tablename__ = "orders"
                    id: Mapped[int] = mapped_column(primary_key=True)
                    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
            """,
        }
    )

    assert names(schema) == ["shop.orders.Order", "shop.users.User"]
    (metadata,) = schema.metadatas
    assert metadata.ref.dotted == "shop.base.Base.metadata"
    assert metadata.modules == ("shop.orders", "shop.users")
    assert metadata.tables == ("orders", "users")
    assert schema.import_seconds > 0
    assert schema.environment.distributions["pytest"]


def test_one_module_that_imports_the_others_is_enough(inspect: Inspect) -> None:
    schema = inspect(
        {
            "shop/__init__.py": "",
            "shop/base.py": BASE,
            "shop/models/__init__.py": "from shop.models.users import User\nfrom shop.models.notes import Note\n",
            "shop/models/users.py": USER,
            "shop/models/notes.py": USER.replace("User", "Note").replace("users", "notes"),
        }
    )

    assert schema.metadatas[0].modules == ("shop.models",)


def test_a_module_that_brings_all_is_named_where_the_models_do_not_bring_it(inspect: Inspect) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/base.py": BASE,
        "shop/users.py": USER,
        "shop/notes.py": USER.replace("User", "Note").replace("users", "notes"),
        "shop/every.py": "from shop.base import Base\nfrom shop import notes, users\n",
    }
    schema = inspect(files, models=["shop.every:Base"])

    assert schema.metadatas[0].ref.module == "shop.every"
    assert schema.metadatas[0].modules == ("shop.every",)


def test_src_layout_and_circular_type_imports(inspect: Inspect) -> None:
    side = """
        from __future__ import annotations
        from typing import TYPE_CHECKING
        from sqlalchemy import ForeignKey
        from sqlalchemy.orm import Mapped, mapped_column, relationship
        from shop.base import Base
        if TYPE_CHECKING:
            from shop.{other} import {Other}
        class {Me}(Base):
            __tablename__ = "{me}"
            id: Mapped[int] = mapped_column(primary_key=True)
            {column}
            {other}: Mapped[{Other}] = relationship(back_populates="{me}", uselist=False)
    """
    key = 'b: Mapped[int] = mapped_column(ForeignKey("right.id"))'
    schema = inspect(
        {
            "src/shop/__init__.py": "",
            "src/shop/base.py": BASE,
            "src/shop/left.py": side.format(Me="Left", me="left", other="right", Other="Right", column=key),
            "src/shop/right.py": side.format(Me="Right", me="right", other="left", Other="Left", column=""),
        },
        source_roots=("src",),
        packages=("shop",),
    )

    assert names(schema) == ["shop.left.Left", "shop.right.Right"]
    assert mapper(schema, "Left").relationships[0].direction == "MANYTOONE"


def test_models_with_no_tablename_of_their_own(inspect: Inspect) -> None:
    schema = inspect(
        {
            "shop/base.py": """
                from sqlalchemy.orm import DeclarativeBase, declared_attr, Mapped, mapped_column
                class Base(DeclarativeBase):
                    id: Mapped[int] = mapped_column(primary_key=True)
                    @declared_attr.directive
                    def __tablename__(cls):
                        return cls.__name__.lower()
            """,
            "shop/things.py": "from shop.base import Base\nclass Thing(Base): pass\n",
        }
    )

    assert names(schema) == ["shop.things.Thing"]


def test_legacy_base_registry_and_core_table(inspect: Inspect) -> None:
    schema = inspect(
        {
            "shop/legacy.py": """
                from sqlalchemy import Column, Integer, Table, ForeignKey
                from sqlalchemy.orm import declarative_base
                Base = declarative_base()
                class Old(Base):
                    __tablename__ = "old"
                    id = Column(Integer, primary_key=True)
                link = Table("link", Base.metadata, Column("old_id", ForeignKey("old.id"), primary_key=True))
            """,
            "shop/imperative.py": """
                from sqlalchemy import Column, Integer, String, Table
                from sqlalchemy.orm import registry
                mapper_registry = registry()
                points = Table("points", mapper_registry.metadata, Column("id", Integer, primary_key=True))
                class Point:
                    def __init__(self, id):
                        self.id = id
                mapper_registry.map_imperatively(Point, points)
            """,
        }
    )

    refs = {m.ref.dotted: m.tables for m in schema.metadatas}
    assert refs == {
        "shop.legacy.Base.metadata": ("link", "old"),
        "shop.imperative.mapper_registry.metadata": ("points",),
    }
    assert mapper(schema, "Point").constructor.kind == "custom"
    assert mapper(schema, "Point").constructor.required == ("id",)


def test_sqlmodel(inspect: Inspect) -> None:
    pytest.importorskip("sqlmodel")
    schema = inspect(
        {
            "shop/models.py": """
                from typing import Optional
                from sqlmodel import Field, SQLModel
                class HeroBase(SQLModel):
                    name: str = Field(max_length=20)
                class Hero(HeroBase, table=True):
                    id: Optional[int] = Field(default=None, primary_key=True)
            """
        }
    )

    assert names(schema) == ["shop.models.Hero"]
    assert schema.metadatas[0].ref.dotted == "sqlmodel.SQLModel.metadata"
    assert schema.metadatas[0].modules == ("shop.models",)
    assert mapper(schema, "Hero").constructor.kind == "sqlmodel"
    assert table(schema, "hero").columns[0].type.length == 20


def test_dataclass_mapping(inspect: Inspect) -> None:
    schema = inspect(
        {
            "shop/models.py": """
                from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column
                class Base(MappedAsDataclass, DeclarativeBase):
                    pass
                class Pet(Base):
                    __tablename__ = "pets"
                    id: Mapped[int] = mapped_column(init=False, primary_key=True)
                    name: Mapped[str]
                    kind: Mapped[str] = mapped_column(default="cat")
            """
        }
    )

    constructor = mapper(schema, "Pet").constructor
    assert (constructor.kind, constructor.parameters, constructor.required) == (
        "dataclass",
        ("name", "kind"),
        ("name",),
    )


def test_models_option_chooses(inspect: Inspect) -> None:
    files = {"shop/__init__.py": "", "shop/base.py": BASE, "shop/users.py": USER}

    schema = inspect(files, models=["shop.base:Base"])
    assert names(schema) == ["shop.users.User"]
    assert inspect(files, models=["shop.users"]).tables == schema.tables
    assert inspect(files, models=["shop.*"]).tables == schema.tables

    for wrong in ("shop.nowhere", "shop.base:Bass", "shop.users:String"):
        with pytest.raises(TcgenError) as caught:
            inspect(files, models=[wrong])
        assert caught.value.code == "models-not-found"
        assert wrong in caught.value.message


def test_application_installed_and_project_folder_empty(
    inspect: Inspect, tmp_path: Path, monkeypatch: object
) -> None:
    site = tmp_path / "elsewhere"
    for name, text in {"__init__.py": "", "base.py": BASE, "users.py": USER}.items():
        from .conftest import write

        write(site / "shop", {name: text})
    monkeypatch.setenv("PYTHONPATH", str(site))  # type: ignore[attr-defined]

    schema = inspect({"pyproject.toml": ""}, models=["shop.base:Base"])
    assert names(schema) == ["shop.users.User"]


TWO = """
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
    class {base}(DeclarativeBase):
        pass
    class User({base}):
        __tablename__ = "{table}"
        id: Mapped[int] = mapped_column(primary_key=True)
"""


def test_disjoint_metadatas_share_a_database_and_overlapping_ones_have_their_own(inspect: Inspect) -> None:
    one, other = TWO.format(base="One", table="users"), TWO.format(base="Other", table="people")
    schema = inspect({"shop/one.py": one, "shop/other.py": other})
    assert len(schema.metadatas) == 2

    third = TWO.format(base="Other", table="users") + TWO[TWO.index("    class User") :].format(
        base="Other", table="towns"
    ).replace("User", "Town")
    schema = inspect({"shop/other.py": third})
    assert names(schema) == ["shop.other.Town", "shop.other.User"]
    assert [(one.name, names(one)) for one in schema.further] == [("one", ["shop.one.User"])]
    said = next(one for one in schema.diagnostics if one.code == "further-database")
    assert (
        said.message == "one: a database beside other, since it has tables of the same names: shop.one.User"
    )
    assert names(inspect({}, packages=("shop",), models=["shop.one:One"])) == ["shop.one.User"]


def test_prints_threads_and_exit_hooks_do_no_harm(inspect: Inspect, tmp_path: Path) -> None:
    noisy = """
        import atexit, os, sys, threading, time
        print('{"schema": null}'); os.write(1, b"noise"); os.write(2, b"noise")
        threading.Thread(target=time.sleep, args=(60,)).start()
        atexit.register(time.sleep, 60)
    """
    schema = inspect({"shop/__init__.py": noisy, "shop/base.py": BASE, "shop/users.py": USER}, timeout=30)

    assert names(schema) == ["shop.users.User"]
    assert not list(tmp_path.rglob("__pycache__"))


def test_no_database_is_touched_on_import(inspect: Inspect, tmp_path: Path) -> None:
    schema = inspect(
        {
            "shop/models.py": TWO.format(base="Base", table="users")
            + """
    from sqlalchemy import create_engine
    Base.metadata.create_all(create_engine("sqlite:///left-behind.db"))
"""
        }
    )

    assert names(schema) == ["shop.models.User"]
    assert not (tmp_path / "left-behind.db").exists()


def test_optional_module_that_fails_is_left_out(inspect: Inspect) -> None:
    schema = inspect(
        {
            "shop/__init__.py": "",
            "shop/base.py": BASE,
            "shop/users.py": USER,
            "shop/extra.py": "import no_such_library\n" + USER.replace("\n    ", "\n"),
        }
    )

    assert names(schema) == ["shop.users.User"]
    (warning,) = (d for d in schema.diagnostics if d.code == "module-not-imported")
    assert "shop.extra" in warning.message and "no_such_library" in warning.message


def test_syntax_error_names_the_projects_own_line(inspect: Inspect) -> None:
    with pytest.raises(TcgenError) as caught:
        inspect(
            {"shop/models.py": "from sqlalchemy.orm import DeclarativeBase\nclass Base(DeclarativeBase)\n"}
        )

    assert caught.value.code == "import-failed"
    assert "shop/models.py:2" in caught.value.message
    assert "class Base(DeclarativeBase)" in caught.value.detail
    assert "introspect" not in caught.value.detail


def test_failing_mapping_has_an_error_of_its_own(inspect: Inspect) -> None:
    with pytest.raises(TcgenError) as caught:
        inspect(
            {
                "shop/models.py": TWO.format(base="Base", table="users")
                + '    from sqlalchemy.orm import relationship\n    User.pet = relationship("Nothing")\n'
            }
        )

    assert caught.value.code == "mapping-fails"
    assert "Nothing" in caught.value.message


def test_no_models(inspect: Inspect) -> None:
    with pytest.raises(TcgenError) as caught:
        inspect({"shop/__init__.py": "x = 1\n"})

    assert caught.value.code == "no-models"
    assert "--models" in caught.value.hint


def test_import_that_never_ends(inspect: Inspect) -> None:
    with pytest.raises(TcgenError) as caught:
        inspect(
            {"shop/models.py": "import time, sqlalchemy\ntime.sleep(60)\n"}, models=["shop.models"], timeout=2
        )

    assert caught.value.code == "probe-timeout"


def test_interpreters_that_cannot_serve(inspect: Inspect, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "bare")], check=True)
    files = {"shop/base.py": BASE}

    for python, code in (
        (tmp_path / "bare/bin/python", "sqlalchemy-missing"),
        (tmp_path / "none", "python-not-found"),
    ):
        with pytest.raises(TcgenError) as caught:
            inspect(files, python=str(python))
        assert caught.value.code == code
        assert "--python" in caught.value.hint

    site = next((tmp_path / "bare").glob("lib/python*/site-packages"))
    (site / "sqlalchemy.py").write_text("__version__ = '1.3.24'\n")
    with pytest.raises(TcgenError) as caught:
        inspect(files, python=str(tmp_path / "bare/bin/python"))
    assert caught.value.code == "sqlalchemy-too-old"


def test_mapped_classes_that_cannot_be_named(inspect: Inspect) -> None:
    schema = inspect(
        {
            "shop/models.py": TWO.format(base="Base", table="users")
            + """
    def make(name):
        class Made(Base):
            __tablename__ = name
            id: Mapped[int] = mapped_column(primary_key=True)
        return Made
    Kept = make("kept")
    make("lost").keep = True
    import shop.models
    shop.hold = [make("held")]
"""
        }
    )

    found = {m.table: (m.cls.qualname, m.importable) for m in schema.mappers}
    assert found["kept"] == ("Kept", True)
    assert found["held"][1] is False


def test_schema_survives_json(inspect: Inspect) -> None:
    schema = inspect({"shop/__init__.py": "", "shop/base.py": BASE, "shop/users.py": USER})

    assert type(schema).model_validate(json.loads(schema.model_dump_json())) == schema
    assert "settings-made-up" not in codes(schema)
    assert Project(root="/", name="x", python="python").version == 1


HALF = """
    from sqlalchemy import Column, ForeignKey, Integer, Table
    from sqlalchemy.orm import relationship
    from shop.base import Base

    tagging = Table("tagging", Base.metadata, Column("theme_id", ForeignKey("theme.id"), primary_key=True))

    class Theme(Base):
        __tablename__ = "theme"
        id = Column(Integer, primary_key=True)
        kind = Column(Integer)
        __mapper_args__ = {"polymorphic_on": kind, "polymorphic_identity": 1}
        pages = relationship("Page", secondary=Table(
            "bound", Base.metadata,
            Column("theme_id", ForeignKey("theme.id"), primary_key=True),
            Column("page_id", ForeignKey("page.id"), primary_key=True),
        ))

    from shop import page
"""
PAGE = """
    from sqlalchemy import Column, ForeignKey, Integer
    from shop.base import Base
    from shop.{theme} import Theme

    class Page(Base):
        __tablename__ = "page"
        id = Column(Integer, primary_key=True)
        theme_id = Column(ForeignKey("theme.id"))
"""


def test_a_second_try_finds_nothing_of_a_module_that_failed_halfway(inspect: Inspect) -> None:
    """The first is imported while the last is not there yet, and leaves classes and tables of a circle behind."""
    schema = inspect(
        {
            "shop/__init__.py": "",
            "shop/base.py": BASE,
            "shop/core.py": HALF + "    import shop\n    shop.settings.LIMIT\n",
            "shop/page.py": PAGE.format(theme="core"),
            "shop/settings.py": "LIMIT = 1\n" + textwrap.dedent(USER),
            "shop/view.py": "from shop.page import Page\nTABLE = Page.__table__\n",
        }
    )

    assert names(schema) == ["shop.core.Theme", "shop.page.Page", "shop.settings.User"]
    assert [t.key for t in schema.tables] == ["bound", "page", "tagging", "theme", "users"]
    assert "module-not-imported" not in codes(schema)


def test_what_lies_in_a_package_that_cannot_be_imported_is_left_out(inspect: Inspect) -> None:
    """The package brings the module, and fails after that: nobody else can import either."""
    schema = inspect(
        {
            "shop/__init__.py": "",
            "shop/base.py": BASE,
            "shop/users.py": USER,
            "shop/auth/__init__.py": "import shop.auth.models\nraise ImportError('no such extra')\n",
            "shop/auth/models.py": USER.replace("User", "Grant").replace("users", "grants"),
        }
    )

    assert names(schema) == ["shop.users.User"]
    assert [t.key for t in schema.tables] == ["users"]
    assert {"module-not-imported"} == codes(schema)


def test_what_failed_for_good_leaves_the_others(inspect: Inspect) -> None:
    schema = inspect(
        {
            "shop/__init__.py": "",
            "shop/base.py": BASE,
            "shop/core.py": HALF + "    raise RuntimeError('no application')\n",
            "shop/page.py": PAGE.format(theme="core"),
            "shop/users.py": USER,
            "shop/view.py": "from shop.core import Theme\nTABLE = Theme.__table__\n",
        }
    )

    assert names(schema) == ["shop.users.User"]
    assert [t.key for t in schema.tables] == ["users"]
    assert {"module-not-imported"} == codes(schema)


TAG = """
    from sqlalchemy import ForeignKey
    from sqlalchemy.orm import Mapped, mapped_column, relationship
    from shop.base import Base
    class Tag(Base):
        __tablename__ = "tags"
        id: Mapped[int] = mapped_column(primary_key=True)
        user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
        user = relationship("User", backref="tags")
        label: Mapped["{label}"] = relationship()
"""
LABEL = """
    from sqlalchemy import ForeignKey
    from sqlalchemy.orm import Mapped, mapped_column
    from shop.base import Base
    class Label(Base):
        __tablename__ = "{table}"
        id: Mapped[int] = mapped_column(primary_key=True)
        tag_id: Mapped[int] = mapped_column(ForeignKey("{target}"))
"""


def test_a_class_that_cannot_be_configured_costs_only_what_needs_it(inspect: Inspect) -> None:
    """A relationship to a class that is nowhere; the user it points back to keeps no trace of it."""
    schema = inspect(
        {
            "shop/__init__.py": "",
            "shop/base.py": BASE,
            "shop/labels.py": LABEL.format(table="labels", target="tags.id"),
            "shop/tags.py": TAG.format(label="Nowhere"),
            "shop/users.py": USER,
        }
    )

    assert names(schema) == ["shop.users.User"]
    assert [t.key for t in schema.tables] == ["users"]
    assert mapper(schema, "User").relationships == ()
    (remark,) = [d for d in schema.diagnostics if d.code == "class-left-out"]
    assert "shop.tags.Tag cannot be configured" in remark.message
    assert "'Nowhere' failed to locate a name" in remark.message
    assert "left out: shop.labels.Label, shop.tags.Tag" in remark.message


def test_two_classes_of_one_name_cost_the_class_that_names_them(inspect: Inspect) -> None:
    schema = inspect(
        {
            "shop/__init__.py": "",
            "shop/base.py": BASE,
            "shop/labels.py": LABEL.format(table="labels", target="users.id"),
            "shop/others.py": LABEL.format(table="others", target="users.id"),
            "shop/tags.py": TAG.format(label="Label"),
            "shop/users.py": USER,
        }
    )

    assert names(schema) == ["shop.labels.Label", "shop.others.Label", "shop.users.User"]
    assert "class-left-out" in codes(schema)


@pytest.mark.parametrize("init", ["from shop import tags, users", ""])
def test_where_nothing_is_left_the_class_is_named_with_the_cure(inspect: Inspect, init: str) -> None:
    files = {"shop/__init__.py": init, "shop/base.py": BASE, "shop/tags.py": TAG.format(label="Core")}
    if init:
        files["shop/users.py"] = USER
    else:
        files["shop/core.py"] = (
            LABEL.format(table="cores", target="tags.id") + "    raise RuntimeError('no app')\n"
        )
    with pytest.raises(TcgenError) as caught:
        inspect(files)

    assert caught.value.code == "mapping-fails"
    assert caught.value.message.startswith("shop.tags.Tag cannot be configured: InvalidRequestError")
    assert ("--models MODULE" in caught.value.hint) and (
        init or "shop.core could not be imported" in caught.value.hint
    )


CORE = """
    from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table
    metadata = MetaData()
    users: Table = Table("users", metadata, Column("id", Integer, primary_key=True))
"""


def test_tables_that_no_class_is_mapped_to(inspect: Inspect) -> None:
    more = """
        from sqlalchemy import Column, ForeignKey, Integer, Table
        from shop.tables import metadata
        made = [Table("notes", metadata, Column("user_id", ForeignKey("users.id")))]
    """
    schema = inspect({"shop/__init__.py": "", "shop/tables.py": CORE, "shop/notes.py": more})

    assert schema.mappers == ()
    assert [t.key for t in schema.tables] == ["notes", "users"]
    assert schema.metadatas[0].ref.dotted == "shop.tables.metadata"
    assert schema.metadatas[0].modules == ("shop.notes",)


def test_a_metadata_that_only_its_tables_lead_to(inspect: Inspect) -> None:
    schema = inspect(
        {"shop/tables.py": CORE.replace("metadata = MetaData()", "").replace("metadata,", "MetaData(),")}
    )

    assert [t.key for t in schema.tables] == ["users"]
    assert schema.metadatas[0].ref.dotted == "shop.tables.users.metadata"


def test_folders_that_the_project_puts_on_the_path_are_named(inspect: Inspect) -> None:
    schema = inspect(
        {
            "shop/__init__.py": "import sys\nsys.path.insert(0, 'server')\n",
            "shop/models.py": "from tables import Base, User\n# DeclarativeBase, sqlalchemy\n",
            "server/tables.py": BASE + USER.replace("from shop.base import Base", ""),
        },
        packages=["shop", "server"],
        models=["shop", "tables"],
    )

    assert names(schema) == ["tables.User"]
    assert schema.source_roots == ("server",)


@pytest.mark.parametrize("brought", [False, True])
def test_an_editable_install_counts_where_it_brings_the_folder_of_the_models(
    inspect: Inspect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, brought: bool
) -> None:
    installed = tmp_path / "site"
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join([str(installed), *([str(tmp_path / "server")] * brought)])
    )
    schema = inspect(
        {
            "server/shop/__init__.py": "",
            "server/shop/base.py": BASE,
            "server/shop/models.py": USER,
            "site/shop-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: shop\nVersion: 1\n",
            "site/shop-1.dist-info/direct_url.json": '{"dir_info": {"editable": true}, "url": "file:///shop"}',
        },
        source_roots=("server",),
        packages=("shop",),
    )

    assert names(schema) == ["shop.models.User"]
    assert schema.environment.editable is brought


def test_a_throw_away_metadata_is_left_out(inspect: Inspect) -> None:
    """The table of a view, made in a metadata that nothing leads to but the class."""
    view = """
        from sqlalchemy import Column, Integer, MetaData, Table
        from shop.base import Base
        class Ranking(Base):
            __table__ = Table("ranking", MetaData(), Column("id", Integer, primary_key=True))
    """
    schema = inspect(
        {"shop/__init__.py": "", "shop/base.py": BASE, "shop/users.py": USER, "shop/views.py": view}
    )

    assert names(schema) == ["shop.users.User"]
    assert [t.key for t in schema.tables] == ["users"]
    (remark,) = [d for d in schema.diagnostics if d.code == "metadata-left-out"]
    assert "ranking" in remark.message


def test_each_named_module_brings_its_metadata(inspect: Inspect) -> None:
    """The second is reached through its classes only, whatever the first holds."""
    audit = """
        from shop import archive
        class Entry:
            pass
        archive.mapped.map_imperatively(Entry, archive.entries)
    """
    archive = """
        from sqlalchemy import Column, Integer, Table
        from sqlalchemy.orm import registry
        mapped = registry()
        entries = Table("entries", mapped.metadata, Column("id", Integer, primary_key=True))
    """
    files = {
        "shop/__init__.py": "",
        "shop/base.py": BASE,
        "shop/users.py": USER,
        "shop/archive.py": archive,
        "shop/audit.py": audit,
    }
    schema = inspect(files, models=["shop.users", "shop.audit"])

    assert {t.key for t in schema.tables} == {"entries", "users"}


IN_FUNCTION = """
    from sqlalchemy import Column, ForeignKey, Integer
    class Shop:
        def define(self, Base):
            class User(Base):
                __tablename__ = "users"
                id = Column(Integer, primary_key=True)
            class Order(Base):
                __tablename__ = "orders"
                id = Column(Integer, primary_key=True)
                user_id = Column(ForeignKey(User.id), nullable=False)
"""


@pytest.mark.parametrize(
    ("start", "registry"),
    [
        ("from shop.base import Base\nShop().define(Base)\n", "shop.base.Base.registry"),
        (
            "from sqlalchemy.orm import declarative_base\nmade = declarative_base()\nShop().define(made)\n",
            "tests.start.made.registry",
        ),
        (
            "from shop import made\nmade.go(Shop)\n",
            "shop.base.Base.registry",
        ),
    ],
)
def test_classes_that_the_application_makes_in_a_method(inspect: Inspect, start: str, registry: str) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/base.py": BASE,
        "shop/models.py": IN_FUNCTION,
        "shop/made.py": "from shop import base\ndef go(Shop):\n    Shop().define(base.Base)\n",
        "tests/start.py": "from shop.models import Shop\n" + start,
    }
    schema = inspect(files, models=["tests.start"], packages=["shop"])

    assert [m.cls.qualname.rpartition(".")[2] for m in schema.mappers] == ["Order", "User"]
    assert {m.registry.dotted for m in schema.mappers if m.registry} == {registry}
    assert all(m.reachable for m in schema.mappers)


def test_models_of_an_extension_in_a_module_that_imports_nothing_of_sqlalchemy(inspect: Inspect) -> None:
    library = """
        from sqlalchemy.orm import DeclarativeBase, declared_attr

        class Model(DeclarativeBase):
            @declared_attr.directive
            def __tablename__(cls) -> str:
                return cls.__name__.lower()

        class SQLAlchemy:
            Model = Model
    """
    user = """
        from shop import db
        from shop.columns import key

        class User(db.Model):
            id = key()
    """
    files = {
        "tiny_sqlalchemy.py": library,
        "shop/__init__.py": "from tiny_sqlalchemy import SQLAlchemy\n\ndb = SQLAlchemy()\n",
        "shop/columns.py": "import sqlalchemy\n\ndef key():\n    return sqlalchemy.Column(sqlalchemy.Integer, primary_key=True)\n",
        "shop/user.py": user,
    }
    assert names(inspect(files, packages=["shop"])) == ["shop.user.User"]


def test_models_that_create_their_tables_when_imported(inspect: Inspect) -> None:
    created = "from sqlalchemy import create_engine\nBase.metadata.create_all(create_engine('postgresql+pg8000://nobody@nowhere/x'))\n"
    schema = inspect(
        {
            "shop/__init__.py": "",
            "shop/base.py": BASE,
            "shop/users.py": f"{textwrap.dedent(USER)}{created}",
        }
    )

    assert schema.creates_tables
    assert "creates-tables" in codes(schema)
    assert names(schema) == ["shop.users.User"]
