"""The engine's images keep the promises of the official ones, seen through testcontainers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest
from docker.errors import ContainerError, NotFound
from sqlalchemy import create_engine, text
from testcontainers.community.postgres import PostgresContainer

IMAGE = "postgres:18"
UP = Path(__file__).resolve().with_name("up")

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("engine")]


@pytest.fixture
def client(engine: dict[str, str]) -> Iterator[docker.DockerClient]:
    found = docker.from_env()
    yield found
    found.close()


def postgres(**options: str) -> PostgresContainer:
    return PostgresContainer(
        IMAGE, driver="psycopg", username="someone", password="it's secret", dbname="shop_test", **options
    )


def query(container: PostgresContainer, sql: str) -> str:
    database = create_engine(container.get_connection_url())
    try:
        with database.connect() as connection:
            return str(connection.scalar(text(sql)))
    finally:
        database.dispose()


def test_postgres_is_what_the_tag_says() -> None:
    with postgres() as container:
        assert query(container, "select version()").startswith("PostgreSQL 18.")
        assert query(container, "select current_user || ' ' || current_database()") == "someone shop_test"
        assert query(container, "show server_encoding") == "UTF8"
        assert query(container, "show data_directory") == "/var/lib/postgresql/18/docker"
        owner = container.exec(["stat", "-c", "%U", "/var/lib/postgresql/18/docker"])
        assert owner.output.decode().strip() == "postgres"
        assert container.exec(["pg_isready", "-U", "someone"]).exit_code == 0


def test_postgres_honours_settings_and_init_scripts(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "1.sql").write_text("CREATE TABLE made (n int); INSERT INTO made VALUES (41);")
    (tmp_path / "2.sh").write_text(
        'psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" -c "UPDATE made SET n = n + 1"\n'
    )
    container = postgres().with_command("postgres -c fsync=off -c max_connections=33")
    container.with_env("POSTGRES_INITDB_ARGS", "--no-data-checksums --encoding=UTF8 --locale='C'")
    container.with_volume_mapping(str(tmp_path), "/docker-entrypoint-initdb.d", "ro")
    with container:
        assert query(container, "select n from made") == "42"
        assert query(container, "show fsync") == "off"
        assert query(container, "show max_connections") == "33"
        assert query(container, "show data_checksums") == "off"
        assert query(container, "select datcollate from pg_database where datname = 'shop_test'") == "C"


def test_postgres_logs_and_stops_as_the_official_image_does() -> None:
    with postgres() as container:
        query(container, "select 1")
        wrapped = container.get_wrapped_container()
        wrapped.stop()
        assert wrapped.wait()["StatusCode"] == 0
        log = wrapped.logs().decode()
    assert log.count("PostgreSQL init process complete; ready for start up.") == 1
    assert log.count("database system is ready to accept connections") == 2
    assert log.count("received fast shutdown request") == 2
    assert log.count("database system is shut down") == 2


def test_postgres_wants_a_password(client: docker.DockerClient) -> None:
    with pytest.raises(ContainerError, match="superuser password is not specified"):
        # in memory, as what removes the container would leave a volume of its own
        client.containers.run(IMAGE, remove=True, tmpfs={"/var/lib/postgresql": ""})


def test_postgres_trusts_when_told(client: docker.DockerClient) -> None:
    container = client.containers.run(
        IMAGE,
        environment={"POSTGRES_HOST_AUTH_METHOD": "trust"},
        detach=True,
        tmpfs={"/var/lib/postgresql": ""},
    )
    try:
        select = ["psql", "-h", "127.0.0.1", "-U", "postgres", "-Atc", "select 6 * 7"]
        assert wait_for(lambda: container.exec_run(select).output.strip() == b"42")
    finally:
        container.remove(force=True, v=True)


KILLED_WHILE_RUNNING = """
import os, signal
from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.container import Reaper
container = PostgresContainer("postgres:18", driver="psycopg").start()
try:
    answer = Reaper._socket.recv(3).decode()
except OSError:
    answer = ""
print(container.get_wrapped_container().id, answer, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_ryuk_removes_what_a_killed_process_left(client: docker.DockerClient) -> None:
    identity = next(filter(None, (kill_while_running(client) for _ in range(5))))

    def removed() -> bool:
        try:
            client.containers.get(identity)
        except NotFound:
            return True
        return False

    assert wait_for(removed)


def kill_while_running(client: docker.DockerClient) -> str | None:
    """Return the container left behind; None, and none left, where Ryuk never heard of it.

    testcontainers does not wait until Ryuk listens, and docker-proxy takes its message all the same.
    """
    surroundings = os.environ | {"RYUK_RECONNECTION_TIMEOUT": "1s", "TESTCONTAINERS_RYUK_DISABLED": "false"}
    child = subprocess.run(
        [sys.executable, "-c", KILLED_WHILE_RUNNING], stdout=subprocess.PIPE, text=True, env=surroundings
    )
    assert child.returncode == -signal.SIGKILL
    identity, _, answer = child.stdout.strip().partition(" ")
    if answer == "ACK":
        return identity
    client.containers.get(identity).remove(force=True, v=True)
    return None


def test_a_second_up_changes_nothing(client: docker.DockerClient) -> None:
    before = {image.id for image in client.images.list()}
    first, second = (
        subprocess.run([UP], capture_output=True, text=True, check=True).stdout for _ in range(2)
    )
    assert first == second
    assert {image.id for image in client.images.list()} == before


def wait_for(holds, seconds: float = 90.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.3)
    return False
