"""What a plan holds reaches the files as data, and the files come from the right template."""

from __future__ import annotations

import ast
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2 import DictLoader, Environment
from jinja2.sandbox import SandboxedEnvironment
from plumbum import local
from sqlalchemy import text

from tcgen.copier_hooks.extension import Ext
from tcgen.ir.plan import (
    ANSWERS,
    CommandsPlan,
    DatabasePlan,
    FactoryPlan,
    FieldPlan,
    MetadataPlan,
    RefusalPlan,
    SuitePlan,
)
from tcgen.plan.source.code import quoted
from tcgen.record.lines import plan_lines
from tcgen.render.engine import Rendered, render, render_text
from tcgen.template import location

HOSTILE = [
    '"; import os',
    "it's",
    "a: b # c",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "|\n  x",
    "é\u2028\x85",
    "\t",
    "  ",
    "%",
    "\\N{x}",
]

COMMANDS = CommandsPlan(
    try_out="",
    install=("pip install . --group integration",),
    tool="pipx run",
    check="check",
    run="",
    python_variable="",
    test=("pytest tests/integration",),
    test_others="",
    hint="pip install --group integration",
)


def suite(*texts: str) -> SuitePlan:
    fields = tuple(FieldPlan(name=f"f{n}", code=quoted(text), reason=text) for n, text in enumerate(texts))
    factory = FactoryPlan(
        slug="user",
        name="UserFactory",
        model="User",
        label="app.models.User",
        table="users",
        imports=("from app.models import User", "", "from .base import ModelFactory"),
        fields=fields,
        refused=tuple(RefusalPlan(test="one", label="app.models.User", reason=text) for text in texts[:1]),
    )
    database = DatabasePlan(
        schema_from="create_all",
        image="postgres:18",
        sync_driver="psycopg",
        async_driver=None,
        async_runner=None,
        extensions=(),
        schemas=tuple(texts),
        metadatas=(
            MetadataPlan(imports=("from app.models import Base",), modules=(), expression="Base.metadata"),
        ),
        alembic=None,
    )
    return SuitePlan(
        project="app",
        dest="tests/integration",
        root_levels=2,
        source_roots=("src",),
        sqlalchemy=(2, 0),
        environment=dict.fromkeys(("A", "B"), texts[0] if texts else "x"),
        database=database,
        factories=(factory,),
        requirements=("pytest>=8",),
        requirements_group="integration",
        install=". --group integration",
        python_versions=("3.11",),
        package_manager="pip",
        commands=COMMANDS,
        ci="none",
        ci_file="",
    )


def recorded(tree: Rendered) -> object:
    return yaml.safe_load(tree[ANSWERS])["plan"]


@pytest.mark.parametrize("texts", [(), tuple(HOSTILE)], ids=["plain", "hostile"])
def test_the_answers_hold_exactly_the_plan(texts: tuple[str, ...]) -> None:
    plan = suite(*texts)
    tree = render(plan)
    assert recorded(tree) == plan_lines(plan)
    written = tree[ANSWERS].decode()
    assert "plan: |\n" in written
    # a line a model, so that two branches which each add one merge
    assert sum(line.startswith("  {") for line in written.splitlines()) == 2


def test_the_answers_make_the_same_files_again() -> None:
    tree = render(suite(*HOSTILE))
    again = recorded(tree)
    assert isinstance(again, str)
    assert render_text(again) == tree


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_text_stays_text(value: str) -> None:
    tree = render(suite(value))
    for path, content in tree.items():
        if path.endswith(".py"):
            compile(content, path, "exec")
    scope: dict[str, object] = {}
    source = tree["tests/integration/factories/user.py"].decode().partition("__model__ = User\n")[2]
    exec("class A:\n" + source.lstrip("\n"), scope)
    assert vars(scope["A"])["f0"] == value  # type: ignore[call-overload]
    lint = tree["tests/integration/test_factories.py"].decode()
    marks = lint[lint.index("NO_ROW:") : lint.index("NO_25_ROWS:")]
    exec(marks, scope)
    assert scope["NO_ROW"] == {"app.models.User": value}


def test_schema_names_stay_names_in_sql() -> None:
    names = ['x"; DROP TABLE a; --', "a:b", "it's"]
    source = render(suite(*names))["tests/integration/schema.py"].decode()
    literals = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]
    made = [str(text(one)) for one in literals if isinstance(one, str) and one.startswith("CREATE SCHEMA")]
    assert made == [
        'CREATE SCHEMA IF NOT EXISTS "x""; DROP TABLE a; --"',
        'CREATE SCHEMA IF NOT EXISTS "a:b"',
        'CREATE SCHEMA IF NOT EXISTS "it\'s"',
    ]


def test_the_checkout_is_preferred_to_a_copy_inside_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "generator" / "tcgen"
    package.mkdir(parents=True)
    monkeypatch.setattr(location, "_PACKAGE", package)
    assert location.template_folder() == package / "_template"
    (tmp_path / "copier.yml").touch()
    assert location.template_folder() == package / "_template"
    (tmp_path / "templates" / "suite").mkdir(parents=True)
    assert location.template_folder() == tmp_path


def test_the_template_is_not_touched_and_nothing_is_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    render(suite())
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith("tcgen-")]


def test_git_is_not_asked_at_each_file(tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    git = tmp_path / "git"
    git.write_text(f"#!/bin/sh\necho $@ >> {asked}\nexit 1\n")
    git.chmod(0o755)
    with local.env(PATH=str(tmp_path)):
        rendered = render(suite())
        assert local.env["PATH"] == str(tmp_path)
    assert len(rendered) > 5
    assert not asked.exists()


def test_a_template_is_compiled_once_in_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    render(suite("one"))
    compiled: list[str | None] = []
    generate = Environment._generate

    def noted(self: Environment, source: Any, name: str | None, *others: Any, **options: Any) -> str:
        compiled.append(name)
        return generate(self, source, name, *others, **options)

    monkeypatch.setattr(Environment, "_generate", noted)
    files = render(suite("two"))
    assert b"two" in b"".join(files.values())
    # the paths of files are texts without a name
    assert set(compiled) <= {None, "<template>"}


@pytest.mark.parametrize("kinds", [*permutations((Environment, SandboxedEnvironment))])
def test_an_environment_of_another_class_compiles_for_itself(kinds: tuple[type[Environment], ...]) -> None:
    name = f"{kinds[0].__name__} first"
    for kind in kinds:
        environment = kind(loader=DictLoader({name: "{{ call() }}"}), extensions=[Ext])
        assert environment.get_template(name).render(call=lambda: 7) == "7"
