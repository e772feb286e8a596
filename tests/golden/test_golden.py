"""What is rendered for seven projects, to the letter: first the plan, then the tree."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tests.quality.pyright_count import errors

import tcgen
from tcgen.cli.plan import plan_for_people
from tcgen.ir.plan import ANSWERS
from tcgen.record.lines import plan_lines
from tcgen.render.engine import render_text
from tcgen.template.location import own_template
from tcgen.workflow import stages
from tcgen.workflow.request import Request

CASES = Path(__file__).parent / "cases"
PROJECTS = {
    "bookshop": Path(tcgen.__file__).parent / "sample" / "project",
    "async_shop": Path(__file__).parents[1] / "e2e" / "projects" / "async_shop",
    "courier": Path(__file__).parents[1] / "e2e" / "projects" / "courier",
    "legacy": Path(__file__).parents[1] / "e2e" / "projects" / "legacy",
    "bank": Path(__file__).parents[1] / "e2e" / "projects" / "bank",
    "desk": Path(__file__).parents[1] / "e2e" / "projects" / "desk",
    "ferry": Path(__file__).parents[1] / "e2e" / "projects" / "ferry",
}
every_case = pytest.mark.parametrize("case", PROJECTS)


@every_case
def test_plan(case: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    # away from this repository, whose settings would be theirs
    root = shutil.copytree(PROJECTS[case], tmp_path / PROJECTS[case].name)
    planned = stages.plan(Request(root=root, python=sys.executable, ci="github"))
    folder = CASES / case
    expected = {
        # for the eye: the answers file's lines are a kilobyte long
        folder / "plan.md": "\n".join(["```text", *plan_for_people(planned.plan), "```", ""]),
        folder / "plan.txt": plan_lines(planned.plan),
    }
    if request.config.getoption("--regenerate"):
        folder.mkdir(parents=True, exist_ok=True)
        for place, text in expected.items():
            place.write_text(text, encoding="utf-8")
    for place, text in expected.items():
        assert text == place.read_text(encoding="utf-8")


@every_case
def test_tree(case: str, request: pytest.FixtureRequest) -> None:
    template = replace(own_template(), version="v1.2.3")
    tree = render_text((CASES / case / "plan.txt").read_text(), template)
    tree.pop(ANSWERS)  # it is the plan again
    expected = CASES / case / "expected"
    if request.config.getoption("--regenerate"):
        subprocess.run(["rm", "-rf", str(expected)], check=True)
        for path, content in tree.items():
            (expected / path).parent.mkdir(parents=True, exist_ok=True)
            (expected / path).write_bytes(content)
    found = {p.relative_to(expected).as_posix(): p.read_bytes() for p in expected.rglob("*") if p.is_file()}
    assert tree.keys() == found.keys()
    for path, content in tree.items():
        assert content.decode() == found[path].decode(), path


@every_case
def test_the_formatter_and_the_linter_find_nothing_to_do(case: str) -> None:
    expected = str(CASES / case / "expected")
    for command in (
        ["format", "--check", "--isolated", "--quiet"],
        ["check", "--isolated", "--quiet", "--target-version", "py310", "--select", "E,F,W,UP,B,SIM,RUF"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, expected], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr


UNSELECTED = {
    "ANN401": "Any: what drivers, polyfactory and columns of any type hand over",
    "ARG001": "fixtures that a fixture or a test needs and does not use",
    "ARG002": "parameters of a method that a library calls",
    "BLE001": "whatever an engine or a driver raises is said once, in words of ours",
    "COM812": "the formatter's",
    "CPY001": "whose copyright it is the project says",
    "D103": "a test's name says what it tests",
    "EM": "a message stands where it is raised",
    "FBT": "flags of functions that nobody else calls, or of a library's",
    "N818": "exceptions are called what is the matter: ServiceUnavailable",
    "PERF203": "loops that wait for a server",
    "PLC0415": "what a test does not need is not imported for it",
    "PLR2004": "versions, statuses and numbers of rows that the line explains",
    "PTH": "files are compared as texts, within an audit hook that must not read any",
    "S101": "tests assert",
    "S310": "addresses of the suite's own containers",
    "S603": "the project's own Alembic",
    "S608": "names that the suite itself made, and quoted",
    "SLF001": "what testcontainers and factory_boy have no public name for",
    "TC": "an import is an import: blocks for type checkers alone are more to read",
    "TID252": "the suite may be moved",
    "TRY003": "a message stands where it is raised",
}
"""The rules of ruff that generated code does not keep, and why."""


@every_case
def test_every_rule_of_the_linter_is_kept_but_these(case: str) -> None:
    expected = CASES / case / "expected"
    packages = [path.name for path in PROJECTS[case].iterdir()] + [path.stem for path in expected.iterdir()]
    settings = ['lint.pydocstyle.convention="google"', f"lint.isort.known-first-party={packages}"]
    config = [word for one in settings for word in ("--config", one)]
    rules = ["--select", "ALL", "--ignore", ",".join(UNSELECTED)]
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--target-version", "py310"]
    done = subprocess.run(
        [*command, *config, *rules, "--quiet", "--output-format", "concise", str(expected)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def checked_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What mypy keeps of SQLAlchemy and the other libraries, which takes longer than the suites."""
    return tmp_path_factory.mktemp("mypy")


@every_case
def test_the_type_checker_is_content(case: str, checked_before: Path, tmp_path: Path) -> None:
    package = next(path for path in (CASES / case / "expected").rglob("conftest.py")).parent
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(checked_before), "-p", package.name],
        cwd=package.parent,
        env={"MYPYPATH": str(PROJECTS[case]), "PATH": "", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    # some clients have no types: that is between them and whoever checks types
    ours = [
        line
        for line in done.stdout.splitlines()
        if line.startswith(f"{package.name}/") and "import-untyped" not in line and ": note: " not in line
    ]
    assert not ours, "\n".join(ours)
    assert done.returncode in (0, 1), done.stdout + done.stderr


STRICT = ("async_shop", "bank", "bookshop", "ferry")
"""Cases with typed libraries only, and without a module that is imported for its effect, which the strict mode calls unused."""


@pytest.mark.skipif(shutil.which("node") is None, reason="pyright needs Node.js")
def test_pyright_is_content(tmp_path: Path) -> None:
    shutil.copytree(CASES, tmp_path / "cases")
    roots = {f"cases/{case}/expected": str(project) for case, project in PROJECTS.items()}
    settings = {
        "typeCheckingMode": "standard",
        "include": list(roots),
        "strict": [f"cases/{case}" for case in STRICT],
        "executionEnvironments": [{"root": root, "extraPaths": [project]} for root, project in roots.items()],
    }
    config = tmp_path / "pyrightconfig.json"
    config.write_text(json.dumps(settings))
    assert errors(config) == []
