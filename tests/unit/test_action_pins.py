"""The table of actions is checked and renewed against repositories, here local ones."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tcgen.catalog.load import catalog

COMMAND = Path(__file__).parents[1] / "quality" / "action_pins.py"
HEADER = "# how to renew it\n"


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def actions(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A repository with two releases, the later one an annotated tag, and the commits of both."""
    folder = tmp_path / "actions" / "checkout"
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet")
    commits = {}
    for version, options in (("v9.0.0", ()), ("v10.0.1", ("--annotate", "--message", "release"))):
        git(folder, "commit", "--quiet", "--allow-empty", "--message", version)
        git(folder, "tag", *options, version)
        commits[version] = git(folder, "rev-parse", "HEAD")
    git(folder, "tag", "v11")  # it moves
    return tmp_path, commits


def run(base: Path, table: Path, *options: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, str(COMMAND), "--base", str(base), "--table", str(table), *options],
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout + done.stderr


def test_it_is_checked_and_renewed(actions: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    base, commits = actions
    table = tmp_path / "actions.yml"
    table.write_text(f"{HEADER}actions/checkout: {{version: v9.0.0, commit: {commits['v9.0.0']}}}\n")
    assert run(base, table) == (0, "1 actions are what their tags say\n")
    assert run(base, table, "--renew") == (0, "")
    assert table.read_text() == (
        f"{HEADER}actions/checkout: {{version: v10.0.1, commit: {commits['v10.0.1']}}}\n"
    )
    assert run(base, table)[0] == 0


def test_a_provider_s_own_are_checked_and_stay(actions: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    base, commits = actions
    table, own = tmp_path / "actions.yml", tmp_path / "forge" / "ci.yml"
    own.parent.mkdir()
    table.write_text(f"actions/checkout: {{version: v9.0.0, commit: {commits['v9.0.0']}}}\n")
    text = f"pins:\n  actions/checkout: {{version: v9.0.0, commit: {commits['v10.0.1']}}}\n"
    own.write_text(text)
    assert run(base, table)[0] == 1
    assert run(base, table, "--renew")[0] == 0
    assert own.read_text() == text


def test_another_commit_than_the_tags(actions: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    base, commits = actions
    table = tmp_path / "actions.yml"
    table.write_text(f"actions/checkout: {{version: v9.0.0, commit: {commits['v10.0.1']}}}\n")
    status, said = run(base, table)
    assert status == 1
    assert said == f"actions/checkout v9.0.0 is {commits['v9.0.0']}, not {commits['v10.0.1']}\n"


@pytest.mark.parametrize("options", [(), ("--renew",)])
def test_nobody_answers(tmp_path: Path, options: tuple[str, ...]) -> None:
    table = tmp_path / "actions.yml"
    text = f"actions/checkout: {{version: v9.0.0, commit: {'0' * 40}}}\n"
    table.write_text(text)
    status, said = run(tmp_path / "nowhere", table, *options)
    assert status == 2
    assert "nowhere/actions/checkout does not answer: " in said
    assert "Traceback" not in said
    assert table.read_text() == text


def test_it_reads_every_line_of_the_table() -> None:
    sys.path.insert(0, str(COMMAND.parent))
    try:
        from action_pins import LINE, TABLE
    finally:
        sys.path.pop(0)
    assert {one["name"] for one in LINE.finditer(TABLE.read_text())} == set(catalog().actions)
