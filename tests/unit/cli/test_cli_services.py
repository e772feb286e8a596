"""``tcgen services``, ``add-service`` and ``remove-service``: what they refuse, and what they leave alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

MODELS = """\
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase):
    pass

class Book(Base):
    __tablename__ = "book"
    id: Mapped[int] = mapped_column(primary_key=True)
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


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("library")
    (root / "library").mkdir()
    (root / "library" / "__init__.py").touch()
    (root / "library" / "models.py").write_text(MODELS)
    (root / "pyproject.toml").write_text('[project]\nname = "library"\nversion = "1"\n')
    done = tcgen("init", "-y", "--no-prove", "--python", sys.executable, cwd=root)
    assert done.returncode == 0, done.stderr
    return root


GENERIC = ("add-service", "generic", "--name", "mail", "--image", "axllent/mailpit:v1.27", "--port", "1025")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("add-service", "kafkaa"), "no service is called 'kafkaa'"),
        (("add-service", "postgres"), "PostgreSQL is a suite's own database"),
        (("add-service", "generic"), "needs an image and a port"),
        (("add-service", "redis", "--image", "redis"), "--image: 'redis' has no tag"),
        (("add-service", "redis", "--name", "My-Redis"), "--name: 'My-Redis'"),
        (("add-service", "redis", "--port", "70000"), "--port: "),
        ((*GENERIC, "--wait", "forever"), "--wait: 'forever' is no condition"),
        ((*GENERIC, "--wait", "log:("), "is no regular expression"),
        ((*GENERIC, "--env", "NOVALUE"), "--env: 'NOVALUE' is not NAME=VALUE"),
        (("remove-service", "redis"), "the suite has no service 'redis'"),
        (("init", "--service", "nope"), "no service is called 'nope'"),
        (("init", "--service", "generic"), "a generic service has to be described"),
    ],
)
def test_bad_input_gets_one_message_and_changes_nothing(
    suite: Path, arguments: tuple[str, ...], message: str
) -> None:
    before = tree(suite)
    done = tcgen(*arguments, "--python", sys.executable, cwd=suite)
    assert done.returncode == 2, done.stderr
    assert message in done.stderr
    assert "hint: " in done.stderr
    assert "Traceback" not in done.stderr
    assert tree(suite) == before


@pytest.mark.parametrize("command", [("add-service", "redis"), ("remove-service", "redis")])
def test_without_a_suite_the_way_to_one_is_said(tmp_path: Path, command: tuple[str, str]) -> None:
    done = tcgen(*command, cwd=tmp_path)
    assert done.returncode == 2
    assert "there is no suite yet" in done.stderr
    assert "hint: tcgen init" in done.stderr


def test_a_dry_run_and_a_diff_write_nothing(suite: Path) -> None:
    before = tree(suite)
    add = ("add-service", "redis", "--python", sys.executable)
    dry = tcgen(*add, "--dry-run", cwd=suite)
    assert dry.returncode == 1
    assert "create    tests/integration/services/redis.py" in dry.stderr
    diff = tcgen(*add, "--diff", cwd=suite)
    assert "+++ b/tests/integration/services/redis.py" in diff.stdout
    assert tree(suite) == before


def test_the_list_says_what_there_is_and_what_the_suite_has(suite: Path, tmp_path: Path) -> None:
    found = json.loads(tcgen("services", "--json", cwd=suite).stdout)["services"]
    assert found["postgres"]["installed"] == ["postgres"]
    assert found["redis"]["installed"] == []
    assert found["redis"]["clients"] == {"redis": "redis>=5"}
    lines = tcgen("services", cwd=suite).stdout.splitlines()
    assert [line.split()[1] for line in lines if line.startswith("*")] == ["postgres"]
    assert "*" not in tcgen("services", cwd=tmp_path).stdout


def test_two_of_a_kind_by_name(suite: Path) -> None:
    before = tree(suite)
    for name in ("cache", "queue"):
        done = tcgen("add-service", "redis", "--name", name, "--python", sys.executable, cwd=suite)
        assert done.returncode == 0, done.stderr
    module = (suite / "tests/integration/services/queue.py").read_text()
    assert "def queue_client(queue_url: str)" in module
    listed = tcgen("services", cwd=suite).stdout
    assert "(cache, queue)" in listed
    for name in ("queue", "cache"):
        done = tcgen("remove-service", name, "--python", sys.executable, cwd=suite)
        assert done.returncode == 0, done.stderr
    assert tree(suite) == before
