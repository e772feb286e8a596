"""No linter finds anything in any CI file that tcgen writes; actionlint has a command of its own beside these tests."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import yaml
from tests.quality.ci_variants import planned, rendered, write_variants

from tcgen.catalog.load import catalog
from tcgen.render.engine import render

GITHUB = catalog().ci["github"].file
FORGES = [catalog().ci[name].file for name in ("forgejo", "gitea")]
AZURE = catalog().ci["azure"].file
SCHEMAS = {
    "azure": ("azure-pipelines", "--regex-variant=python"),
    "bitbucket": ("bitbucket-pipelines",),
    "circleci": ("circle-ci",),
    "forgejo": ("github-workflows",),
    "gitea": ("github-workflows",),
    "github": ("github-workflows",),
    "gitlab": ("gitlab-ci",),
}
# a release of the task that the schema does not know yet
NEW_TO_THE_SCHEMA = """\
      - task: PublishCodeCoverageResults@2
        condition: succeededOrFailed()
        inputs:
          summaryFileLocation: coverage.xml
"""
COMMANDS = ("run", "command", "script")
LISTS = ("script", "before_script", "after_script")
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
    assert {name: len(files[spec.file]) for name, spec in catalog().ci.items()} == {
        "azure": 35,
        "bitbucket": 35,
        "circleci": 23,
        "forgejo": 35,
        "gitea": 35,
        "github": 35,
        "gitlab": 95,
    }


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


def test_zizmor_on_other_forges(files: dict[str, list[Path]], tmp_path: Path) -> None:
    settings = tmp_path / "zizmor.yml"
    # they do not read what is permitted to a job; their images have the tags that those of the suite have
    off = ("excessive-permissions", "unpinned-images")
    settings.write_text(yaml.safe_dump({"rules": {name: {"disable": True} for name in off}}))
    options = ["--offline", "--persona=pedantic", "--no-progress", "--color=never", f"--config={settings}"]
    said = lint("zizmor", options, [one for path in FORGES for one in files[path]])
    assert "No findings to report. Good job!" in said


def test_zizmor_would_find_something(tmp_path: Path) -> None:
    place = tmp_path / "workflow.yml"
    place.write_text(
        rendered(planned("github")).replace("        with:\n          persist-credentials: false\n", "")
    )
    assert "artipacked" in lint("zizmor", ["--offline", "--persona=pedantic"], [place], status=13)


@pytest.mark.parametrize("provider", catalog().ci)
def test_the_schemas(files: dict[str, list[Path]], tmp_path: Path, provider: str) -> None:
    found = files[catalog().ci[provider].file]
    if provider == "azure":
        found = [_as_the_schema_knows_it(path, tmp_path / f"{path.parent.name}.yml") for path in found]
    schema, *options = SCHEMAS[provider]
    lint("check-jsonschema", [f"--builtin-schema=vendor.{schema}", *options], found)


def _as_the_schema_knows_it(path: Path, copy: Path) -> Path:
    text = path.read_text()
    assert (NEW_TO_THE_SCHEMA in text) == ("--cov" in text)
    copy.write_text(text.replace(NEW_TO_THE_SCHEMA, ""))
    return copy


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
    """Return every text of a file that a shell gets, whatever its provider calls it."""
    # CircleCI fills its parameters in before
    text = path.read_text().replace("<< parameters.python >>", "3.13")
    return list(_scripts(yaml.safe_load(text)))


def _scripts(part: object) -> Iterator[str]:
    if isinstance(part, list):
        for one in part:
            yield from _scripts(one)
    elif isinstance(part, dict):
        for name, value in part.items():
            if name in COMMANDS and isinstance(value, str):
                yield value
            elif name in LISTS and isinstance(value, list):
                yield from value
            else:
                yield from _scripts(value)
