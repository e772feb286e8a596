"""The factories tcgen generates for the models, and a real database with their tables."""

from __future__ import annotations

import importlib
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import create_engine, make_url
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from tcgen.apply.write import publish
from tcgen.ir.schema import MODULES, Dialect
from tcgen.workflow import stages
from tcgen.workflow.request import Request

PROJECT = Path(__file__).parent / "project"
PACKAGE = "generated"


@contextmanager
def generated(dialect: Dialect = "postgresql") -> Iterator[Any]:
    """Generate the suite of a copy of the project for a database, and yield its package."""
    with TemporaryDirectory(prefix="bench-") as folder:
        root = Path(folder, "project")
        shutil.copytree(PROJECT, root, ignore=shutil.ignore_patterns("__pycache__"))
        request = Request(root=root, python=sys.executable, dest=PACKAGE, database=dialect)
        publish(root, stages.changes(stages.plan(request)))
        sys.path.insert(0, str(root))
        try:
            yield importlib.import_module(PACKAGE)
        finally:
            sys.path.remove(str(root))
            for name in [name for name in sys.modules if name.partition(".")[0] in (PACKAGE, "bench")]:
                del sys.modules[name]


@contextmanager
def database(dialect: Dialect = "postgresql") -> Iterator[Engine]:
    """Yield an engine on a database with the models' tables, on the server the suite itself would use."""
    own, schema = (importlib.import_module(f"{PACKAGE}.{name}") for name in (MODULES[dialect], "schema"))
    if dialect == "sqlite":
        with TemporaryDirectory(prefix="bench-") as folder:
            template = own.make_template(Path(folder), schema.create_schema)
            engine = own.open_database(own.copy_database(template, Path(folder, "bench.db")))
            yield engine
            engine.dispose()
        return
    with own.run_template(own.source(), schema.create_schema) as shared:
        server, template = make_url(shared.split("\n")[0]), shared.split("\n")[1]
        name = template.replace("_template", "_bench")
        engine = create_engine(own.clone_database(server, template, name))
        yield engine
        engine.dispose()
        own.drop_database(server, name)


@contextmanager
def session_on(engine: Engine) -> Iterator[Session]:
    """Yield a session whose rows are gone afterwards."""
    with engine.connect() as connection:
        transaction = connection.begin()
        with Session(bind=connection, join_transaction_mode="create_savepoint") as session:
            yield session
        transaction.rollback()
