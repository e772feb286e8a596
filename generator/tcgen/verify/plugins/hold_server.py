"""A script, run in the project's interpreter: holds one server of the suite's choice while its runs follow each other.

Its arguments are the suite's folder, its module for the database and a token for the names of those that are made. It says how the server is reached as a
line of JSON, and ends with its input; the databases that were kept go first.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

Live = Any
"""The suite's own module, as it stands in the project."""


def main(folder: Path, module: str, token: str) -> None:
    """Hold the server until nobody needs it any more."""
    # without its conftest.py, which pytest alone imports
    package: Live = ModuleType("held_suite")
    package.__path__ = [str(folder)]
    sys.modules[package.__name__] = package
    suite: Live = import_module(f"{package.__name__}.{module}")
    with suite.run_server(suite.source()) as server:
        url = server.render_as_string(hide_password=False)
        sys.stdout.write(json.dumps({"url": url, "token": token}) + "\n")
        sys.stdout.flush()
        sys.stdin.read()
        for name in kept(suite, server, token):
            suite.drop_database(server, name)


def kept(suite: Live, server: Live, token: str) -> list[str]:
    """Return the databases of this proof: what a run that was stopped left behind is among them."""
    query = "SHOW DATABASES" if server.get_backend_name() == "mysql" else "SELECT datname FROM pg_database"
    with suite.admin(server) as execute:
        names = [name for (name,) in execute(query)]
    return [name for name in names if name.startswith(f"{server.database}_{token}")]


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
