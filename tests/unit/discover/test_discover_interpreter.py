"""Which Python is chosen; the environments are only folders, nothing is run."""

from __future__ import annotations

import base64
import hashlib
import sys
from pathlib import Path

import pytest

from tcgen.discover import discover
from tcgen.errors import TcgenError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="folders as on POSIX")


def environment(path: Path, *packages: str, runs: bool = True) -> str:
    """An environment's folders; its interpreter's path."""
    (path / "bin").mkdir(parents=True)
    (path / "pyvenv.cfg").write_text("home = x\n")
    for package in packages:
        (path / "lib" / "python3.12" / "site-packages" / package).mkdir(parents=True)
    (path / "bin" / "python").symlink_to(sys.executable if runs else path / "gone")
    return str(path / "bin" / "python")


def codes(project):
    return [one.code for one in project.diagnostics if one.code != "no-package"]


def test_the_one_asked_for(write, tmp_path):
    root = write({})
    python = environment(tmp_path / "mine")
    environment(root / ".venv", "sqlalchemy")
    assert discover(root, python=python).python == python
    assert discover(root, python=str(tmp_path / "mine")).python == python
    assert codes(discover(root, python=python)) == []


def test_the_one_asked_for_cannot_be_run(write, tmp_path):
    (tmp_path / "plain").write_text("")
    for asked, cause in ((tmp_path / "gone", "does not exist"), (tmp_path / "plain", "is not executable")):
        with pytest.raises(TcgenError) as caught:
            discover(write({}), python=str(asked))
        assert caught.value.code == "python-not-found"
        assert cause in caught.value.message
        assert "--python" in caught.value.hint


@pytest.mark.parametrize("name", [".venv", "venv", "env"])
def test_the_project_s_own(write, name):
    root = write({})
    python = environment(root / name, "sqlalchemy")
    found = discover(root)
    assert found.python == python, "the link must be kept: it makes the interpreter the environment's"
    assert codes(found) == []


def test_the_active_one_goes_first(write, tmp_path, monkeypatch):
    root = write({})
    environment(root / ".venv", "sqlalchemy")
    active = environment(tmp_path / "active", "sqlalchemy")
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "active"))
    assert discover(root).python == active


def test_an_active_one_without_sqlalchemy_is_passed_over(write, tmp_path, monkeypatch):
    root = write({})
    python = environment(root / ".venv", "sqlalchemy")
    environment(tmp_path / "active")
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "active"))
    found = discover(root)
    assert found.python == python
    assert codes(found) == ["python-guessed"]


def test_nothing_has_sqlalchemy_so_the_first_is_taken(write):
    root = write({})
    python = environment(root / ".venv")
    assert discover(root).python == python


def test_a_broken_one_is_left_out_with_a_word(write):
    root = write({})
    environment(root / ".venv", "sqlalchemy", runs=False)
    found = discover(root)
    assert found.python == str(Path(sys.executable).absolute())
    assert codes(found) == ["environment-broken", "python-guessed"]


def test_none_at_all(write):
    found = discover(write({}))
    assert found.python == str(Path(sys.executable).absolute())
    (note,) = [one for one in found.diagnostics if one.code == "python-guessed"]
    assert "--python" in note.hint


def test_a_tool_s_own_environment_hides_the_active_one(write, tmp_path, monkeypatch):
    """As under pre-commit, which installs tcgen by itself."""
    own, active = environment(tmp_path / "own"), environment(tmp_path / "active", "sqlalchemy")
    monkeypatch.setattr(sys, "executable", own)
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "own"))
    monkeypatch.setenv("PATH", f"{Path(own).parent}:{Path(active).parent}")
    assert discover(write({})).python == active
    python = environment(tmp_path / "shop" / ".venv", "sqlalchemy")
    assert discover(write({})).python == python


def test_what_is_on_path_does_not_matter_where_tcgen_lives_with_sqlalchemy(write, tmp_path, monkeypatch):
    own, other = (environment(tmp_path / name, "sqlalchemy") for name in ("own", "other"))
    monkeypatch.setattr(sys, "executable", own)
    monkeypatch.setenv("PATH", str(Path(other).parent))
    assert discover(write({})).python == own


def test_pdm(write, tmp_path):
    python = environment(tmp_path / "pdm", "sqlalchemy")
    assert discover(write({".pdm-python": f"{python}\n"})).python == python


def test_poetry(write, tmp_path, monkeypatch):
    root = write({"pyproject.toml": "[tool.poetry]\nname='My Shop'\n"})
    mark = base64.urlsafe_b64encode(hashlib.sha256(str(root).encode()).digest()).decode()[:8]
    monkeypatch.setenv("POETRY_CACHE_DIR", str(tmp_path / "poetry"))
    python = environment(tmp_path / "poetry" / "virtualenvs" / f"my_shop-{mark}-py3.12", "sqlalchemy")
    assert discover(root).python == python


def test_pipenv(write, tmp_path, monkeypatch):
    root = write({"Pipfile": "[packages]\nflask = '*'\n"})
    monkeypatch.setenv("WORKON_HOME", str(tmp_path / "envs"))
    python = environment(tmp_path / "envs" / "shop-x", "sqlalchemy")
    (tmp_path / "envs" / "shop-x" / ".project").write_text(str(root))
    environment(tmp_path / "envs" / "other-x", "sqlalchemy")
    (tmp_path / "envs" / "other-x" / ".project").write_text("/elsewhere")
    assert discover(root).python == python


def test_hatch(write, tmp_path, monkeypatch):
    root = write({"pyproject.toml": "[project]\nname='shop'\n[tool.hatch.envs.default]\n"})
    monkeypatch.setenv("HATCH_DATA_DIR", str(tmp_path / "hatch"))
    python = environment(tmp_path / "hatch" / "env" / "virtual" / "shop" / "abc" / "shop", "sqlalchemy")
    assert discover(root).python == python


def test_conda(write, tmp_path, monkeypatch):
    python = environment(tmp_path / "conda", "sqlalchemy")
    monkeypatch.setenv("CONDA_PREFIX", str(tmp_path / "conda"))
    assert discover(write({})).python == python


def test_the_subproject_s_own(write):
    root = write({"backend/pyproject.toml": "", "backend/app/__init__.py": ""})
    python = environment(root / "backend" / ".venv", "sqlalchemy")
    assert discover(root).python == python


@pytest.mark.parametrize("name", [".venv-3.12", "venv312"])
def test_one_of_another_name(write, name):
    root = write({"pyproject.toml": ""})
    python = environment(root / name, "sqlalchemy")
    assert discover(root).python == python


def test_the_workspace_s_above_the_project(write, tmp_path):
    root = write({"pyproject.toml": ""})
    python = environment(tmp_path / ".venv", "sqlalchemy")
    (tmp_path / "pyproject.toml").write_text("")
    assert discover(root).python != python, "nothing says that they belong together"
    (tmp_path / ".git").mkdir()
    assert discover(root).python == python


def test_where_it_looked(write):
    root = write({"pyproject.toml": ""})
    (remark,) = [one for one in discover(root).diagnostics if one.code == "python-guessed"]
    assert str(root) in remark.message
