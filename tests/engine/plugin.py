"""Pytest fixture `engine`: a container engine that has the images which the tests name."""

from __future__ import annotations

import os
import shlex
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import docker
import docker.errors
import pytest
from testcontainers.core.container import DockerContainer, Reaper
from testcontainers.core.wait_strategies import ExecWaitStrategy

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


@pytest.fixture
def mysql_image(engine: dict[str, str]) -> str:
    """The image of MySQL.

    Its stand-in comes from Debian's unstable, which has another version one day: the tests are skipped then.
    """
    name = "mysql:9.7"
    with closing(docker.from_env()) as client:
        try:
            client.images.get(name)
        except docker.errors.ImageNotFound:
            pytest.skip(f"{name} could not be built or pulled")
    return name


@pytest.fixture(scope="session")
def mariadb(engine: dict[str, str]) -> Iterator[str]:
    """The URL of a MariaDB that serves all tests, its superuser's; the database is called as one for tests."""
    ping = "mariadb-admin ping --host=127.0.0.1 --user=root --password=secret --silent"
    container = (
        DockerContainer("mariadb:11.8")
        .with_env("MARIADB_ROOT_PASSWORD", "secret")
        .with_env("MARIADB_DATABASE", "shop_test")
        .with_exposed_ports(3306)
        .with_command("--skip-log-bin --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0")
        .with_tmpfs_mount("/var/lib/mysql")
        .waiting_for(ExecWaitStrategy(ping.split()))
    )
    with container:
        place = f"{container.get_container_host_ip()}:{container.get_exposed_port(3306)}"
        yield f"mysql+pymysql://root:secret@{place}/shop_test"


def parse_exports(lines: str) -> dict[str, str]:
    """Read shell lines of the form `export NAME=VALUE`."""
    return {
        name: value for line in lines.splitlines() for name, _, value in [shlex.split(line)[1].partition("=")]
    }
