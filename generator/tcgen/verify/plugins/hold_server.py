"""A script, run in the project's interpreter: holds one PostgreSQL of the suite's choice while its runs follow each other.

Its arguments are the suite's folder and a token for the names of the databases. It says how the server is reached as a
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


def main(folder: Path, token: str) -> None:
    """Hold the server until nobody needs it any more."""
    # without its conftest.py, which pytest alone imports
    package: Live = ModuleType("held_suite")
    package.__path__ = [str(folder)]
    sys.modules[package.__name__] = package
    postgres: Live = import_module(f"{package.__name__}.postgres")
    with postgres.run_server(postgres.source()) as server:
        url = server.render_as_string(hide_password=False)
        sys.stdout.write(json.dumps({"url": url, "token": token}) + "\n")
        sys.stdout.flush()
        sys.stdin.read()
        for name in kept(postgres, server, token):
            postgres.drop_database(server, name)


def kept(postgres: Live, server: Live, token: str) -> list[str]:
    """Return the databases of this proof: what a run that was stopped left behind is among them."""
    with postgres.admin(server) as execute:
        names = [name for (name,) in execute("SELECT datname FROM pg_database")]
    return [name for name in names if name.startswith(f"{server.database}_{token}")]


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
