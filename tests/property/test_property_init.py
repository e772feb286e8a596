"""A few random models through the commands a user types: `tcgen init`, then pytest; and how the code reads."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st
from property_modules import modules
from property_run import DRIVERS, Bench, write_project
from property_source import Module, write
from tests.started import inherited

pytestmark = pytest.mark.e2e
TCGEN = Path(sysconfig.get_path("scripts"), "tcgen")
NUMBERS = count(1)


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """Run a command that has to succeed; return what it printed."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=inherited() | environment,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@settings(settings.get_profile("gate"), max_examples=3)
@given(module=modules(), dependencies=st.sampled_from(DRIVERS))
def test_a_suite_made_by_the_command_is_green(
    bench: Bench, module: Module, dependencies: tuple[str, ...]
) -> None:
    source = write(module)
    note(source)
    number = next(NUMBERS)
    root = write_project(bench.folder / f"whole{number}", source, dependencies)
    run(TCGEN, "init", "--yes", "--no-prove", "--python", sys.executable, cwd=root)
    suite = root / "tests" / "integration"
    ruff = [sys.executable, "-m", "ruff"]
    run(*ruff, "format", "--check", "--isolated", suite, cwd=root)
    run(*ruff, "check", "--isolated", "--target-version", "py310", "--select", "E,F,W,UP,B", suite, cwd=root)
    with bench.database(f"whole_{number}_test") as url:
        there = url.render_as_string(hide_password=False)
        options = ["-q", "-p", "no:cacheprovider"]
        text = run(sys.executable, "-m", "pytest", *options, suite, cwd=root, TEST_DATABASE=there)
    assert f"{2 * len(module.most_rows())} passed" in text
