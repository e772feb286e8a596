"""What there is around the models: session factories, engines, applications, task queues."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from tcgen.errors import TcgenError
from tcgen.ir.plan import SuitePlan
from tcgen.ir.schema import Schema
from tcgen.plan.application.decide import Chosen
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
    return stages.inspect(Request(root=root, python=sys.executable, chosen=Chosen(app=app)))[1]


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


def test_an_application_of_a_class_that_the_project_derives(tmp_path: Path) -> None:
    write(
        tmp_path,
        classes="""
            from fastapi import FastAPI
            from flask import Flask
            class Shop(
                Flask,
            ):
                pass
            class Interface(FastAPI):
                pass
        """,
        web="""
            from shop.classes import Interface, Shop
            def create_app(config="shop.config"):
                app = Shop(__name__)
                return app
            def interface() -> Interface:
                return Interface()
        """,
    )
    found = inspected(tmp_path).application.applications
    assert [(one.ref.dotted, one.framework, one.is_factory, one.needs) for one in found] == [
        ("shop.web.create_app", "flask", True, ()),
        ("shop.web.interface", "fastapi", True, ()),
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


@pytest.fixture
def imports(tmp_path: Path) -> Callable[[], int]:
    """Writes models that count how often they are imported."""
    count = tmp_path / "count"
    counted = f"open({str(count)!r}, 'a').write('.')\n"
    write(tmp_path, models=counted + textwrap.dedent(MODELS))
    return lambda: len(count.read_text())


def write_beside(root: Path, name: str, text: str) -> None:
    (root / "shop" / f"{name}.py").write_text(textwrap.dedent(text))


def test_the_models_are_imported_once_for_themselves_and_the_application(
    tmp_path: Path, imports: Callable[[], int]
) -> None:
    write_beside(
        tmp_path, "main", "from fastapi import FastAPI\nfrom shop.models import Item\napp = FastAPI()\n"
    )
    write_beside(tmp_path, "db", DB)
    schema = inspected(tmp_path)
    assert [mapper.cls.dotted for mapper in schema.mappers] == ["shop.models.Item"]
    assert [one.ref.dotted for one in schema.application.applications] == ["shop.main.app"]
    assert len(schema.application.sessions) == 5
    assert imports() == 1


def test_an_application_without_end_costs_its_seconds_once(
    tmp_path: Path, imports: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tcgen.introspect.host.application._SECONDS", 2.0)
    write_beside(
        tmp_path, "main", "import time\nfrom fastapi import FastAPI\ntime.sleep(60)\napp = FastAPI()\n"
    )
    schema = inspected(tmp_path)
    assert [mapper.cls.dotted for mapper in schema.mappers] == ["shop.models.Item"]
    [said] = [one for one in schema.diagnostics if one.code == "application-not-seen"]
    assert said.message == (
        "the application was not looked at: Importing the models of shop took longer than 2 seconds, in "
        "shop.main; the suite has no client for it"
    )
    assert imports() == 1


def test_an_application_that_clashes_with_the_models_is_looked_at_alone(
    tmp_path: Path, imports: Callable[[], int]
) -> None:
    clashing = """
        import sys
        from fastapi import FastAPI

        if "shop.models" in sys.modules:
            raise RuntimeError("too late")
        app = FastAPI()
    """
    write_beside(tmp_path, "main", clashing)
    schema = inspected(tmp_path)
    assert [one.ref.dotted for one in schema.application.applications] == ["shop.main.app"]
    assert [one.code for one in schema.diagnostics] == []


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
        stages.plan(Request(root=tmp_path, python=sys.executable, chosen=Chosen(app=app)))
    assert caught.value.code == "bad-app"


def test_task_queues(tmp_path: Path) -> None:
    write(tmp_path, tasks="from celery import Celery\nqueue = Celery('shop')\n")
    found = inspected(tmp_path).application.queues
    assert [(one.library, one.ref.dotted) for one in found] == [("celery", "shop.tasks.queue")]


QUEUES = {
    "celery": ("from celery import Celery\nqueue = Celery('shop')\n", "queue"),
    "dramatiq": ("from dramatiq.brokers.stub import StubBroker\nbroker = StubBroker()\n", "broker"),
    "taskiq": ("from taskiq import InMemoryBroker\nbroker = InMemoryBroker()\n", "broker"),
    "rq": ("from redis import Redis\nfrom rq import Queue\njobs = Queue(connection=Redis())\n", "jobs"),
    "arq": ("async def f(ctx): ...\nclass WorkerSettings:\n    functions = [f]\n", "WorkerSettings"),
}


@pytest.mark.parametrize("library", QUEUES)
def test_task_queues_of_every_library(tmp_path: Path, library: str) -> None:
    text, name = QUEUES[library]
    write(tmp_path, tasks=text, api=f"from shop.tasks import {name}\n")
    found = inspected(tmp_path).application.queues
    assert [(one.library, one.ref.dotted) for one in found] == [(library, f"shop.tasks.{name}")]


TYPER = """
    import typer
    from shop.more import more

    app = typer.Typer()
    app.add_typer(more, name="more")
"""
CLICK = """
    import click
    from flask.cli import AppGroup

    of_flask = AppGroup("shop")

    @click.group()
    def main(): ...

    @main.group()
    def inner(): ...
"""


def test_command_lines(tmp_path: Path) -> None:
    write(tmp_path, cli=TYPER, more="import typer\nmore = typer.Typer()\n", old=CLICK)
    found = inspected(tmp_path).application.commands
    assert [(one.library, one.ref.dotted) for one in found] == [
        ("typer", "shop.cli.app"),
        ("click", "shop.old.main"),
    ]


def planned(root: Path, settings: str) -> SuitePlan:
    with (root / "pyproject.toml").open("a") as file:
        file.write(f"[tool.tcgen]\n{settings}\n")
    return stages.plan(Request(root=root, python=sys.executable)).plan


def test_what_is_named_is_taken(tmp_path: Path) -> None:
    tasks = "from celery import Celery\nfirst = Celery('a')\nsecond = Celery('b')\n"
    write(tmp_path, db=DB, cli=TYPER, more="import typer\nmore = typer.Typer()\n", tasks=tasks)
    sessions = 'sessions = ["shop.db:store.open_session"]'
    plan = planned(tmp_path, f'{sessions}\nqueue = "shop.tasks:second"\ncommand = "none"')
    around = plan.application
    assert around and around.session and around.queue
    assert around.session.name == "shop.db:store.open_session"
    assert around.async_session and around.async_session.name == "shop.db:AsyncLocal"
    assert (around.queue.name, around.command) == ("shop.tasks:second", None)


def test_no_session_factory_is_taken(tmp_path: Path) -> None:
    write(tmp_path, db=DB)
    around = planned(tmp_path, 'sessions = "none"').application
    assert around
    assert (around.session, around.async_session) == (None, None)
    assert around.factories


@pytest.mark.parametrize(
    "settings, message",
    [
        ('sessions = "shop.db:Nothing"', "sessions: there is no shop.db:Nothing"),
        ('queue = "shop.db:engine"', "queue: there is no shop.db:engine"),
        ('command = "nowhere:app"', "command: there is no nowhere:app"),
        ('fixtures = { sessions = "db" }', "the suite has no fixture sessions"),
        ('fixtures = { db_session = "class" }', "a fixture cannot be called that"),
        ('fixtures = { db_session = "engine" }', "the suite would have two called engine"),
        ('fixtures = { db_session = "committed_db" }', "the suite would have two called committed_db"),
    ],
)
def test_a_bad_setting(tmp_path: Path, settings: str, message: str) -> None:
    write(tmp_path, db=DB)
    with pytest.raises(TcgenError, match=message) as caught:
        planned(tmp_path, settings)
    assert caught.value.code == "bad-setting"
