"""Each command of the CI file, as it stands there and in its order, in a clean clone of the sample project."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import pytest
from e2e_support import REPOSITORY, long_row, run
from workflow_runner import (
    Commands,
    Machine,
    Step,
    actions_commands,
    azure_commands,
    bitbucket_commands,
    circleci_commands,
    gitlab_commands,
)

from tcgen.catalog.load import catalog

pytestmark = pytest.mark.e2e

VERSION = "99.0.0"
SOURCES = ("pyproject.toml", "README.md", "LICENSE", "copier.yml", "templates", "generator")
# What tells tcgen that a project is one of theirs.
SIGNS = {
    "uv": "[tool.uv]\npackage = true\n",
    "poetry": "[tool.poetry]\npackage-mode = true\n",
    "pdm": "[tool.pdm]\ndistribution = true\n",
    "hatch": '[tool.hatch.envs.default]\ndependencies = ["pytest"]\n',
    "pip": "",
}
FIRST = ("uv",)
CONSTRAINTS = str(Path(__file__).with_name("managers.txt"))


@pytest.fixture
def place(open_folder: Path) -> Path:
    """A folder of the test's own that the embedded server, which is nobody's in particular, can reach."""
    return Path(tempfile.mkdtemp(dir=open_folder))


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel of a release of this checkout, which the commands find instead of a published one."""
    folder = tmp_path_factory.mktemp("released")
    checkout = folder / "checkout"
    checkout.mkdir()
    for name in SOURCES:
        place = REPOSITORY / name
        copy = shutil.copytree if place.is_dir() else shutil.copy
        copy(place, checkout / name)
    settings = checkout / "pyproject.toml"
    text = re.sub(r'(?m)^version = ".*"$', f'version = "{VERSION}"', settings.read_text(), count=1)
    settings.write_text(text)
    git(checkout, "init", "--quiet")
    git(checkout, "add", "--all")
    git(checkout, "commit", "--quiet", "--message", "release")
    git(checkout, "tag", f"v{VERSION}")
    done = run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder / "dist"], checkout)
    assert done.status == 0, done.text
    return folder / "dist"


@pytest.fixture(scope="module")
def release(released: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What has `python -m tcgen` run the release."""
    library = tmp_path_factory.mktemp("library")
    (wheel,) = released.glob("*.whl")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    done = run([*pip, "--target", library, wheel], library)
    assert done.status == 0, done.text
    return {"PYTHONPATH": str(library), "PYTHONSAFEPATH": "1"}


def signs(manager: str) -> str:
    """Return what pyproject.toml has for a manager."""
    if manager != "poetry":
        return SIGNS[manager]
    # Poetry asks the index itself in a way that not every mirror of it answers, but takes pip's for another one
    said = run([sys.executable, "-m", "pip", "install", "--help"], REPOSITORY).out
    (index,) = re.findall(r"default\s+(http\S+?)\)", said)
    source = f'[[tool.poetry.source]]\nname = "mirror"\nurl = "{index}/"\npriority = "primary"\n'
    return SIGNS[manager] + source


def sample(folder: Path, release: dict[str, str], manager: str, *options: str) -> Path:
    """Return a repository with the sample project and its suite, as a user has pushed them."""
    root = folder / "bookshop"
    shutil.copytree(REPOSITORY / "generator/tcgen/sample/project", root)
    settings = root / "pyproject.toml"
    # Poetry takes nothing that may not be installed on some version that the project is for
    text = settings.read_text().replace('">=3.10"', '">=3.10,<4"')
    settings.write_text(f"{text}\n{signs(manager)}")
    git(root, "init", "--quiet")
    command = ["init", "--yes", "--no-prove", "--ci-database", "embedded", "--python", sys.executable]
    done = run([sys.executable, "-m", "tcgen", *command, *options], root, **release)
    assert done.status == 0, done.text
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "suite")
    return root


def machine(folder: Path, origin: Path, released: Path, *tools: str) -> Machine:
    links = {"PIP_FIND_LINKS": str(released), "UV_FIND_LINKS": str(released), "PIP_CONSTRAINT": CONSTRAINTS}
    return Machine(folder, origin, tools, **links, TMPDIR=str(folder))


def check(steps: list[Step], project: Path, report: str = "junit.xml") -> None:
    """Make sure that every command succeeded, tcgen's own was run, and that the last one was the suite's."""
    for step in steps:
        assert step.status == 0, f"{step.job}: {step.command}\n{step.said}"
    assert f"tcgen=={VERSION}' check" in "\n".join(step.command for step in steps)
    assert "PostgreSQL: embedded server" in steps[-1].said
    cases = list(ElementTree.parse(project / report).iter("testcase"))
    assert len(cases) > 10
    assert all(len(case) == 0 or case[0].tag == "system-out" for case in cases)


@pytest.mark.parametrize(
    "manager",
    long_row(SIGNS, *FIRST),
)
def test_github(manager: str, place: Path, released: Path, release: dict[str, str]) -> None:
    origin = sample(place, release, manager, "--ci", "github")
    text = (origin / ".github/workflows/integration.yml").read_text()
    # what the provider's machines have, and what the action that sets up Python brings
    runner = machine(place, origin, released, "pipx", *(["uv"] if manager == "uv" else []))
    steps = [runner.run(*one) for one in actions_commands(text)]
    assert list(dict.fromkeys(step.job for step in steps)) == ["check", "unit", "integration"]
    check(steps, runner.project)


@pytest.mark.matrix
@pytest.mark.parametrize("manager", ["uv", "pip"])
def test_gitlab(manager: str, place: Path, released: Path, release: dict[str, str]) -> None:
    origin = sample(place, release, manager, "--ci", "gitlab")
    text = (origin / ".gitlab-ci.integration.yml").read_text()
    runner = machine(place, origin, released)
    resolved = [
        (
            job,
            command,
            {name: one.replace("$CI_PROJECT_DIR", str(runner.project)) for name, one in environment.items()},
        )
        for job, command, environment in gitlab_commands(text)
    ]
    steps = [runner.run(*one) for one in resolved]
    assert list(dict.fromkeys(step.job for step in steps)) == [
        "integration:check",
        "integration:unit",
        "integration",
    ]
    check(steps, runner.project)


OTHERS: dict[str, Callable[[str], Commands]] = {
    "azure": azure_commands,
    "bitbucket": bitbucket_commands,
    "circleci": circleci_commands,
    "forgejo": actions_commands,
    "gitea": actions_commands,
}


@pytest.mark.matrix
@pytest.mark.parametrize("manager", ["uv", "pip"])
@pytest.mark.parametrize("provider", OTHERS)
def test_others(provider: str, manager: str, place: Path, released: Path, release: dict[str, str]) -> None:
    spec = catalog().ci[provider]
    origin = sample(place, release, manager, "--ci", provider)
    runner = machine(place, origin, released, *spec.has)
    steps = [runner.run(*one) for one in OTHERS[provider]((origin / spec.file).read_text())]
    assert len(dict.fromkeys(step.job for step in steps)) == 3
    check(steps, runner.project, spec.report)


@pytest.mark.matrix
def test_circleci_s_machine_gets_its_python(place: Path, released: Path, release: dict[str, str]) -> None:
    origin = sample(place, release, "pip", "--ci", "circleci", "--ci-database", "container")
    text = (origin / ".circleci/config.yml").read_text()
    runner = machine(place, origin, released)
    (set_up,) = [one for one in circleci_commands(text) if "uv venv" in one[1]]
    variables = {"BASH_ENV": str(place / "bash_env")}
    steps = [
        runner.run(*set_up[:2], variables),
        runner.run("integration", "command -v pip; command -v python", variables),
    ]
    assert [step.status for step in steps] == [0, 0], steps[0].said + steps[1].said
    home = runner.environment["HOME"]
    assert steps[1].said.split() == [f"{home}/python/bin/pip", f"{home}/python/bin/python"]
