"""The wheel carries the template, and renders from it what the checkout renders."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("hatchling")
pytestmark = pytest.mark.e2e

REPOSITORY = Path(__file__).resolve().parents[2]

# Renders the sample project's plan with the tcgen that is importable, and says which one that is.
RENDER = """
import json
import sys
from pathlib import Path

import tcgen
from tcgen.render.engine import render
from tcgen.template.location import template_folder
from tcgen.sample import write_sample
from tcgen.workflow import stages

root = Path(sys.argv[1])
write_sample(root)
planned = stages.plan(stages.Request(root=root, python=sys.executable))
files = {path: content.decode() for path, content in render(planned.plan).items()}
json.dump({"package": tcgen.__file__, "template": str(template_folder()), "files": files}, sys.stdout)
"""


def run(*command: str | Path, **extra: str) -> str:
    environment = {**os.environ, "PYTHONSAFEPATH": "1", **extra}
    done = subprocess.run(
        [str(part) for part in command], env=environment, capture_output=True, text=True, cwd=REPOSITORY
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter in which the wheel is installed and its requirements can be imported."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    run(sys.executable, "-m", "venv", folder)
    python = folder / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel)
    site = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    # A plain path: .pth files in it, such as that of an editable install of this checkout, are not read.
    Path(site, "requirements.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python


def rendered(python: Path | str, root: Path) -> dict[str, object]:
    return dict(json.loads(run(python, "-c", RENDER, root)))


def test_it_holds_the_template_and_the_sample(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for folder, inside in (
        ("templates", "tcgen/_template/templates"),
        ("generator/tcgen/sample/project", "tcgen/sample/project"),
        ("generator/tcgen/introspect/probe", "tcgen/introspect/probe"),
    ):
        files = {path for path in (REPOSITORY / folder).rglob("*") if path.is_file()}
        expected = {
            f"{inside}/{path.relative_to(REPOSITORY / folder).as_posix()}"
            for path in files
            if "__pycache__" not in path.parts and ".pytest_cache" not in path.parts
        }
        assert expected <= names, expected - names
    assert {"tcgen/_template/copier.yml", "tcgen/py.typed"} <= names
    assert not [name for name in names if "__pycache__" in name or name.startswith("tests/")]


def test_it_renders_what_the_checkout_renders(python: Path, tmp_path: Path) -> None:
    (tmp_path / "wheel").mkdir()
    (tmp_path / "checkout").mkdir()
    ours = rendered(sys.executable, tmp_path / "checkout" / "shop")
    theirs = rendered(python, tmp_path / "wheel" / "shop")
    assert str(theirs["package"]).startswith(str(python.parents[1]))
    assert str(theirs["template"]).startswith(str(python.parents[1]))
    assert ours["files"] == theirs["files"]


def test_its_command_is_there(python: Path) -> None:
    assert run(python.with_name("tcgen"), "--version").startswith("tcgen ")
