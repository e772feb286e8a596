"""`tcgen update`, `check`, `diff` and `eject` on a project whose models change, really run."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from e2e_support import TCGEN, Finished, copy, environment, pytest_in, replace, run, tcgen, tree

pytestmark = pytest.mark.e2e

SUITE = "tests/integration"
JOURNAL = ".tcgen/journal.json"
SHELF = """

class Shelf(Base):
    __tablename__ = "shelf"

    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(String(20))
"""
KILLS = 50 if os.environ.get("TCGEN_THOROUGH") else 2


def update(root: Path, *arguments: str, prove: bool = False) -> Finished:
    proof = () if prove else ("--no-prove",)
    return tcgen("update", "--python", sys.executable, *proof, *arguments, cwd=root)


def add_shelf(root: Path) -> None:
    place = root / "bookshop" / "models" / "catalogue.py"
    place.write_text(place.read_text() + SHELF)


def by_hand(root: Path, name: str) -> Path:
    place = root / SUITE / "factories" / f"{name}.py"
    place.write_text(place.read_text() + "\n    note = 'by hand'\n")
    return place


def git(root: Path, *arguments: str) -> str:
    done = run(["git", "-c", "user.name=t", "-c", "user.email=t@t", *arguments], root)
    return done.text


def test_models_come_and_change(demo: Path) -> None:
    add_shelf(demo)
    mine = by_hand(demo, "author")
    replace(
        mine,
        "    note = 'by hand'\n",
        "    @classmethod\n    def signed(cls) -> Author:\n        return cls.create_sync()\n",
    )
    before = tree(demo)
    done = tcgen("check", "--python", sys.executable, cwd=demo)
    assert done.status == 1, done.text
    assert f"+++ b/{SUITE}/factories/shelf.py" in done.out
    assert tree(demo) == before
    done = update(demo, "--json")
    assert done.status == 0, done.text
    document = json.loads(done.out)
    assert f"{SUITE}/factories/shelf.py" in document["written"]
    assert document["conflicts"] == document["kept"] == []
    assert "def signed(cls)" in mine.read_text()
    assert tcgen("check", "--python", sys.executable, cwd=demo).status == 0
    edited = by_hand(demo, "shelf").read_bytes()
    replace(demo / "bookshop" / "models" / "catalogue.py", SHELF, "")
    done = update(demo, prove=True)
    assert done.status == 1, done.text
    assert f"kept {SUITE}/factories/shelf.py.kept: " in done.err
    assert "test cases collected" in done.err
    assert (demo / SUITE / "factories" / "shelf.py.kept").read_bytes() == edited
    assert update(demo).status == 0


def test_conflicts_are_listed_until_they_are_settled(demo: Path) -> None:
    place = demo / SUITE / "factories" / "author.py"
    name = next(line for line in place.read_text().splitlines() if line.startswith("    name = "))
    replace(place, name, "    name = 'by hand'")
    replace(
        demo / "bookshop" / "models" / "catalogue.py",
        "class Author(Base):",
        "class Author(Base):\n    rank: Mapped[int]\n",
    )
    with (demo / "pyproject.toml").open("a") as file:
        file.write(
            '\n[tool.tcgen.providers]\n"bookshop.models.catalogue.Author.name" = "Use(fake.last_name)"\n'
        )
    done = update(demo)
    assert done.status == 1, done.text
    line = place.read_text().splitlines().index("<<<<<<< before updating") + 1
    assert f"{SUITE}/factories/author.py:{line}" in done.err
    assert "    name = 'by hand'\n" in place.read_text()
    before = tree(demo)
    for again in (
        update(demo),
        tcgen("check", cwd=demo),
        tcgen("diff", cwd=demo),
        tcgen("add-service", "redis", cwd=demo),
    ):
        assert again.status == 2
        assert f"{SUITE}/factories/author.py:{line}" in again.err
    assert tree(demo) == before
    settled = place.read_text().splitlines(keepends=True)
    place.write_text("".join(one for one in settled if one[:7] not in ("<<<<<<<", "=======", ">>>>>>>")))
    done = update(demo)
    assert done.status == 0, done.text


def test_an_unfinished_merge_is_refused(demo: Path) -> None:
    git(demo, "init", "--quiet", "--initial-branch", "main")
    git(demo, "add", "--all")
    git(demo, "commit", "--quiet", "--message", "one")
    git(demo, "checkout", "--quiet", "-b", "other")
    readme = demo / "README.md"
    readme.write_text("theirs\n")
    git(demo, "commit", "--quiet", "--all", "--message", "theirs")
    git(demo, "checkout", "--quiet", "main")
    readme.write_text("ours\n")
    git(demo, "commit", "--quiet", "--all", "--message", "ours")
    git(demo, "merge", "other")
    before = tree(demo)
    done = update(demo)
    assert done.status == 2
    assert "README.md" in done.err
    assert "git merge --abort" in done.err
    git(demo, "add", "README.md")
    done = update(demo)
    assert (done.status, tree(demo)) == (2, before), done.text
    assert "git commit" in done.err
    git(demo, "commit", "--quiet", "--no-edit")
    # a dirty tree is no obstacle, and the index stays as it is
    add_shelf(demo)
    staged = git(demo, "diff", "--cached")
    assert update(demo).status == 0
    assert git(demo, "diff", "--cached") == staged


def test_eject(demo: Path, on_a_url: dict[str, str]) -> None:
    before = tree(demo)
    assert tcgen("eject", "--dry-run", cwd=demo).status == 1
    assert tcgen("eject", cwd=demo).status == 2
    assert tree(demo) == before
    done = tcgen("eject", "--yes", cwd=demo)
    assert done.status == 0, done.text
    assert tree(demo) == {path: digest for path, digest in before.items() if not path.startswith(".tcgen/")}
    assert not (demo / ".tcgen").exists()
    assert update(demo).status == 2
    assert pytest_in(demo, SUITE, **on_a_url).outcomes() == {"passed"}


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_killed_at_any_moment(demo: Path, tmp_path: Path) -> None:
    """Every other time while it writes; $TCGEN_THOROUGH tries 50 moments."""
    add_shelf(demo)
    by_hand(demo, "author")
    before = tree(demo)
    updated = copy(demo, tmp_path / "whole")
    started = time.monotonic()
    assert update(updated).status == 0
    seconds = time.monotonic() - started
    after = tree(updated)
    moments = random.Random(7)
    halves = 0
    for number in range(KILLS):
        root = copy(demo, tmp_path / f"killed-{number}")
        with running(root) as process:
            if number % 2:
                wait_for(root / JOURNAL, process)
                time.sleep(moments.uniform(0, 0.004))
            else:
                time.sleep(moments.uniform(0.3, 1.0) * seconds)
        left = tree(root)
        if JOURNAL in left:
            halves += 1
            done = update(root)
            assert (done.status, tree(root)) == (0, after), done.text
            assert "interrupted" in done.err
        else:
            differs = [
                {path for path in left | whole if left.get(path) != whole.get(path)} - {f"{JOURNAL}.part"}
                for whole in (before, after)
            ]
            assert set() in differs
    assert KILLS < 10 or halves > 0


@contextmanager
def running(root: Path) -> Iterator[subprocess.Popen[bytes]]:
    """An update, and all it started, that are killed in the end."""
    command = [TCGEN, "update", "--no-prove", "--python", sys.executable]
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, cwd=root, env=environment(), start_new_session=True, **silent)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_for(place: Path, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None and not place.exists():
        pass
