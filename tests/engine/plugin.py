"""Pytest fixture `engine`: a container engine that has the images which the tests name."""

from __future__ import annotations

import os
import shlex
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from testcontainers.core.container import Reaper

HERE = Path(__file__).resolve().parent
OWNER = "TCGEN_ENGINE_OWNER"
SOME_IMAGES_ARE_MISSING = 4
OWNED = pytest.StashKey[bool]()


def pytest_configure(config: pytest.Config) -> None:
    """Name this run as the owner of an engine it may start; workers and inner runs inherit the name."""
    if OWNER not in os.environ:
        os.environ[OWNER] = f"pytest-{os.getpid()}"
        config.stash[OWNED] = True


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the engine if this run, or a worker of it, started it."""
    if config.stash.get(OWNED, False):
        Reaper.delete_instance()  # which would look for the engine at exit
        subprocess.run([HERE / "down", "--owned"], check=True)
        del os.environ[OWNER]


@pytest.fixture(scope="session")
def engine() -> Iterator[dict[str, str]]:
    """Have an engine answer while the session lasts.

    Yields:
        The environment variables that were set for it; they are in `os.environ` too.
    """
    done = subprocess.run([HERE / "up"], capture_output=True, text=True, check=False)
    reason = (done.stderr.strip().splitlines() or [f"tests/engine/up exited with {done.returncode}"])[-1]
    if done.returncode == SOME_IMAGES_ARE_MISSING:
        warnings.warn(reason, stacklevel=1)  # the tests that need them fail, the others need not
    elif done.returncode:
        if os.environ.get("CI", "").lower() not in ("", "0", "false"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    exported = parse_exports(done.stdout)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in exported.items():
            patch.setenv(name, value)
        yield exported


def parse_exports(lines: str) -> dict[str, str]:
    """Read shell lines of the form `export NAME=VALUE`."""
    return {
        name: value for line in lines.splitlines() for name, _, value in [shlex.split(line)[1].partition("=")]
    }
