"""The template of the last run is found again, wherever it came from."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from update_support import kinds, prepared, small, start, text, tree, updated

from tcgen.errors import TcgenError
from tcgen.ir.plan import ANSWERS
from tcgen.template import location
from tcgen.template.location import template_folder
from tcgen.template.releases import CONTENT, scratch_repository, write_bundle

SAYS = "\n# said by the second release\n"


def git(folder: Path, *arguments: str) -> None:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@t", *arguments]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def commit(folder: Path, tag: str = "") -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "state")
    if tag:
        git(folder, "tag", tag)


def improve(folder: Path) -> None:
    place = folder / "templates" / "partials" / "database" / "postgresql" / "module.jinja"
    place.write_text(place.read_text() + SAYS)


def set_version(folder: Path, version: str) -> None:
    (folder / "pyproject.toml").write_text(f'[project]\nversion = "{version}"\n')


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository of the template at its first release, untagged."""
    folder = tmp_path / "template"
    folder.mkdir()
    shutil.copy(template_folder() / "copier.yml", folder)
    shutil.copytree(template_folder() / "templates", folder / "templates")
    set_version(folder, "0.1.0")
    git(folder, "init", "--quiet")
    commit(folder)
    return folder


def record(root: Path, version: str) -> None:
    place = root / ANSWERS
    lines = place.read_text().splitlines(keepends=True)
    changed = [f"_commit: {version}\n" if line.startswith("_commit:") else line for line in lines]
    place.write_text("".join(changed))


def test_releases_of_a_repository(checkout: Path, tmp_path: Path) -> None:
    git(checkout, "tag", "v0.0.1")
    git(checkout, "tag", "no-version")
    root = start(tmp_path / "shop", small())
    record(root, "v0.0.1")
    improve(checkout)
    commit(checkout, "v0.0.2")
    git(checkout, "tag", "v0.0.3rc1")
    found = updated(root, small(), str(checkout))
    assert found.version == ("v0.0.1", "v0.0.2")
    assert found.diagnostics == ()
    assert (root / "tests/integration/postgres.py").read_text().endswith(SAYS)
    assert str(checkout) not in (root / ANSWERS).read_text()
    assert prepared(root, small(), str(checkout)).changes == ()


def test_a_repository_that_is_not_there(tmp_path: Path) -> None:
    root = start(tmp_path / "shop", small())
    before = tree(root)
    with pytest.raises(TcgenError, match="no address of a git repository"):
        prepared(root, small(), str(tmp_path / "nowhere"))
    assert tree(root) == before


def test_a_repository_without_releases_or_with_older_ones(checkout: Path, tmp_path: Path) -> None:
    root = start(tmp_path / "shop", small())
    with pytest.raises(TcgenError, match="no tag such as"):
        prepared(root, small(), str(checkout))
    git(checkout, "tag", "v0.0.1")
    record(root, "v0.0.2")
    with pytest.raises(TcgenError, match=r"nothing newer than v0\.0\.1"):
        prepared(root, small(), str(checkout))


def test_a_template_nobody_has_costs_its_changes_only(tmp_path: Path) -> None:
    root = start(tmp_path / "shop", small())
    record(root, "v0.0.1")
    mine = root / "tests/integration/postgres.py"
    mine.write_text(mine.read_text() + "# by hand\n")
    found = updated(root, small()[:-1])
    assert [one.code for one in found.diagnostics] == ["template-lost"]
    assert mine.read_text().endswith("# by hand\n")
    assert not (root / "tests/integration/factories/customer.py").exists()
    assert updated(root, small()[:-1]).changes == ()


def test_an_old_plan_lacks_what_a_newer_template_asks_for(tmp_path: Path) -> None:
    """Where its own template is lost, the new one renders it, with the new plan's answers."""
    root = start(tmp_path / "shop", small())
    record(root, "v0.0.1")
    answers = root / ".tcgen" / "answers.yml"
    old = small()
    for name in ("commands", "ci_file"):
        del old[0][name]
    old[0]["database"] = {
        "flask_db": None,
        **{key: one for key, one in old[0]["database"].items() if key != "framework"},
    }
    recorded = yaml.safe_load(answers.read_text())
    answers.write_text(yaml.safe_dump({**recorded, "plan": text(old)}))
    mine = root / ".github/workflows/integration.yml"
    mine.write_text(mine.read_text() + "# by hand\n")
    found = updated(root, small())
    assert [one.code for one in found.diagnostics] == ["template-lost"]
    assert kinds(found) == {".github/workflows/integration.yml": "kept"}
    assert mine.read_text().endswith("# by hand\n")


def bundled(checkout: Path, version: str, bundle: Path) -> tuple[str, list[str]]:
    own = write_bundle(checkout, version, bundle)
    with scratch_repository() as repository:
        repository.fetch(str(bundle))
        return own, sorted(repository.tags())


def test_a_bundle_of_tags(checkout: Path, tmp_path: Path) -> None:
    git(checkout, "tag", "v0.1.0")
    assert bundled(checkout, "0.1.0", tmp_path / "b") == ("v0.1.0", ["v0.1.0"])
    improve(checkout)
    own, tags = bundled(checkout, "0.1.0", tmp_path / "b")
    assert own.startswith("v0.1.0.dev0+")
    assert tags == ["v0.1.0", own]


def test_a_bundle_of_a_clone_without_tags(checkout: Path, tmp_path: Path) -> None:
    first, _ = bundled(checkout, "0.1.0", tmp_path / "a")
    improve(checkout)
    set_version(checkout, "0.2.0")
    commit(checkout)
    git(tmp_path, "clone", "--quiet", "--no-tags", str(checkout), "clone")
    own, tags = bundled(tmp_path / "clone", "0.2.0", tmp_path / "b")
    assert tags == ["v0.1.0", own]
    digest = first.partition("+")[2]
    with scratch_repository() as repository:
        repository.fetch(str(tmp_path / "b"))
        (content,) = repository.contents(["refs/tags/v0.1.0"])
        assert content is not None
        assert content.digest == digest


def test_a_bundle_without_git_or_a_commit_or_of_a_shallow_clone(checkout: Path, tmp_path: Path) -> None:
    own, _ = bundled(checkout, "0.1.0", tmp_path / "a")
    bare, fresh = tmp_path / "bare", tmp_path / "fresh"
    for folder in (bare, fresh):
        shutil.copytree(checkout, folder, ignore=shutil.ignore_patterns(".git"))
    git(fresh, "init", "--quiet")
    improve(checkout)
    set_version(checkout, "0.2.0")
    commit(checkout)
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{checkout}", "shallow")
    assert bundled(bare, "0.1.0", tmp_path / "b") == (own, [own])
    assert bundled(fresh, "0.1.0", tmp_path / "b") == (own, [own])
    assert len(bundled(tmp_path / "shallow", "0.2.0", tmp_path / "b")[1]) == 1


def test_a_bundle_is_the_same_wherever_it_is_made(checkout: Path, tmp_path: Path) -> None:
    git(checkout, "tag", "v0.1.0")
    shutil.copytree(checkout, tmp_path / "other")
    write_bundle(checkout, "0.1.0", tmp_path / "a")
    write_bundle(tmp_path / "other", "0.1.0", tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_extracting_gives_the_files_back(checkout: Path, tmp_path: Path) -> None:
    own = write_bundle(checkout, "0.1.0", tmp_path / "a")
    with scratch_repository() as repository:
        repository.fetch(str(tmp_path / "a"))
        repository.extract(f"refs/tags/{own}", tmp_path / "out")
    wanted = {path: content for path, content in tree(checkout).items() if path.startswith(CONTENT)}
    assert tree(tmp_path / "out") == wanted


def test_a_hooks_own_variables_lead_nowhere(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    assert bundled(checkout, "0.1.0", tmp_path / "a")[0].startswith("v0.1.0.dev0+")


def test_an_installed_package_uses_its_bundle(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(checkout, "tag", "v0.0.1")
    improve(checkout)
    commit(checkout, "v0.0.2")
    package = tmp_path / "lib" / "site-packages" / "tcgen"
    inside = package / "_template"
    inside.mkdir(parents=True)
    shutil.copy(checkout / "copier.yml", inside)
    shutil.copytree(checkout / "templates", inside / "templates")
    (inside / "version").write_text(write_bundle(checkout, "0.0.2", inside / "releases.bundle") + "\n")
    root = start(tmp_path / "shop", small())
    record(root, "v0.0.1")
    monkeypatch.setattr(location, "_PACKAGE", package)
    location._own_version.cache_clear()
    try:
        found = updated(root, small())
    finally:
        location._own_version.cache_clear()
    assert found.version == ("v0.0.1", "v0.0.2")
    assert (root / "tests/integration/postgres.py").read_text().endswith(SAYS)
