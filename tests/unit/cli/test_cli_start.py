"""What the command line imports before it knows what is asked of it."""

from __future__ import annotations

import subprocess
import sys

import pytest

# what a command stands on, and takes longer to import than the help to print
HEAVY = {"copier", "jinja2", "pydantic", "sqlalchemy", "sqlglot", "tomlkit", "yaml", "importlib.metadata"}
FLAGS = {
    "tcgen",
    "tcgen.cli",
    "tcgen.cli.app",
    "tcgen.cli.options",
    "tcgen.cli.output",
    "tcgen.errors",
    "tcgen.ir",
    "tcgen.ir.limits",
    "tcgen.outside_text",
}
RUN = """
import sys
from tcgen.cli.app import main

try:
    main()
finally:
    print(*sys.modules, file=sys.stderr)
"""


def _run(*arguments: str) -> tuple[str, set[str]]:
    """Return what a command prints, and the modules that are there when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, *arguments], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout, set(done.stderr.split())


def _own(modules: set[str]) -> set[str]:
    return {name for name in modules if name.partition(".")[0] == "tcgen"}


@pytest.mark.parametrize("arguments", [("--help",), ("init", "--help"), ("add-service", "--help")])
def test_help_imports_the_command_line_alone(arguments: tuple[str, ...]) -> None:
    said, modules = _run(*arguments)
    assert "Usage: " in said
    assert "tcgen.cli.app" in modules
    assert _own(modules) <= FLAGS


def test_help_imports_no_library_of_a_command() -> None:
    # where flags are parsed, typer may import pydantic by itself
    _, modules = _run("--help")
    assert modules & HEAVY == set()


def test_the_version_needs_its_number_only() -> None:
    said, modules = _run("--version")
    assert said.startswith("tcgen ")
    assert modules & HEAVY == {"importlib.metadata"}
    assert _own(modules) <= FLAGS


def test_what_a_command_needs_is_there_when_it_runs() -> None:
    said, modules = _run("services", "--json")
    assert '"kafka"' in said
    assert modules & {"pydantic", "yaml"} == {"pydantic", "yaml"}
