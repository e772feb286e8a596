"""Plain `copier update`, `recopy` and `check-update` with tcgen beside Copier do what `tcgen update` does."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
import yaml
from e2e_support import REPOSITORY, Finished, copy, long_row, replace, run, tcgen, tree

from tcgen.sample import write_sample

pytestmark = pytest.mark.e2e

SUITE = "tests/integration"
ANSWERS = ".tcgen/answers.yml"
FIRST = '"""One PostgreSQL server for a whole test run, and the databases made on it."""'
SECOND = '"""As the second release says it."""'
MODEL = """

class Shelf(Base):
    __tablename__ = "shelf"

    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(String(20))
"""
STYLE = """
[tool.ruff]
line-length = 120

[tool.ruff.format]
quote-style = "single"

[tool.ruff.lint]
select = ["I"]
isort.force-single-line = true
"""


def git(folder: Path, *arguments: str) -> str:
    done = run(["git", "-c", "user.name=t", "-c", "user.email=t@t", *arguments], folder)
    assert done.status == 0, done.text
    return done.out


def commit(folder: Path, tag: str | None = None) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "state")
    if tag:
        git(folder, "tag", tag)


def copier(root: Path, *arguments: str | Path) -> Finished:
    command, *others = arguments
    record = [] if command == "copy" else ["--answers-file", ANSWERS]
    return run([sys.executable, "-m", "copier", command, *record, *others], root, VIRTUAL_ENV=sys.prefix)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of the template with two releases: the second says one thing more in `postgres.py`."""
    folder = tmp_path_factory.mktemp("template")
    shutil.copy(REPOSITORY / "copier.yml", folder)
    shutil.copytree(REPOSITORY / "templates", folder / "templates")
    git(folder, "init", "--quiet")
    commit(folder, "v0.0.1")
    place = folder / "templates" / "partials" / "database" / "postgresql" / "module.jinja"
    replace(place, FIRST, SECOND)
    place.write_text(place.read_text() + "\n# said by the second release\n")
    commit(folder, "v0.0.2")
    return folder


@pytest.fixture(scope="module")
def copied(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample project with the first release, committed."""
    root = tmp_path_factory.mktemp("copied") / "shop"
    write_sample(root)
    done = copier(root, "copy", "--trust", "--defaults", "--quiet", "--vcs-ref", "v0.0.1", template, root)
    assert done.status == 0, done.text
    git(root, "init", "--quiet")
    commit(root)
    return root


@pytest.fixture
def project(copied: Path, tmp_path: Path) -> Path:
    """A copy of that project, with edits by hand, and models that changed since."""
    root = copy(copied, tmp_path / "shop")
    factories = root / SUITE / "factories"
    for name in ("author", "review"):
        place = factories / f"{name}.py"
        place.write_text(place.read_text() + "\n    note = 'by hand'\n")
    catalogue = root / "bookshop" / "models" / "catalogue.py"
    text = catalogue.read_text()
    assert "from sqlalchemy import" in text
    catalogue.write_text(text + MODEL)
    models = root / "bookshop" / "models"
    for place in [*models.rglob("*.py")]:
        place.write_text(place.read_text().replace("Author", "Writer"))
    commit(root)
    return root


def test_copier_update_does_what_tcgen_update_does(project: Path, template: Path, tmp_path: Path) -> None:
    other = copy(project, tmp_path / "other")
    assert copier(project, "check-update").status == 0
    done = copier(project, "update", "--trust", "--defaults", "--quiet")
    assert done.status == 0, done.text
    ours = tcgen("update", "--no-prove", "--template", template, "--python", sys.executable, cwd=other)
    assert ours.status == 0, ours.text
    assert tree(project) == tree(other)
    assert yaml.safe_load((project / ANSWERS).read_text())["_commit"] == "v0.0.2"
    factories = project / SUITE / "factories"
    assert (factories / "shelf.py").is_file()
    assert not (factories / "author.py").exists()
    assert (factories / "writer.py").read_text().endswith("    note = 'by hand'\n")
    assert (factories / "review.py").read_text().endswith("    note = 'by hand'\n")
    assert (project / SUITE / "postgres.py").read_text().endswith("# said by the second release\n")
    assert git(project, "diff", "--name-only", "--diff-filter=U") == ""


def test_an_edit_stays_where_lines_repeat(project: Path, template: Path) -> None:
    conftest = project / SUITE / "conftest.py"
    text = conftest.read_text()
    third = '@pytest.fixture(scope="session")\n'
    assert text.count(third) >= 3
    start = text.rindex(third)
    conftest.write_text(text[:start] + text[start:].replace("    yield", "    # by hand\n    yield", 1))
    commit(project)
    expected = conftest.read_text()
    assert copier(project, "update", "--trust", "--defaults", "--quiet").status == 0
    assert conftest.read_text() == expected


@pytest.mark.parametrize("style", long_row(["inline", "rej"], "rej"))
def test_copier_update_with_a_conflict(project: Path, style: str) -> None:
    postgres = project / SUITE / "postgres.py"
    replace(postgres, FIRST, '"""As it is said by hand."""')
    commit(project)
    done = copier(project, "update", "--trust", "--defaults", "--quiet", "--conflict", style)
    assert done.status == 0, done.text
    text = postgres.read_text()
    if style == "inline":
        assert "conflict: tests/integration/postgres.py:1" in done.err
        assert text.startswith('<<<<<<< before updating\n"""As it is said by hand."""\n=======\n')
        assert git(project, "diff", "--name-only", "--diff-filter=U") == f"{SUITE}/postgres.py\n"
    else:
        assert "conflict: tests/integration/postgres.py.rej" in done.err
        assert text.startswith(SECOND)
        assert '+"""As it is said by hand."""' in postgres.with_name("postgres.py.rej").read_text()
    assert "# said by the second release" in text


def test_copier_recopy_sees_the_models(project: Path, template: Path) -> None:
    assert copier(project, "recopy", "--trust", "--defaults", "--overwrite", "--quiet").status == 0
    assert (project / SUITE / "factories" / "shelf.py").is_file()


@pytest.mark.matrix
def test_the_recorded_plan_stays_where_models_cannot_be_imported(project: Path) -> None:
    replace(
        project / "bookshop" / "models" / "base.py",
        "from __future__ import annotations\n",
        "import no_such\n",
    )
    commit(project)
    before = yaml.safe_load((project / ANSWERS).read_text())["plan"]
    done = copier(project, "update", "--trust", "--defaults", "--quiet")
    assert done.status == 0, done.text
    assert "tcgen keeps the recorded plan" in done.err
    assert yaml.safe_load((project / ANSWERS).read_text())["plan"] == before
    assert (project / SUITE / "postgres.py").read_text().endswith("# said by the second release\n")


def test_an_update_in_the_layout_of_the_project(template: Path, tmp_path: Path) -> None:
    root = tmp_path / "shop"
    write_sample(root)
    manifest = root / "pyproject.toml"
    manifest.write_text(manifest.read_text() + STYLE)
    done = copier(root, "copy", "--trust", "--defaults", "--quiet", "--vcs-ref", "v0.0.1", template, root)
    assert done.status == 0, done.text
    git(root, "init", "--quiet")
    lay_out(root)
    commit(root)
    review = root / SUITE / "factories" / "review.py"
    review.write_text(review.read_text() + "\n    note = 'by hand'\n")
    catalogue = root / "bookshop" / "models" / "catalogue.py"
    catalogue.write_text(catalogue.read_text() + MODEL)
    lay_out(root)
    commit(root)
    other = copy(root, tmp_path / "other")
    assert copier(root, "update", "--trust", "--defaults", "--quiet").status == 0
    ours = tcgen("update", "--no-prove", "--template", template, "--python", sys.executable, cwd=other)
    assert ours.status == 0, ours.text
    assert tree(root) == tree(other)
    assert git(root, "diff", "--name-only", "--diff-filter=U") == ""
    assert (root / SUITE / "factories" / "shelf.py").is_file()
    assert review.read_text().endswith("    note = 'by hand'\n")
    assert (root / SUITE / "postgres.py").read_text().endswith("# said by the second release\n")
    commit(root)
    lay_out(root)
    assert git(root, "status", "--porcelain") == ""


def lay_out(root: Path) -> None:
    """Do what people have a hook do before each commit; it finds nothing to do in what is generated."""
    for command in (["check", "--fix", "--quiet"], ["format", "--quiet"]):
        before = tree(root / SUITE)
        done = run([sys.executable, "-m", "ruff", *command, "--no-cache", "."], root)
        assert done.status == 0, done.text
        assert tree(root / SUITE) == before
