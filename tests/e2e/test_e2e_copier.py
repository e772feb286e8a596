"""Plain `copier copy` of the template writes what `tcgen init` writes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from e2e_support import REPOSITORY, init, pytest_in, run, tree

from tcgen import __version__

pytestmark = pytest.mark.e2e

COPY = """
import sys
import copier
from copier.errors import UserMessageError
try:
    copier.run_copy(sys.argv[1], sys.argv[2], unsafe=True, defaults=True, quiet=True, vcs_ref="HEAD")
except UserMessageError as error:
    raise SystemExit(f"refused: {error}")
"""

ANSWERS = ".tcgen/answers.yml"


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """The template alone, as a git repository with a tag."""
    import shutil

    folder = tmp_path / "template"
    folder.mkdir()
    shutil.copy(REPOSITORY / "copier.yml", folder)
    shutil.copytree(REPOSITORY / "templates", folder / "templates")
    for command in (
        ["init", "--quiet"],
        ["add", "--all"],
        ["-c", "user.name=t", "-c", "user.email=t@t", "commit", "--quiet", "--message", "template"],
        ["tag", f"v{__version__}"],
    ):
        done = run(["git", *command], folder)
        assert done.status == 0, done.text
    return folder


def test_copier_copy_equals_init(
    template: Path, sample: Callable[[str], Path], on_a_url: dict[str, str]
) -> None:
    copied, initialised = sample("copied"), sample("initialised")
    # Where no environment is found below the project, its interpreter is the active one.
    done = run([sys.executable, "-c", COPY, template, copied], copied, VIRTUAL_ENV=sys.prefix)
    assert done.status == 0, done.text
    init(initialised)
    # a released tcgen is installed in CI by its version, one that is not has none there
    workflow = copied / ".github/workflows/integration.yml"
    workflow.write_text(workflow.read_text().replace(f"tcgen=={__version__}", "tcgen"))
    ours, theirs = tree(initialised), tree(copied)
    # the answers name the template's address; pyproject.toml is not Copier's
    assert {path for path in ours | theirs if ours.get(path) != theirs.get(path)} == {
        ANSWERS,
        "pyproject.toml",
    }
    first, second = (yaml.safe_load((root / ANSWERS).read_text()) for root in (initialised, copied))
    assert first["plan"] == second["plan"]
    assert second["_commit"] == f"v{__version__}"
    suite = pytest_in(copied, "tests/integration", **on_a_url)
    assert (suite.status, suite.outcomes(), len(suite.cases)) == (0, {"passed"}, 19), suite.text


def test_copier_copy_says_why_it_cannot(template: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = run([sys.executable, "-c", COPY, template, tmp_path / "empty"], tmp_path, VIRTUAL_ENV=sys.prefix)
    assert done.status == 1, done.text
    assert "refused: " in done.err
    assert "Traceback" not in done.err
    assert list((tmp_path / "empty").iterdir()) == []
