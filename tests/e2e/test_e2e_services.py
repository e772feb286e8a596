"""Services beside PostgreSQL, each a real server in a container."""

from __future__ import annotations

import io
import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest
from e2e_support import (
    NO_DOCKER,
    PROJECTS,
    REPOSITORY,
    Finished,
    copy,
    init,
    long_row,
    pytest_in,
    run,
    tcgen,
    write,
)
from testcontainers.core.container import DockerContainer
from testcontainers.core.labels import LABEL_SESSION_ID
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from tcgen.catalog.load import catalog

pytestmark = [pytest.mark.e2e, pytest.mark.engine]

FOUND = [
    *("azurite", "gcs", "kafka", "ldap", "mailpit", "mariadb", "memcached", "mosquitto"),
    *("nats", "rabbitmq", "redis", "s3", "sftp"),
]


@pytest.fixture
def client(engine: dict[str, str]) -> Iterator[docker.DockerClient]:
    found = docker.from_env()
    yield found
    found.close()


def courier(tmp_path: Path, *arguments: str) -> Path:
    root = copy(PROJECTS / "courier", tmp_path / "courier")
    init(root, *arguments)
    return root


def add(root: Path, *arguments: str) -> Finished:
    return tcgen("add-service", *arguments, "--python", sys.executable, cwd=root)


def services_in(root: Path) -> dict[str, list[str]]:
    done = tcgen("services", "--json", cwd=root)
    found = json.loads(done.out)["services"]
    return {name: one["installed"] for name, one in found.items() if one["installed"]}


# Tests of other workers have containers on the same engine: a run's own are known by testcontainers' session, of which
# there is one a process.
SESSION = """
    from pathlib import Path

    from testcontainers.core.labels import SESSION_ID

    def pytest_configure(config):
        Path(__file__).with_name(f"{SESSION_ID}.session").touch()
"""


def containers_of(root: Path, client: docker.DockerClient) -> tuple[int, list[str]]:
    """Return how many processes ran with the plugin SESSION, and which of their containers are there."""
    sessions = [path.stem for path in root.glob("*.session")]
    wanted = [
        {key: value}
        for session in sessions
        for key, value in (("label", f"{LABEL_SESSION_ID}={session}"), ("name", session))
    ]
    left = [one.name for filters in wanted for one in client.containers.list(all=True, filters=filters)]
    return len(sessions), left


def test_every_service_is_found_and_answers(tmp_path: Path, client: docker.DockerClient) -> None:
    root = courier(tmp_path)
    modules = {path.stem for path in (root / "tests/integration/services").glob("[a-z]*.py")}
    assert modules == {*FOUND, *(f"test_{name}" for name in FOUND)}
    write(root / "named_session.py", SESSION)
    done = pytest_in(root, "tests/integration", "-n", "2", "-p", "named_session", TEST_DATABASE="embedded")
    assert (done.status, done.outcomes()) == (0, {"passed"}), done.text
    tried = {re.search(r"test_(\w+)\.py", case)[1] for case in done.cases}  # type: ignore[index]
    assert tried == {*FOUND, "factories"}
    assert "Redis: redis:8-alpine" in done.out  # as its Compose file says
    assert "testcontainers.community" not in done.text  # whose modules warn where they are outdated
    assert containers_of(root, client) == (3, [])  # the controller and its workers


def test_markers_choose_a_service(tmp_path: Path, engine: dict[str, str]) -> None:
    root = courier(tmp_path, "--service", "redis", "--service", "nats")
    done = pytest_in(root, "tests/integration", "-m", "redis", **NO_DOCKER, TEST_DATABASE="embedded")
    assert set(done.cases.values()) == {"skipped"}
    assert len(done.cases) == 2
    done = pytest_in(root, "tests/integration", "-m", "not integration", **NO_DOCKER)
    assert (done.status, done.cases) == (5, {})


APPLICATION = """
    import time

    from courier.models import cache_url, kafka_brokers

    def test_the_application_finds_it(redis_client, redis_url):
        assert cache_url() == redis_url
        redis_client.set("left", "behind")

    def test_nothing_is_left_behind(redis_client):
        assert redis_client.keys() == []

    def test_what_the_server_says_is_reported(redis_client):
        redis_client.bgsave()
        time.sleep(0.2)
        assert redis_client.get("answer") == b"42"
"""


def test_redis_isolation_settings_and_log(tmp_path: Path, engine: dict[str, str]) -> None:
    root = courier(tmp_path, "--service", "redis")
    write(root / "tests/integration/test_application.py", APPLICATION)
    done = pytest_in(root, "tests/integration", "-m", "redis", TEST_DATABASE="embedded")
    failed = [name.partition("::")[2] for name, outcome in done.cases.items() if outcome != "passed"]
    assert failed == ["test_what_the_server_says_is_reported"], done.text
    report = done.out.partition("log of the redis container")[2]
    assert "Background saving" in report
    assert "Ready to accept connections" not in report  # that was before the test


def test_an_address_instead_of_a_container(tmp_path: Path, engine: dict[str, str]) -> None:
    root = courier(tmp_path, "--service", "redis")
    server = DockerContainer("redis:8").with_exposed_ports(6379)
    with server.waiting_for(LogMessageWaitStrategy("Ready to accept connections")):
        address = f"{server.get_container_host_ip()}:{server.get_exposed_port(6379)}"
        done = pytest_in(
            root,
            "tests/integration",
            "-m",
            "redis",
            **NO_DOCKER,
            TEST_REDIS=address,
            TEST_DATABASE="embedded",
        )
    assert (done.status, done.outcomes()) == (0, {"passed"}), done.text


def test_a_service_of_the_compose_file(tmp_path: Path, client: docker.DockerClient) -> None:
    if shutil.which("docker") is None or run(["docker", "compose", "version"], tmp_path).status:
        pytest.skip("there is no Docker Compose")
    root = courier(tmp_path, "--service", "redis")
    redis = ("tests/integration", "-m", "redis")
    done = pytest_in(root, *redis, TEST_REDIS="compose:cache", TEST_DATABASE="embedded")
    assert (done.status, done.outcomes()) == (0, {"passed"}), done.text
    assert (
        client.containers.list(all=True, filters={"label": f"com.docker.compose.project={root.name}"}) == []
    )
    done = pytest_in(root, *redis, TEST_REDIS="compose:nope", TEST_DATABASE="embedded", CI="true")
    assert done.outcomes() == {"error"}
    assert "compose.yaml: nope does not start" in done.out


def test_trouble_is_explained_and_stays_with_its_service(tmp_path: Path, engine: dict[str, str]) -> None:
    root = courier(tmp_path, "--service", "redis", "--service", "nats")
    added = add(
        root, "generic", "--name", "mute", "--image", "redis:8", "--port", "6379", "--wait", "log:never said"
    )
    assert added.status == 0, added.text
    done = pytest_in(
        root,
        "tests/integration",
        TEST_DATABASE="embedded",
        TEST_NATS_IMAGE="tcgen-no-such-image:1",
        TC_MAX_TRIES="3",
        CI="true",
    )
    wrong = {name.partition("::")[0] for name, outcome in done.cases.items() if outcome != "passed"}
    assert {Path(name).name for name in wrong} == {"test_nats.py", "test_mute.py"}, done.text
    assert "tcgen-no-such-image:1 cannot be run" in done.out, done.text
    assert "docker pull tcgen-no-such-image:1" in done.out
    assert "redis:8 did not get ready" in done.out
    assert "Ready to accept connections" in done.out  # the end of its log
    done = pytest_in(
        root, "tests/integration", "-m", "redis", CI="true", TEST_DATABASE="embedded", **NO_DOCKER
    )
    assert done.outcomes() == {"error"}
    assert "Docker does not answer" in done.out


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("localhost:1", "localhost:1 does not answer"),
        ("localhost", "$TEST_REDIS is 'localhost': it has to be host:port"),
    ],
)
def test_an_address_where_nothing_is(tmp_path: Path, address: str, said: str) -> None:
    root = courier(tmp_path, "--service", "redis")
    redis = ("tests/integration", "-m", "redis")
    done = pytest_in(root, *redis, TEST_REDIS=address, TEST_DATABASE="embedded", CI="true")
    assert done.outcomes() == {"error"}
    assert said in done.out


HEALTHY = b"""
FROM redis:8
HEALTHCHECK --interval=200ms CMD redis-cli ping
"""


@pytest.mark.matrix
def test_generic_services_on_a_network(tmp_path: Path, client: docker.DockerClient) -> None:
    client.images.build(fileobj=io.BytesIO(HEALTHY), tag="tcgen-e2e-healthy:1", rm=True)
    before = {one.name for one in client.networks.list()}
    root = courier(tmp_path, "--service", "postgres")
    store = ("generic", "--image", "tcgen-e2e-healthy:1", "--port", "6379", "--network")
    first = add(root, *store, "--name", "store", "--wait", "health", "--wait", "file:/etc/hostname")
    second = add(
        root, *store, "--name", "peer", "--env", "GREETING=hello 'you'", "--wait", "exec:redis-cli -h store ping",
        "--wait", "exec:test \"$GREETING\" = \"hello 'you'\"", "--wait", "port",
    )  # fmt: skip
    assert (first.status, second.status) == (0, 0), first.text + second.text
    done = pytest_in(root, "tests/integration/services", TEST_DATABASE="embedded")
    assert (done.status, done.outcomes(), len(done.cases)) == (0, {"passed"}, 2), done.text
    lint = run([sys.executable, "-m", "ruff", "format", "--check", "tests"], root)
    assert lint.status == 0, lint.text
    assert {one.name for one in client.networks.list()} == before
    client.images.remove("tcgen-e2e-healthy:1", noprune=True)


LEFT_BEHIND = {
    "azurite": """
        def test_leaves_something(azurite_container, azurite_queue, azurite_table):
            azurite_container.upload_blob("folder/key", b"value")
            azurite_queue.send_message("message")
            azurite_table.create_entity({"PartitionKey": "things", "RowKey": "1"})

        def test_nothing_is_left(azurite_connection_string):
            from azure.data.tables import TableServiceClient
            from azure.storage.blob import BlobServiceClient
            from azure.storage.queue import QueueServiceClient

            blobs, queues, tables = (
                one.from_connection_string(azurite_connection_string)
                for one in (BlobServiceClient, QueueServiceClient, TableServiceClient)
            )
            assert [*blobs.list_containers(), *queues.list_queues(), *tables.list_tables()] == []
    """,
    "ldap": """
        def test_leaves_something(ldap_connection, ldap_base):
            ldap_connection.add(f"ou=below,{ldap_base}", "organizationalUnit")
            ldap_connection.add(f"cn=Alice,ou=below,{ldap_base}", "person", {"sn": "Smith"})
            ldap_connection.unbind()

        def test_nothing_is_left(ldap_connection):
            ldap_connection.search("dc=example,dc=org", "(|(cn=alice)(ou=below)(ou=test-*))")
            assert ldap_connection.entries == []
    """,
    "sftp": """
        import io

        import pytest

        def test_leaves_something(sftp_client, sftp_folder):
            sftp_client.mkdir(f"{sftp_folder}/below")
            sftp_client.putfo(io.BytesIO(b"value"), f"{sftp_folder}/below/key")

        @pytest.mark.asyncio
        async def test_leaves_something_async(sftp_async_client, sftp_async_folder):
            await sftp_async_client.mkdir(f"{sftp_async_folder}/below")
            async with sftp_async_client.open(f"{sftp_async_folder}/below/key", "w"):
                pass

        def test_nothing_is_left(sftp_client):
            assert sftp_client.listdir("/upload") == []
    """,
}


@pytest.mark.parametrize("kind", long_row(LEFT_BEHIND, "sftp"))
def test_an_added_service_of_ones_own_is_left_empty(
    tmp_path: Path, engine: dict[str, str], kind: str
) -> None:
    known = catalog().service(kind)
    root = courier(tmp_path, "--service", "postgres")
    added = add(root, kind)
    assert added.status == 0, added.text
    write(root / "tests/integration/services/test_left_behind.py", LEFT_BEHIND[kind])
    server = DockerContainer(known.image).with_exposed_ports(*known.ports).with_envs(**known.environment)
    if known.command:
        server.with_command(known.command)
    with server.waiting_for(LogMessageWaitStrategy(known.wait[0].value)):
        numbers = ",".join(str(server.get_exposed_port(port)) for port in known.ports)
        address = {f"TEST_{kind.upper()}": f"{server.get_container_host_ip()}:{numbers}"}
        done = pytest_in(root, "tests/integration/services", **NO_DOCKER, **address, TEST_DATABASE="embedded")
    assert (done.status, done.outcomes()) == (0, {"passed"}), done.text


MINE = '''

@pytest.fixture
def mine(db_session):
    """Mine, and it stays."""
    return db_session
'''


def test_kafka_joins_a_suite_edited_by_hand(demo: Path, engine: dict[str, str]) -> None:
    conftest = demo / "tests/integration/conftest.py"
    edited = conftest.read_text().replace("Fixtures for tests", "Our fixtures for tests") + MINE
    conftest.write_text(edited)
    group = demo / "pyproject.toml"
    before = group.read_text()
    done = add(demo, "kafka")
    assert done.status == 0, done.text
    assert "merge     tests/integration/conftest.py" in done.err
    assert "Mine, and it stays." in conftest.read_text()
    assert "Our fixtures for tests" in conftest.read_text()
    assert services_in(demo) == {"kafka": ["kafka"], "postgres": ["postgres"]}
    suite = pytest_in(demo, "tests/integration", TEST_DATABASE="embedded")
    assert (suite.status, suite.outcomes()) == (0, {"passed"}), suite.text
    assert any("test_kafka.py" in case for case in suite.cases)
    again = add(demo, "kafka")
    assert "everything is up to date" in again.err
    gone = tcgen("remove-service", "kafka", "--python", sys.executable, cwd=demo)
    assert gone.status == 0, gone.text
    assert not (demo / "tests/integration/services").exists()
    assert conftest.read_text() == edited
    assert group.read_text() == before


ECHO = """
title: Echo
image: redis:8
why: It was at hand.
ports: [6379]
command: redis-server --port 6379 --save ""
wait: ["log:Ready to accept connections"]
url: redis://{address}
clients:
  redis: {requirement: "redis>=5"}
settings:
  REDIS_URL: url
"""


def test_a_new_kind_is_a_folder_and_no_python(tmp_path: Path, engine: dict[str, str]) -> None:
    checkout = tmp_path / "tcgen"
    for name in ("generator", "templates"):
        shutil.copytree(REPOSITORY / name, checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPOSITORY / "copier.yml", checkout)
    write(checkout / "templates/services/echo/service.yml", ECHO)
    root = copy(PROJECTS / "courier", tmp_path / "courier")
    command = [sys.executable, "-m", "tcgen"]
    where = {"PYTHONPATH": str(checkout / "generator")}
    for arguments in (["init", "-y", "--service", "postgres"], ["add-service", "echo"]):
        done = run([*command, *arguments, "--python", sys.executable], root, **where)
        assert done.status == 0, done.text
    assert "echo" in run([*command, "services"], root, **where).out
    done = pytest_in(root, "tests/integration", "-m", "echo", TEST_DATABASE="embedded")
    assert (done.status, done.outcomes()) == (0, {"passed"}), done.text
    assert list(done.cases) == ["tests/integration/services/test_echo.py::test_answers"]
