"""CI providers, package managers and web frameworks are data: the files, the commands, and nothing beside them."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError
from typer.testing import CliRunner

import tcgen
from tcgen.catalog.load import catalog, load
from tcgen.cli.app import app
from tcgen.cli.options import ci_names
from tcgen.errors import TcgenError
from tcgen.ir.base import ImportRef
from tcgen.ir.catalog import ActionSpec, Catalog, CiSpec, FrameworkSpec, ManagerSpec
from tcgen.ir.project import Project
from tcgen.ir.schema import FrameworkFact, Schema
from tcgen.plan.build import Options, build_plan
from tcgen.render.engine import render
from tcgen.template.location import template_folder
from tcgen.workflow import stages

TEMPLATES = template_folder() / "templates"
COURIER = Path(__file__).parents[1] / "e2e" / "projects" / "courier"
PINS = catalog().actions
PIP_ACTION = ["actions/setup-python", "python-version: ${{ matrix.python-version }}"]
UV_ACTION = [
    "astral-sh/setup-uv",
    "python-version: ${{ matrix.python-version }}",
    "enable-cache: true",
]
TEST = "pytest --junitxml=junit.xml tests/integration -n auto"
UPGRADE = "python -m pip install --upgrade 'pip>=25.1'"
POETRY_CHECK = "pipx run 'tcgen' check --python \"$(poetry env info --executable)\""
LOOSE = "'faker>=30' 'pytest>=8.2'"

GITHUB = {
    "uv": ["uv sync --group integration", "uvx 'tcgen' check", f"uv run {TEST}"],
    "poetry": [
        "pip install poetry",
        "poetry install --with integration",
        POETRY_CHECK,
        f"poetry run {TEST}",
    ],
    "pdm": ["pip install pdm", "pdm install -G integration", "pipx run 'tcgen' check", f"pdm run {TEST}"],
    "hatch": [UPGRADE, "pip install . --group integration", "pipx run 'tcgen' check --python python", TEST],
    "pip": [UPGRADE, "pip install . --group integration", "pipx run 'tcgen' check --python python", TEST],
}
GITLAB = {
    "uv": ["pip install uv", "uv sync --group integration", "uvx 'tcgen' check", f"uv run {TEST}"],
    "poetry": [
        "pip install poetry pipx",
        "poetry install --with integration",
        POETRY_CHECK,
        f"poetry run {TEST}",
    ],
    "pdm": [
        "pip install pdm pipx",
        "pdm install -G integration",
        "pipx run 'tcgen' check",
        f"pdm run {TEST}",
    ],
    "hatch": [
        UPGRADE,
        "pip install pipx . --group integration",
        "pipx run 'tcgen' check --python python",
        TEST,
    ],
    "pip": [
        UPGRADE,
        "pip install pipx . --group integration",
        "pipx run 'tcgen' check --python python",
        TEST,
    ],
}
HINTS = {
    "uv": "uv sync --group integration",
    "poetry": "poetry install --with integration",
    "pdm": "pdm install -G integration",
    "hatch": "pip install --group integration",
    "pip": "python -m pip install --group integration",
}
BITBUCKET = {
    manager: [*rest, test.replace("=junit.xml", "=test-results/junit.xml")]
    for manager, (*rest, test) in GITLAB.items()
}
# Azure's machines have pipx, and its jobs run no action that would bring uv
AZURE = {**GITHUB, "uv": GITLAB["uv"]}
EXPECTED = {
    (ci, manager): commands
    for ci, all_of_it in {
        "azure": AZURE,
        "bitbucket": BITBUCKET,
        "circleci": GITLAB,
        "forgejo": GITLAB,
        "gitea": GITLAB,
        "github": GITHUB,
        "gitlab": GITLAB,
    }.items()
    for manager, commands in all_of_it.items()
}


@pytest.fixture(scope="module")
def courier() -> tuple[Project, Schema]:
    return stages.inspect(stages.Request(root=COURIER, python=sys.executable))


def test_the_tables_name_all_there_are() -> None:
    """A new manager or provider needs its commands written down here."""
    assert {(ci, manager) for ci in catalog().ci for manager in catalog().managers} == set(EXPECTED)


def jobs_in(ci: str, document: dict[str, Any]) -> dict[str, list[str]]:
    """Return the commands of each job in their order, whatever its provider calls them."""
    jobs = JOBS_IN.get(ci, _of_actions)(document)
    return {name: [line for text in texts for line in text.splitlines()] for name, texts in jobs.items()}


def _of_actions(document: dict[str, Any]) -> dict[str, list[str]]:
    return {name: [step.get("run", "") for step in job["steps"]] for name, job in document["jobs"].items()}


def _of_azure(document: dict[str, Any]) -> dict[str, list[str]]:
    about_cache = "Tell what the cache depends on"
    return {
        job["job"]: [
            step.get("script", "") for step in job["steps"] if step.get("displayName") != about_cache
        ]
        for job in document["jobs"]
    }


def _of_bitbucket(document: dict[str, Any]) -> dict[str, list[str]]:
    (side_by_side,) = document["pipelines"]["default"]
    names = {"The suite is up to date": "check", "Unit tests": "unit", "Integration": "integration"}
    steps = (one["step"] for one in side_by_side["parallel"])
    return {names[step["name"].partition(" (")[0]]: step["script"] for step in steps}


def _of_circleci(document: dict[str, Any]) -> dict[str, list[str]]:
    others = ("Set Python up", "Tell what the cache depends on")
    return {
        name: [
            step["run"]["command"]
            for step in job["steps"]
            if "run" in step and step["run"]["name"] not in others
        ]
        for name, job in document["jobs"].items()
    }


def _of_gitlab(document: dict[str, Any]) -> dict[str, list[str]]:
    first = document[".integration"]["before_script"]
    return {
        name.partition(":")[2] or name: [*first, *job["script"]]
        for name, job in document.items()
        if not name.startswith(".")
    }


JOBS_IN: dict[str, Callable[[dict[str, Any]], dict[str, list[str]]]] = {
    "azure": _of_azure,
    "bitbucket": _of_bitbucket,
    "circleci": _of_circleci,
    "gitlab": _of_gitlab,
}
# What a shell is told that is no command of the plan's.
AROUND = ("docker pull", "wait", "set -e", "export ")


@pytest.mark.parametrize(("ci", "manager"), EXPECTED)
def test_the_commands_in_the_ci_file(courier: tuple[Project, Schema], ci: str, manager: str) -> None:
    project = courier[0].model_copy(update={"package_manager": manager})
    plan = build_plan(project, courier[1], catalog(), Options(ci=ci))
    tree = render(plan)
    file = catalog().ci[ci].file
    assert [path for path in tree if catalog().is_ci_file(path)] == [plan.ci_file] == [file]
    assert "{" not in "".join((*plan.commands.install, plan.commands.hint, *plan.commands.test))
    assert plan.commands.hint == HINTS[manager]
    text = tree[file].decode()
    jobs = {
        name: [line for line in lines if not line.startswith(AROUND)]
        for name, lines in jobs_in(ci, yaml.safe_load(text)).items()
    }
    *install, check, test = EXPECTED[ci, manager]
    assert jobs["check"] == [*install, check]
    assert jobs["integration"] == [*install, test]
    spec = catalog().ci[ci]
    if spec.runs_actions:
        action, *options = UV_ACTION if manager == "uv" and spec.python is None else PIP_ACTION
        lines = [line.strip() for line in text.partition("  integration:")[2].splitlines()]
        pinned = f"{action}@{PINS[action].commit}  # {PINS[action].version}"
        start = lines.index(f"- uses: {spec.actions_from}{pinned}")
        assert lines[start + 2 :][: len(options)] == options


@pytest.mark.parametrize(
    ("ci", "manager", "install"),
    [
        ("github", "pip", "pip install 'faker>=30' "),
        ("gitlab", "pip", "pip install pipx 'faker>=30' "),
        ("gitlab", "hatch", "pip install pipx 'faker>=30' "),
        ("github", "uv", "uv sync --group integration"),
    ],
)
def test_a_project_without_pyproject(
    courier: tuple[Project, Schema], ci: str, manager: str, install: str
) -> None:
    project = courier[0].model_copy(update={"package_manager": manager, "has_pyproject": False})
    commands = build_plan(project, courier[1], catalog(), Options(ci=ci)).commands
    assert commands.install[-1].startswith(install)
    assert commands.hint.startswith("python -m pip install 'faker>=30' ")


def test_no_ci(courier: tuple[Project, Schema]) -> None:
    plan = build_plan(*courier, catalog(), Options(ci="none"))
    assert (plan.ci, plan.ci_file) == ("none", "")
    assert all(path.startswith(("tests/", ".tcgen/")) for path in render(plan))


@pytest.mark.parametrize("name", catalog().ci)
def test_a_provider_is_whole(name: str) -> None:
    spec = catalog().ci[name]
    assert (TEMPLATES / "ci" / name / "workflow.yml.jinja").is_file()
    assert spec.reads(spec.file)
    assert not spec.reads(f"docs/{spec.file}")
    assert spec.why.endswith(".")


@pytest.mark.parametrize("name", catalog().managers)
def test_a_manager_is_whole(name: str) -> None:
    spec = catalog().managers[name]
    assert set(spec.yields_to) <= set(catalog().managers)
    assert spec.default or spec.files or spec.tables
    open_words = {word for word in f"{spec.install} {spec.hint}".split() if "{" in word}
    assert open_words <= {"{group}", "{needs}", "{project}"}


@pytest.mark.parametrize("name", catalog().frameworks)
def test_a_framework_is_whole(name: str) -> None:
    assert (TEMPLATES / "frameworks" / name / "session.py.jinja").is_file()


def test_orders_and_defaults() -> None:
    assert list(catalog().managers) == ["uv", "poetry", "pdm", "hatch", "pip"]
    assert next(iter(catalog().ci)) == catalog().default_ci == "github"
    assert catalog().default_manager == "pip"


def test_there_is_one_default() -> None:
    known = catalog()
    with pytest.raises(ValidationError, match="one CI provider has to be the default, not none"):
        Catalog(
            services=known.services,
            ci={"gitlab": known.ci["gitlab"]},
            managers=known.managers,
            frameworks=known.frameworks,
        )


@pytest.mark.parametrize(
    ("look_up", "code", "hint"),
    [
        (lambda: catalog().service("x"), "unknown-service", "there are: azurite, "),
        (lambda: catalog().check_ci("x"), "bad-ci", f"use --ci {', '.join(catalog().ci)} or none"),
        (lambda: catalog().manager("x"), "unknown-manager", "there are: uv, poetry, pdm, hatch, pip"),
    ],
)
def test_an_unknown_name(look_up, code, hint) -> None:
    with pytest.raises(TcgenError) as caught:
        look_up()
    assert caught.value.code == code
    assert caught.value.hint.startswith(hint)
    assert "'x'" in caught.value.message


@pytest.mark.parametrize(
    ("path", "pattern", "form"),
    [
        ("jenkins/ci.yml", "*/ci.yml", CiSpec),
        ("conda.yml", "*.yml", ManagerSpec),
        ("quart/framework.yml", "*/framework.yml", FrameworkSpec),
    ],
)
def test_a_file_that_is_wrong_is_named(tmp_path: Path, path: str, pattern: str, form) -> None:
    place = tmp_path / path
    place.parent.mkdir(exist_ok=True)
    place.write_text("title: Broken\nodd: 1\n")
    with pytest.raises(TcgenError, match=re.escape(path)) as caught:
        load(tmp_path, pattern, form)
    assert caught.value.code == "bad-catalogue"


@pytest.mark.parametrize("form", [CiSpec, ActionSpec, ManagerSpec, FrameworkSpec])
def test_every_field_is_documented(form) -> None:
    assert [name for name in form.model_fields if f"{name}:" not in form.__doc__] == []


def test_the_command_line_knows_the_providers(tmp_path: Path) -> None:
    assert ci_names("") == [*catalog().ci, "none"]
    assert ci_names("gith") == ["github"]
    with pytest.raises(TcgenError) as caught:
        CliRunner().invoke(app, ["init", str(tmp_path), "--ci", "jenkins"], catch_exceptions=False)
    assert caught.value.message == "unknown CI provider 'jenkins'"


def test_the_session_is_that_of_the_extension(courier: tuple[Project, Schema]) -> None:
    project, schema = courier
    fact = FrameworkFact(name="flask", ref=ImportRef(module="shop.app", qualname="db"))
    metadata = schema.metadatas[0].model_copy(update={"framework": fact})
    plan = build_plan(project, schema.model_copy(update={"metadatas": (metadata,)}), catalog())
    text = render(plan)[f"{plan.dest}/conftest.py"].decode()
    body = text.partition("def db_session(")[2].partition("\n@pytest")[0]
    assert body == SESSION


SESSION = '''db_connection: Connection) -> Iterator[Session]:
    """`db.session`, whose commits end at a savepoint; the factories use it."""
    from shop.app import db  # isort: skip  # after what opens the application's context

    engines: dict[str | None, Engine] = db.engines
    before = dict(engines)
    for key, engine in before.items():
        engines[key] = connections.fitting(engine, db_connection)
    db.session.remove()
    session = db.session()
    with current.sessions.lent(session):
        yield session
    db.session.remove()
    engines.update(before)

'''

# Places that speak of one of them for a reason no file of the catalogue could give.
ALLOWED = {
    "discover/interpreter.py": "where each manager keeps a project's environments",
    "discover/dependencies.py": "the tables in which each manager lists dependencies",
    "discover/packages.py": "the tables in which each build backend lists packages",
    "discover/manifest.py": "poetry's own table for name and version of Python",
    "update/template_choice.py": "Copier's short addresses of templates",
    "record/answers.py": "how a user upgrades tcgen, in a hint",
    "ir/catalog.py": "whose actions they are, in a docstring",
    "cli/app.py": "examples in the help",
    "verify/overlay.py": "uv makes the environment to prove in, where it is there",
    "cli/options.py": "an example in the help",
}
SUBJECTS = r"(?<![a-z])(uv|uvx|poetry|pdm|hatch|pipx|github|gitlab|forgejo|gitea|azure|bitbucket|circleci|flask|quart)(?![a-z])"


def test_no_python_speaks_of_one_of_them() -> None:
    """What is said of one provider, manager or framework is said in its file."""
    package = Path(tcgen.__file__).parent
    found = set()
    for path in package.rglob("*.py"):
        name = path.relative_to(package).as_posix()
        if name.startswith("sample/project/"):
            continue
        strings = [
            node.value
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        if any(re.search(SUBJECTS, text, re.IGNORECASE) for text in strings):
            found.add(name)
    assert found <= set(ALLOWED), found - set(ALLOWED)
    assert set(ALLOWED) <= found, "no exception any more"
