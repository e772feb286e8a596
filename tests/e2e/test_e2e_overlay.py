"""`init` in a project whose environment lacks what the suite requires: it is tried in one on top, in the user's cache."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from e2e_support import NO_DOCKER, Finished, run, tcgen, tree
from test_e2e_fallback import add_revision

pytestmark = pytest.mark.e2e

DEAD = "http://127.0.0.1:9/simple/"
OFFLINE = {"UV_OFFLINE": "1", "UV_NO_CACHE": "1", "UV_INDEX_URL": DEAD, "PIP_INDEX_URL": DEAD}
NOWHERE = {"TEST_DATABASE": "postgresql://nobody@127.0.0.1:1/x_test"}
HINT = "next: python -m pip install --group integration"
# The gate pins what it installs for itself; the versions in a user's environment are others.
UNPINNED = {"PIP_CONSTRAINT": ""}


def installed(folder: Path, *requirements: str) -> str:
    """Make an environment that has these requirements and no more; return its interpreter."""
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    if shutil.which("uv"):
        commands = [
            ["uv", "venv", "-q", "--python", sys.executable, folder],
            ["uv", "pip", "install", "-q", "--python", python, *requirements],
        ]
    else:
        commands = [
            [sys.executable, "-m", "venv", folder],
            [python, "-m", "pip", "install", "-q", *requirements],
        ]
    for command in commands:
        subprocess.run(
            [str(part) for part in command],
            check=True,
            stdin=subprocess.DEVNULL,
            env=os.environ | UNPINNED,
        )
    return str(python)


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The interpreter of an environment with the sample project's dependencies only."""
    folder = tmp_path_factory.mktemp("fresh") / "venv"
    return installed(folder, "sqlalchemy==2.0.44", "alembic", "psycopg[binary]")


@pytest.fixture(scope="module")
def cache(open_folder: Path) -> dict[str, str]:
    """A cache folder of the user's, which the tests here share."""
    return {"XDG_CACHE_HOME": str(open_folder)}


def init(root: Path, python: str, *arguments: str, **extra: str) -> Finished:
    done = tcgen("init", "--yes", "--python", python, *arguments, cwd=root, **UNPINNED, **extra)
    assert done.status == 0, done.text
    return done


def packages(python: str) -> dict[str, str]:
    return tree(Path(python).parents[1])


def overlays(cache: dict[str, str]) -> dict[str, int]:
    """Return the finished overlays there are, and when each was made."""
    return {str(one): one.stat().st_mtime_ns for one in Path(cache["XDG_CACHE_HOME"]).rglob("tcgen-ready")}


def test_the_first_init_tries_the_migrations(
    sample: Callable[[str], Path], python: str, cache: dict[str, str], on_a_url: dict[str, str]
) -> None:
    root = sample("fresh")
    add_revision(root, "0004", "0003", "SELECT a_function_of_last_year()")
    before = packages(python)
    done = init(root, python, **cache, **on_a_url)

    assert "a_function_of_last_year() does not exist" in done.err, done.text
    assert "create_all(connection)" in (root / "tests/integration/schema.py").read_text()
    assert re.search(r"^\d+ test cases collected, in an environment beside", done.err, re.MULTILINE)
    assert HINT in done.err
    assert packages(python) == before

    (made,) = overlays(cache).items()
    site = next(Path(made[0]).parent.glob("lib/python*/site-packages"))
    assert (site / "polyfactory").is_dir() and not (site / "sqlalchemy").exists()
    overlaid = Path(made[0]).parent / "bin/python"
    version = run([overlaid, "-c", "import sqlalchemy; print(sqlalchemy.__version__)"], root)
    assert version.out == "2.0.44\n"

    again = init(root, python, **cache, **on_a_url)
    assert "everything is up to date" in again.err
    assert overlays(cache) == dict([made])


def test_an_embedded_server_where_there_is_no_other(
    sample: Callable[[str], Path], python: str, cache: dict[str, str]
) -> None:
    root = sample("alone")
    add_revision(root, "0004", "0003", "SELECT a_function_of_last_year()")
    done = init(root, python, **cache, **NO_DOCKER)
    assert "a_function_of_last_year() does not exist" in done.err, done.text

    # one that does not start says nothing about the migrations
    (initdb,) = Path(cache["XDG_CACHE_HOME"]).rglob("pginstall/bin/initdb")
    initdb.rename(initdb.with_name("gone"))
    untried = sample("untried")
    done = init(untried, python, **cache, **NO_DOCKER)
    initdb.with_name("gone").rename(initdb)
    assert "migrations fail" not in done.text
    assert done.err.splitlines()[-1].startswith("not proved: "), done.text
    assert "command.upgrade" in (untried / "tests/integration/schema.py").read_text()


@pytest.mark.matrix
def test_what_cannot_be_had_with_the_rest_gives_way(
    sample: Callable[[str], Path], python: str, cache: dict[str, str]
) -> None:
    # older than what testcontainers' client of Docker takes
    (packages,) = Path(python).parents[1].glob("lib/python*/site-packages")
    metadata = packages / "urllib3-1.25.11.dist-info/METADATA"
    metadata.parent.mkdir()
    metadata.write_text("Metadata-Version: 2.1\nName: urllib3\nVersion: 1.25.11\n")
    try:
        done = init(sample("older"), python, **cache, **NOWHERE)
    finally:
        shutil.rmtree(metadata.parent)
    assert re.search(r"^\d+ test cases collected, in an environment beside", done.err, re.MULTILINE), (
        done.text
    )


def test_nothing_is_run_without_proof(sample: Callable[[str], Path], python: str, tmp_path: Path) -> None:
    root = sample("unproved")
    add_revision(root, "0004", "0003", "SELECT a_function_of_last_year()")
    done = init(root, python, "--no-prove", XDG_CACHE_HOME=str(tmp_path / "cache"), TEST_DATABASE="embedded")
    assert "a_function_of_last_year" not in done.text and "collected" not in done.text
    assert HINT in done.err
    assert "command.upgrade" in (root / "tests/integration/schema.py").read_text()
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("tool", ["uv", "pip"])
def test_offline_is_one_remark(
    sample: Callable[[str], Path], python: str, tmp_path: Path, tool: str, on_a_url: dict[str, str]
) -> None:
    if tool == "uv" and not shutil.which("uv"):
        pytest.skip("no uv")
    root = sample("offline")
    # where nothing is, nothing of ours is found beside the interpreters
    paths = {} if tool == "uv" else {"PATH": "/usr/bin:/bin", "PIP_FIND_LINKS": "", "PIP_NO_CACHE_DIR": "1"}
    offline = {**OFFLINE, **paths, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = init(root, python, "--json", **offline, **on_a_url)
    document = json.loads(done.out)
    remarks = [one for one in document["diagnostics"] if one["code"] == "no-proof-environment"]
    assert len(remarks) == 1 and remarks[0]["level"] == "warning"
    assert (document["tests"], "polyfactory>=3.5" in document["missing"]) == (0, True)
    assert not list((tmp_path / "cache").rglob("pyvenv.cfg"))
    assert (root / "tests/integration/conftest.py").is_file()
