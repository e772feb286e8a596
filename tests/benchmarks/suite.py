"""The factories tcgen generates for the models, and a real PostgreSQL with their tables."""

from __future__ import annotations

import importlib
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from tcgen.apply.write import publish
from tcgen.workflow import stages
from tcgen.workflow.request import Request

PROJECT = Path(__file__).parent / "project"
PACKAGE = "generated"


@contextmanager
def generated() -> Iterator[Any]:
    """Generate the suite of a copy of the project, and yield its package."""
    with TemporaryDirectory(prefix="bench-") as folder:
        root = Path(folder, "project")
        shutil.copytree(PROJECT, root, ignore=shutil.ignore_patterns("__pycache__"))
        request = Request(root=root, python=sys.executable, dest=PACKAGE)
        publish(root, stages.changes(stages.plan(request)))
        sys.path.insert(0, str(root))
        try:
            yield importlib.import_module(PACKAGE)
        finally:
            sys.path.remove(str(root))
            for name in [name for name in sys.modules if name.partition(".")[0] in (PACKAGE, "bench")]:
                del sys.modules[name]


@contextmanager
def database() -> Iterator[Engine]:
    """Yield an engine on a database with the models' tables, on the server the suite itself would use."""
    postgres, schema = (importlib.import_module(f"{PACKAGE}.{name}") for name in ("postgres", "schema"))
    with postgres.run_server(postgres.source()) as server:
        name = f"{server.database}_bench"
        url = server.set(database=name)
        with postgres.admin(server) as execute:
            execute(f'CREATE DATABASE "{name}"')
        engine = create_engine(url)
        schema.create_schema(engine, url)
        yield engine
        engine.dispose()
        postgres.drop_database(server, name)


@contextmanager
def session_on(engine: Engine) -> Iterator[Session]:
    """Yield a session whose rows are gone afterwards."""
    with engine.connect() as connection:
        transaction = connection.begin()
        with Session(bind=connection, join_transaction_mode="create_savepoint") as session:
            yield session
        transaction.rollback()
