"""A pytest plugin, run in the project's interpreter: the suite uses a server that runs, and a schema that was made there.

``$TCGEN_SERVER`` says how the server is reached. The database with the schema is kept from one run to the next, under a
fingerprint of the suite's files that make it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

Live = Any
"""The suite's own module, as it stands in the project."""

HELD: dict[str, str] = json.loads(os.environ["TCGEN_SERVER"])
FOLDER = Path(HELD["folder"])
USED = ("run_template", "make_template", "_make_template", "drop_database", "admin")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish() -> None:
    """Take the place of what would start a server; by now the suite's modules are imported."""
    for module in list(sys.modules.values()):
        if is_the_suites(module):
            suite: Live = module
            suite.run_template = partial(run_template, suite)
            suite.make_template = partial(make_template, suite)
            suite.clear = leave_all


def is_the_suites(module: Live) -> bool:
    """Whether a module is the suite's, and as it was rendered: a person may have changed it."""
    # asking a lazy module for an attribute would import it
    file: Live = getattr(module, "__dict__", {}).get("__file__")
    is_named_so = isinstance(file, str) and file.endswith(HELD["module"])
    return (
        is_named_so
        and Path(file).resolve() == FOLDER / HELD["module"]
        and all(hasattr(module, name) for name in USED)
    )


@contextmanager
def run_template(suite: Live, _: str, prepare: Callable[..., None]) -> Generator[str, None, None]:
    """Yield what the suite's own function does; nothing is stopped, and no database dropped, by whoever uses it."""
    server = make_url(HELD["url"])
    template = f"{server.database}_{HELD['token']}{fingerprint()}_template"
    make_template(suite, server, template, prepare)
    yield "\n".join([HELD["url"], template, ""])


def make_template(suite: Live, server: Live, name: str, prepare: Callable[..., None]) -> None:
    """Make a database, unless an earlier run has made it."""
    if is_made(suite, server, name):
        return
    suite.drop_database(server, name)
    suite._make_template(server, name, prepare)
    if server.get_backend_name() == "mysql":
        with suite.admin(server) as execute:
            execute(f"CREATE DATABASE {suite.quoted(whole(name))}")


def leave_all(*_: str) -> None:
    """Leave the server and its databases alone: who holds them removes them, whichever worker crashes."""


def is_made(suite: Live, server: Live, template: str) -> bool:
    """Whether the database is there and whole: PostgreSQL's is shut to connections last of all."""
    with suite.admin(server) as execute:
        if server.get_backend_name() == "mysql":
            return whole(template) in [name for (name,) in execute("SHOW DATABASES")]
        names = [name for (name,) in execute("SELECT datname FROM pg_database WHERE NOT datallowconn")]
    return template in names


def whole(template: str) -> str:
    """Return the name of the database whose being there says that another one is whole."""
    return template.replace("_template", "_whole")


def fingerprint() -> str:
    """Return six digits of the files that have a say in the schema."""
    parts = [*FOLDER.glob("*.py"), *FOLDER.glob("*/schema.py"), *FOLDER.glob("*/models.py")]
    files = sorted(one for one in parts if not one.name.startswith("test_"))
    return sha256(b"\0".join(one.read_bytes() for one in files)).hexdigest()[:6]
