"""The command line as a user meets it: one clear message, the right status, nothing half written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

MODELS = """\
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase):
    pass

class Book(Base):
    __tablename__ = "book"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
"""


def tcgen(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tcgen", *arguments], cwd=cwd, capture_output=True, text=True, timeout=300
    )


def tree(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "shop-project"
    (root / "shop").mkdir(parents=True)
    (root / "shop" / "__init__.py").touch()
    (root / "shop" / "models.py").write_text(MODELS)
    (root / "pyproject.toml").write_text('[project]\nname = "shop"\nversion = "1"\n')
    return root


def init(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return tcgen("init", "--yes", "--no-prove", "--python", sys.executable, *arguments, cwd=project)


@pytest.mark.parametrize(
    "command", ["init", "inspect", "plan", "verify", "demo", "update", "check", "diff", "eject"]
)
def test_help_has_examples(tmp_path: Path, command: str) -> None:
    done = tcgen(command, "--help", cwd=tmp_path)
    assert done.returncode == 0
    assert f"Examples:\n    tcgen {command}" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["init", "nowhere"], "does not exist", "tcgen init DIR"),
        (["init", "--service", "cassandra"], "no service is called 'cassandra'", "postgres"),
        (["init", "--dest", "../up"], "a folder inside the project", "tests/integration"),
        (["init", "--dest", "/tmp/up"], "a folder inside the project", "tests/integration"),
        (["init", "--dest", "x; rm y"], "a folder inside the project", "tests/integration"),
        (["init", "--dest", "."], "a folder inside the project", "tests/integration"),
        (["init", "--python", "no-such-python"], "no-such-python", "--python"),
        (["init", "--alembic-config", "gone.ini"], "gone.ini", ""),
    ],
)
def test_bad_input_is_one_error_and_status_2(
    project: Path, arguments: list[str], message: str, hint: str
) -> None:
    before = tree(project)
    done = tcgen(*arguments, cwd=project)
    assert done.returncode == 2
    assert done.stdout == ""
    assert message in done.stderr
    assert hint in done.stderr
    assert "Traceback" not in done.stderr
    assert tree(project) == before


def test_an_unknown_flag_is_status_2(project: Path) -> None:
    assert tcgen("init", "--bogus", cwd=project).returncode == 2


def test_an_import_error_shows_the_projects_own_line(project: Path) -> None:
    (project / "shop" / "models.py").write_text(f"import not_installed_anywhere\n{MODELS}")
    done = init(project)
    assert done.returncode == 2
    assert "shop/models.py:1" in done.stderr
    assert "not_installed_anywhere" in done.stderr
    assert "introspect" not in done.stderr


def test_no_models(project: Path) -> None:
    (project / "shop" / "models.py").write_text("x = 1\n")
    done = init(project)
    assert done.returncode == 2
    assert "--models" in done.stderr


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("[tool.tcgen]\ncolour = 1\n", "colour"),
        ('[tool.tcgen.providers]\n"shop.models.Book.title" = "Use("\n', "shop.models.Book.title"),
        (
            '[tool.tcgen.providers]\n"shop.models.Book.titel" = "1"\n',
            'did you mean "shop.models.Book.title"?',
        ),
        ("[tool.tcgen\n", "pyproject.toml"),
        ('[tool.tcgen]\ndest = "../up"\n', "dest = ../up"),
        ("[tool.tcgen]\ndest = 3\n", "dest"),
    ],
)
def test_a_bad_setting(project: Path, setting: str, message: str) -> None:
    with (project / "pyproject.toml").open("a") as file:
        file.write(setting)
    done = init(project)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_provider_of_the_users_own_is_used(project: Path) -> None:
    with (project / "pyproject.toml").open("a") as file:
        file.write('[tool.tcgen.providers]\n"shop.models.Book.title" = "Use(fake.name)"\n')
    assert init(project).returncode == 0
    assert "title = Use(fake.name)" in (project / "tests/integration/factories/book.py").read_text()


def test_files_in_the_way_are_named_and_nothing_is_written(project: Path) -> None:
    (project / "suite").mkdir()
    (project / "suite" / "conftest.py").write_text("# mine\n")
    before = tree(project)
    done = init(project, "--dest", "suite")
    assert done.returncode == 2
    assert "suite/conftest.py" in done.stderr
    assert tree(project) == before


@pytest.mark.parametrize("flag", ["--dry-run", "--diff"])
def test_looking_writes_nothing_and_says_that_something_would(project: Path, flag: str) -> None:
    before = tree(project)
    done = init(project, flag)
    assert done.returncode == 1
    assert tree(project) == before
    assert ("+++ b/tests/integration/conftest.py" in done.stdout) == (flag == "--diff")


def test_init_twice(project: Path) -> None:
    first = init(project)
    assert first.returncode == 0, first.stderr
    after = tree(project)
    second = init(project)
    assert second.returncode == 0
    assert "up to date" in second.stderr
    assert tree(project) == after
    assert init(project, "--diff").returncode == 0


def test_json_is_one_document_on_stdout(project: Path) -> None:
    for command, kind in (("inspect", "inspect"), ("plan", "plan")):
        done = tcgen(command, "--json", "--python", sys.executable, cwd=project)
        assert done.returncode == 0, done.stderr
        document = json.loads(done.stdout)
        assert document["kind"] == kind
        assert document["version"] == 1
    document = json.loads(init(project, "--json").stdout)
    assert document["mapped_classes"] == document["factories"] == 1
    assert "tests/integration/factories/book.py" in document["written"]


def test_several_metadatas_are_named(project: Path) -> None:
    (project / "shop" / "other.py").write_text(MODELS.replace("book", "film").replace("Book", "Film"))
    both = init(project, "--dry-run", "--json")
    assert json.loads(both.stdout)["mapped_classes"] == 2, both.stderr
    one = init(project, "--dry-run", "--json", "--models", "shop.other:Base")
    assert json.loads(one.stdout)["mapped_classes"] == 1, one.stderr


@pytest.mark.skipif(os.name == "nt", reason="no such signals")
def test_an_interrupt_writes_nothing_and_shows_no_traceback(project: Path) -> None:
    with (project / "shop" / "models.py").open("a") as file:
        file.write("import pathlib, time; pathlib.Path('imported').touch(); time.sleep(60)\n")
    before = tree(project)
    command = [sys.executable, "-m", "tcgen", "init", "--yes", "--python", sys.executable]
    running = subprocess.Popen(
        command,
        cwd=project,
        stderr=subprocess.PIPE,
        text=True,
        # what is started in a shell's background ignores interrupts, as would all that is started from there
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    for _ in range(300):
        if list(project.rglob("imported")):
            break
        time.sleep(0.1)
    running.send_signal(signal.SIGINT)
    _, shown = running.communicate(timeout=20)
    assert running.returncode == 130
    assert "Traceback" not in shown
    for left in project.rglob("imported"):
        left.unlink()
    assert tree(project) == before


def test_an_empty_folder_offers_the_sample(tmp_path: Path) -> None:
    done = tcgen("init", cwd=tmp_path)
    assert done.returncode == 2
    assert "tcgen demo" in done.stderr
    assert tree(tmp_path) == {}
