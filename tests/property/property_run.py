"""Takes a module of models the whole way in processes that are forks of this one: SQLAlchemy is imported once."""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import shutil
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import polyfactory.factories.sqlalchemy_factory  # noqa: F401 - imported once, for all forks
import psycopg
import pytest
from copier._main import Worker
from sqlalchemy import URL, Engine, create_engine, make_url, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from tcgen.catalog.load import catalog
from tcgen.discover.stage import discover
from tcgen.introspect.host import runner
from tcgen.introspect.probe import entry
from tcgen.ir.plan import SuitePlan
from tcgen.ir.schema import BACKENDS, Dialect, Schema
from tcgen.plan.build import Options, build_plan
from tcgen.template.location import template_folder

SUITE = "templates/suite/{{ suite.dest }}"
SECONDS = 60
DRIVERS = [("psycopg[binary]",), ("psycopg2-binary",), ("asyncpg",)]
"""What a project may depend on to reach PostgreSQL."""

MYSQL_DRIVERS = [("pymysql",), ("asyncmy",), ("aiomysql", "pymysql")]
"""The same for MySQL and MariaDB."""

SQLITE_DRIVERS = [(), ("aiosqlite",)]
"""The same for SQLite, whose other driver is Python's own."""


@dataclass
class Outcome:
    """What became of the classes of a module.

    Attributes:
        rows: Class → rows of the batch that were inserted.
        problems: What went wrong, with tracebacks.
    """

    rows: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


class Bench:
    """A server and a template, for many modules one after the other.

    Args:
        uri: Of the server, its superuser's; "" for a database that is a file.
        folder: Where projects are written and removed again.
        dialect: Of the database.
    """

    def __init__(self, uri: str, folder: Path, dialect: Dialect = "postgresql") -> None:
        self.uri = uri
        self.dialect = dialect
        self.folder = folder
        self._numbers = count(1)
        # the code of the probe, loaded once; it patches SQLAlchemy only when it answers
        self._session = entry.load_probe(Path(entry.__file__).parent)
        importlib.import_module(f"{entry.NAME}.dialect").choose(BACKENDS[dialect])
        importlib.import_module(f"{entry.NAME}.describe")

    def run(self, source: str, dependencies: tuple[str, ...] = ("psycopg[binary]",)) -> Outcome:
        """Inspect, plan, render and insert.

        Args:
            source: Of a module of models.
            dependencies: The project's; they decide which driver the suite uses.
        """
        name = f"p{next(self._numbers)}"
        root = write_project(self.folder / name, source, dependencies)
        try:
            plan = self.plan(root)
            if isinstance(plan, Outcome):
                return plan
            if not plan.factories:  # no class of the module has rows
                return Outcome()
            self.render(plan, root)
            untidy = linted(root / plan.dest / "factories")
            with self.database(name) as url:
                answer = forked(lambda: insert(root, plan, url))
            outcome = answer if isinstance(answer, Outcome) else Outcome(**answer)
            outcome.problems += untidy
            return outcome
        finally:
            shutil.rmtree(root)

    def plan(self, root: Path) -> SuitePlan | Outcome:
        """Return the plan for a project, or what kept it from being made."""
        project = discover(root, python=sys.executable, ci="none")
        answer = forked(
            lambda: next(self._session.answers(runner.make_request(project, (), None, {}, self.dialect)))
        )
        if isinstance(answer, Outcome):
            return answer
        if "error" in answer:
            return Outcome(problems=[f"inspect: {answer['error']}"])
        schema = Schema.model_validate({**answer["schema"], "dialect": self.dialect, "import_env": {}})
        plan = build_plan(project, schema, catalog(), Options(dialect=self.dialect))
        remarks = [one for one in (*schema.diagnostics, *plan.diagnostics) if one.level != "note"]
        return Outcome(problems=[f"remark: {one.message}" for one in remarks]) if remarks else plan

    def render(self, plan: SuitePlan, root: Path) -> None:
        """Write the suite's schema, factories and their test with Copier's own Jinja environment."""
        values = json.loads(plan.model_dump_json())
        suite = values | {"factories": None}
        known = {"suite": suite, "factories": values["factories"], "services": []}
        folder = root / plan.dest
        suite_folder = template_folder() / SUITE
        for path in sorted(suite_folder.rglob("*.jinja")):
            name = path.relative_to(suite_folder).as_posix()
            if "yield factory" in name:
                for factory in values["factories"]:
                    self._write(
                        folder / "factories" / f"{factory['slug']}.py", name, known | {"factory": factory}
                    )
            elif "yield" not in name:
                parts = [self._environment.from_string(part).render(known) for part in name.split("/")]
                target = "/".join(parts).removesuffix(".jinja")
                if all(target.split("/")):  # a part that is empty leaves the file out, as in Copier
                    self._write(folder / target, name, known)

    def _write(self, path: Path, template: str, known: dict[str, Any]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        text = self._environment.get_template(f"{SUITE}/{template}").render(known)
        path.write_text(text, encoding="utf-8")

    @cached_property
    def _environment(self) -> Any:
        # a copy without .git, of which Copier would take what was committed
        template = self.folder / "template"
        template.mkdir()
        shutil.copy(template_folder() / "copier.yml", template)
        shutil.copytree(template_folder() / "templates", template / "templates")
        return Worker(src_path=str(template), dst_path=self.folder, unsafe=True, quiet=True).jinja_env

    @contextmanager
    def database(self, name: str) -> Iterator[URL]:
        """An empty database, dropped afterwards."""
        if self.dialect == "sqlite":
            path = self.folder / f"{name}.db"
            yield URL.create("sqlite", database=str(path))
            path.unlink()
            return
        if self.dialect == "mariadb":
            with mariadb_database(self.uri, name) as url:
                yield url
            return
        with psycopg.connect(self.uri, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
            try:
                yield make_url(self.uri).set(database=name)
            finally:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def mariadb_database(uri: str, name: str) -> Iterator[URL]:
    """The same on a MariaDB."""
    server = create_engine(uri, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} CHARACTER SET utf8mb4"))
        try:
            yield server.url.set(database=name)
        finally:
            connection.execute(text(f"DROP DATABASE {name}"))


def linted(folder: Path) -> list[str]:
    """Return what the formatter and the linter would change."""
    found = []
    for command in (
        ["format", "--diff"],
        ["check", "--target-version", "py310", "--select", "E,F,W,UP,B,SIM"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--isolated", "--quiet", "--no-cache", folder],
            capture_output=True,
            text=True,
        )
        found += [f"ruff {command[0]}: {done.stdout}{done.stderr}"] if done.returncode else []
    return found


def write_project(root: Path, source: str, dependencies: tuple[str, ...]) -> Path:
    """Write a project with one module of models."""
    package = root / root.name
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "models.py").write_text(source, encoding="utf-8")
    listed = ", ".join(f'"{one}"' for one in ("sqlalchemy>=2", *dependencies))
    (root / "pyproject.toml").write_text(
        f'[project]\nname = "{root.name}"\nversion = "1"\ndependencies = [{listed}]\n'
    )
    if {"asyncpg", "aiosqlite", "asyncmy", "aiomysql"} & set(dependencies):
        (package / "db.py").write_text("from sqlalchemy.ext.asyncio import create_async_engine\n")
    return root


def insert(root: Path, plan: SuitePlan, url: URL) -> dict[str, Any]:
    """Run the rendered tests of each factory, in this process."""
    sys.path[:0] = [str(root / one) for one in plan.source_roots or (".",)] + [str(root)]
    database = plan.database
    package = plan.dest.replace("/", ".")
    engine = create_engine(url.set(drivername=f"{database.backend}+{database.sync_driver}"))
    _prepare(engine, plan)
    importlib.import_module(f"{package}.schema").create_schema(engine, engine.url)
    factories = importlib.import_module(f"{package}.factories").all_factories()
    tests = importlib.import_module(f"{package}.test_factories")
    outcome = Outcome()
    for factory in factories:
        name = factory.__model__.__qualname__
        for step in (_in_numbers, _once_async if database.async_driver else _once):
            try:
                step(tests, factory, engine, plan)
            except (Exception, pytest.fail.Exception):
                outcome.problems.append(f"{name}: {traceback.format_exc()}")
        outcome.rows[name] = min(25, getattr(factory, "__most_rows__", 25))
    return vars(outcome)


def _prepare(engine: Engine, plan: SuitePlan) -> None:
    if plan.database.dialect == "sqlite":
        importlib.import_module(f"{plan.dest.replace('/', '.')}.sqlite").prepare(engine)


def _once(tests: Any, factory: Any, engine: Engine, plan: SuitePlan) -> None:
    with _session(factory, engine) as session:
        tests.test_inserts_a_row(factory, session)


def _in_numbers(tests: Any, factory: Any, engine: Engine, plan: SuitePlan) -> None:
    with _session(factory, engine) as session:
        tests.test_inserts_25_rows(factory, session)


@contextmanager
def _session(factory: Any, engine: Engine) -> Iterator[Session]:
    base = _base(factory)
    with engine.connect() as connection:
        transaction = connection.begin()
        with Session(bind=connection, join_transaction_mode="create_savepoint") as session:
            base.__session__ = session
            yield session
        transaction.rollback()


def _once_async(tests: Any, factory: Any, engine: Engine, plan: SuitePlan) -> None:
    url = engine.url.set(drivername=f"{plan.database.backend}+{plan.database.async_driver}")
    asyncio.run(_awaited(tests, factory, url, plan))


async def _awaited(tests: Any, factory: Any, url: URL, plan: SuitePlan) -> None:
    engine = create_async_engine(url)
    _prepare(engine.sync_engine, plan)
    async with engine.connect() as connection:
        transaction = await connection.begin()
        options: Any = {"expire_on_commit": False, "join_transaction_mode": "create_savepoint"}
        async with AsyncSession(bind=connection, **options) as session:
            _base(factory).__async_session__ = session
            await tests.test_inserts_a_row(factory, session)
        await transaction.rollback()
    await engine.dispose()


def _base(factory: Any) -> Any:
    return next(one for one in factory.__mro__ if one.__name__ == "ModelFactory" and "base" in one.__module__)


def forked(job: Callable[[], Any]) -> Any:
    """Return what a function answers in a fork of this process; an `Outcome` where it does not."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _answer(job, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        data = pipe.read()
    os.waitpid(child, 0)
    with suppress(ValueError):
        answer = json.loads(data)
        return Outcome(problems=[answer["crashed"]]) if "crashed" in answer else answer
    return Outcome(problems=["the process ended without an answer"])


def _answer(job: Callable[[], Any], descriptor: int) -> None:
    try:
        import signal

        signal.alarm(SECONDS)
        answer = job()
    except BaseException:
        answer = {"crashed": traceback.format_exc()}
    with os.fdopen(descriptor, "wb") as pipe:
        pipe.write(json.dumps(answer).encode())
    # nothing of pytest or hypothesis may run a second time here
    os._exit(0)
