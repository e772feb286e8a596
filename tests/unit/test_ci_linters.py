"""No linter finds anything in any CI file that tcgen writes; actionlint has a command of its own beside these tests."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from tests.quality.ci_variants import planned, rendered, write_variants

from tcgen.catalog.load import catalog
from tcgen.render.engine import render

GITHUB, GITLAB = (catalog().ci[name].file for name in ("github", "gitlab"))
YAMLLINT = """
extends: default
rules:
  document-start: disable
  line-length: {max: 110}
  # `on` is a key of GitHub's
  truthy: {check-keys: false}
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    return write_variants(tmp_path_factory.mktemp("ci"))


def lint(tool: str, options: Sequence[str], files: Sequence[Path], status: int = 0) -> str:
    command = [str(Path(sys.executable).with_name(tool)), *options, *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_all_are_there(files: dict[str, list[Path]]) -> None:
    assert {path: len(found) for path, found in files.items()} == {GITHUB: 35, GITLAB: 95}


def test_they_are_what_the_suite_gets() -> None:
    plan = planned("github", "uv", whole=True)
    made = render(plan)[plan.ci_file].decode()
    assert rendered(plan) == made.replace("uvx 'tcgen' check", "uvx 'tcgen==1.2.3' check")


def test_zizmor(files: dict[str, list[Path]]) -> None:
    said = lint(
        "zizmor", ["--offline", "--persona=pedantic", "--no-progress", "--color=never"], files[GITHUB]
    )
    # a server that the CI system starts has the image of the suite's own container
    services = sum("\n    services:\n" in path.read_text() for path in files[GITHUB])
    assert f"No findings to report. Good job! ({services} ignored)" in said


def test_zizmor_would_find_something(tmp_path: Path) -> None:
    place = tmp_path / "workflow.yml"
    place.write_text(
        rendered(planned("github")).replace("        with:\n          persist-credentials: false\n", "")
    )
    assert "artipacked" in lint("zizmor", ["--offline", "--persona=pedantic"], [place], status=13)


@pytest.mark.parametrize(("path", "schema"), [(GITHUB, "github-workflows"), (GITLAB, "gitlab-ci")])
def test_the_schemas(files: dict[str, list[Path]], path: str, schema: str) -> None:
    lint("check-jsonschema", [f"--builtin-schema=vendor.{schema}"], files[path])


def test_yamllint(files: dict[str, list[Path]], tmp_path: Path) -> None:
    settings = tmp_path / "yamllint.yml"
    settings.write_text(YAMLLINT)
    lint(
        "yamllint",
        ["--strict", f"--config-file={settings}"],
        [one for found in files.values() for one in found],
    )


def test_shellcheck(files: dict[str, list[Path]], tmp_path: Path) -> None:
    scripts = {text for found in files.values() for path in found for text in scripts_in(path)}
    places = []
    for number, text in enumerate(sorted(scripts)):
        places.append(tmp_path / f"{number}.sh")
        places[-1].write_text(f"{text}\n")
    assert len(places) > 10
    lint("shellcheck", ["--shell=bash"], places)


def scripts_in(path: Path) -> list[str]:
    document = yaml.safe_load(path.read_text())
    if "jobs" in document:
        steps = (step for job in document["jobs"].values() for step in job["steps"])
        return [step["run"] for step in steps if "run" in step]
    names = ("before_script", "script", "after_script")
    return [line for job in document.values() for name in names for line in job.get(name, ())]
