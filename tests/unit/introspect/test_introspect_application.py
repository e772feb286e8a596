"""What there is around the models: session factories, engines, applications, task queues."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import pytest

from tcgen.errors import TcgenError
from tcgen.ir.schema import Schema
from tcgen.workflow import stages
from tcgen.workflow.request import Request

MODELS = """
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class Item(Base):
        __tablename__ = "item"
        id: Mapped[int] = mapped_column(primary_key=True)
"""
DB = """
    from sqlalchemy import create_engine
    from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
    from sqlalchemy.orm import Session, scoped_session, sessionmaker

    engine = create_engine("postgresql+psycopg://localhost/shop")
    SessionLocal = sessionmaker(engine, expire_on_commit=False)
    Registry = scoped_session(sessionmaker(engine))
    Later = sessionmaker()
    AsyncLocal = async_sessionmaker[object](create_async_engine("postgresql+asyncpg://localhost/shop"))

    class Special(Session):
        pass

    class Store:
        def __init__(self):
            self.open_session = sessionmaker(engine, class_=Special)

    store = Store()
"""


def write(root: Path, **files: str) -> None:
    (root / "pyproject.toml").write_text('[project]\nname = "shop"\nversion = "1"\n')
    for name, text in {"__init__": "", "models": MODELS, **files}.items():
        (root / "shop").mkdir(exist_ok=True)
        (root / "shop" / f"{name}.py").write_text(textwrap.dedent(text))


def inspected(root: Path, app: str = "") -> Schema:
    return stages.inspect(Request(root=root, python=sys.executable, app=app))[1]


def told(root: Path) -> dict[str, str]:
    return {one.code: one.message for one in inspected(root).diagnostics}


def test_session_factories_are_found_where_they_are_made(tmp_path: Path) -> None:
    write(tmp_path, db=DB, api="from shop.db import SessionLocal, engine\n")
    found = inspected(tmp_path).application
    assert [(one.ref.dotted, one.is_async, one.scoped, one.bound, one.driver) for one in found.sessions] == [
        ("shop.db.SessionLocal", False, False, True, "psycopg"),
        ("shop.db.Registry", False, True, True, "psycopg"),
        ("shop.db.Later", False, False, False, ""),
        ("shop.db.AsyncLocal", True, False, True, "asyncpg"),
        ("shop.db.store.open_session", False, False, True, "psycopg"),
    ]
    assert [one.expires for one in found.sessions] == [False, True, True, True, True]
    assert [one.cls.dotted if one.cls else "" for one in found.sessions] == [
        *["sqlalchemy.orm.Session"] * 3,
        "sqlalchemy.ext.asyncio.AsyncSession",
        "shop.db.Special",
    ]
    assert [(one.ref.dotted, one.place) for one in found.engines] == [
        ("shop.db.engine", ("localhost", None, "shop"))
    ]


def test_a_project_without_any_is_not_asked(tmp_path: Path) -> None:
    write(tmp_path)
    assert inspected(tmp_path).application.sessions == ()
    assert not stages.inspect(Request(root=tmp_path, python=sys.executable))[0].has_application


def test_applications_the_likeliest_first(tmp_path: Path) -> None:
    write(
        tmp_path,
        admin="from flask import Flask\nadmin = Flask('admin')\n",
        factory="from fastapi import FastAPI\ndef make_app(settings) -> FastAPI:\n    return FastAPI()\n",
        main="""
            from fastapi import FastAPI
            inner = FastAPI()
            app = FastAPI()
            app.mount("/inner", inner)
            def create_app() -> FastAPI:
                return app
        """,
    )
    found = inspected(tmp_path).application.applications
    assert [(one.ref.dotted, one.framework, one.is_factory, one.needs) for one in found] == [
        ("shop.main.app", "fastapi", False, ()),
        ("shop.admin.admin", "flask", False, ()),
        ("shop.main.create_app", "fastapi", True, ()),
        ("shop.factory.make_app", "fastapi", True, ("settings",)),
    ]


def test_an_application_beside_the_packages(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "main.py").write_text("from litestar import Litestar\napp = Litestar([])\n")
    assert [one.ref.dotted for one in inspected(tmp_path).application.applications] == ["main.app"]


def test_what_cannot_be_imported_is_named(tmp_path: Path) -> None:
    write(tmp_path, main='from fastapi import FastAPI\nraise RuntimeError("no licence")\napp = FastAPI()\n')
    message = "shop.main: the application cannot be imported: RuntimeError: no licence (shop/main.py:2)"
    assert told(tmp_path)["application-not-imported"] == message


def test_an_application_that_ends_the_process_costs_nothing_else(tmp_path: Path) -> None:
    write(tmp_path, main="import os\nfrom fastapi import FastAPI\nos._exit(3)\napp = FastAPI()\n")
    schema = inspected(tmp_path)
    assert [mapper.cls.dotted for mapper in schema.mappers] == ["shop.models.Item"]
    assert "ended with status 3" in told(tmp_path)["application-not-seen"]


def test_settings_that_the_application_alone_needs(tmp_path: Path) -> None:
    write(
        tmp_path,
        main='import os\nfrom fastapi import FastAPI\napp = FastAPI(title=os.environ["SHOP_TITLE"])\n',
    )
    schema = inspected(tmp_path)
    assert [one.ref.dotted for one in schema.application.applications] == ["shop.main.app"]
    assert "SHOP_TITLE" in schema.import_env


def test_an_application_whose_engine_nobody_sees_is_told_the_kind_of_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    url = 'app.config["URL"] = os.environ.get("DATABASE_URL", "sqlite:///shop.db")'
    write(
        tmp_path,
        main=f"import os\nfrom flask import Flask\ndef create_app():\n    app = Flask('shop')\n    {url}\n    return app\n",
    )
    assert inspected(tmp_path).import_env["DATABASE_URL"].startswith("postgresql")


def test_a_named_application(tmp_path: Path) -> None:
    write(tmp_path, web="from fastapi import FastAPI\ndef assembled():\n    return FastAPI()\n")
    assert inspected(tmp_path).application.applications == ()
    found = inspected(tmp_path, "shop.web:assembled").application.applications
    assert [(one.ref.dotted, one.is_factory) for one in found] == [("shop.web.assembled", True)]


@pytest.mark.parametrize(
    "app, message",
    [
        ("shop.web:nothing", "shop.web:nothing: there is no such application"),
        ("shop.web:make", "shop.web:make needs name"),
    ],
)
def test_a_bad_name(tmp_path: Path, app: str, message: str) -> None:
    write(tmp_path, web="from fastapi import FastAPI\ndef make(name):\n    return FastAPI()\n")
    with pytest.raises(TcgenError, match=message) as caught:
        stages.plan(Request(root=tmp_path, python=sys.executable, app=app))
    assert caught.value.code == "bad-app"


def test_task_queues(tmp_path: Path) -> None:
    write(tmp_path, tasks="from celery import Celery\nqueue = Celery('shop')\n")
    found = inspected(tmp_path).application.queues
    assert [(one.library, one.ref.dotted) for one in found] == [("celery", "shop.tasks.queue")]
