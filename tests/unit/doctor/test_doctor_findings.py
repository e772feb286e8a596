"""Findings about machine and project, and what of a run is a leftover."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace

import pytest

from tcgen.doctor import ask, engine, leftovers, machine, project
from tcgen.doctor.findings import Finding
from tcgen.doctor.leftovers import Leftover, Place, is_gone
from tcgen.errors import TcgenError


def levels(found: list[Finding]) -> list[tuple[str, str]]:
    return [(one.code, one.level) for one in found]


@pytest.mark.parametrize(
    ("free", "level", "size"),
    [(99_000_000, "failed", "99 MB"), (999_000_000, "warning", "999 MB"), (1_000_000_000, "ok", "1.0 GB")],
)
def test_room_on_a_disk(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free: int, level: str, size: str
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    found = list(machine.disk({"the engine": tmp_path}))
    assert levels(found) == [("disk", level)]
    assert found[0].message == f"{size} for the engine, {tmp_path}"
    assert ("docker system prune" in found[0].cure) == (level != "ok")


def test_the_engines_folder_counts_where_it_is_here_and_needed(tmp_path: Path) -> None:
    def looked_at(local: bool, needed: bool) -> bool:
        found = machine.findings({"data": str(tmp_path), "local": local}, needed=needed)
        return any(f"the engine, {tmp_path}" in one.message for one in found)

    assert looked_at(local=True, needed=True)
    assert not looked_at(local=False, needed=True)
    assert not looked_at(local=True, needed=False)


@pytest.mark.parametrize(
    ("text", "level", "said"),
    [
        ('{"auths": {"registry.example": {}}}', "ok", "registry.example"),
        ('{"credHelpers": {"registry.example": "nowhere"}}', "failed", "docker-credential-nowhere"),
        ("{", "failed", "cannot be read"),
        ("[]", "failed", "cannot be read"),
    ],
)
def test_logins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, level: str, said: str) -> None:
    (tmp_path / "config.json").write_text(text)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.delenv("TEST_REGISTRY", raising=False)
    (one,) = (one for one in machine.findings({}, needed=True) if one.code == "login")
    assert (one.level, said in one.message) == (level, True)


def test_the_mirror_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setenv("TEST_REGISTRY", "mirror.example")
    (one,) = (one for one in machine.findings({}, needed=True) if one.code == "login")
    assert (one.level, "mirror.example ($TEST_REGISTRY)" in one.message) == ("ok", True)


def test_the_project() -> None:
    missing = project.requirements(["redis>=5"], "pip install --group integration")
    assert levels([missing]) == [("requirements", "failed")]
    assert missing.cure == "pip install --group integration"
    assert "redis>=5" in missing.message
    assert project.requirements([], "").level == "ok"
    found = list(project.in_step("python", ["tests/a.py"], ["shop.Order"]))
    assert levels(found) == [("interpreter", "ok"), ("up-to-date", "warning"), ("marks", "warning")]
    assert "shop.Order" in found[2].message
    assert {one.level for one in project.in_step("python", [], [])} == {"ok"}
    refused = project.refusal("suite", TcgenError("bad-answers", "damaged", hint="git checkout"))
    assert (refused.level, refused.message, refused.cure) == ("failed", "damaged", "git checkout")


def test_how_bad_an_engine_is_depends_on_who_needs_it() -> None:
    dead = {"host": "unix:///x", "how": "$DOCKER_HOST", "cause": "nothing", "cure": "start it", "others": []}
    for needs, level in ((True, "failed"), (False, "warning")):
        suite = {"says": "PostgreSQL", "source": "container", "needs": needs, "chosen": ""}
        found = list(engine.findings({"suite": suite, "engine": dead}))
        assert levels(found) == [("database", "ok"), ("engine", level)]


def test_what_hangs_or_breaks_is_said_of_its_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = tmp_path / "python"
    slow.write_text('#!/bin/sh\necho \'{"asking": "engine"}\'\nexec sleep 60\n')
    slow.chmod(0o755)
    found = ask.ask(str(slow), {}, tmp_path, seconds=0.5)
    assert next(engine.findings(found)).message == "cannot be asked: no answer within 0 seconds"
    slow.write_text("#!/bin/sh\necho nobody knows why >&2\nexit 1\n")
    assert ask.ask(str(slow), {}, tmp_path) == {
        "engine": {"broken": {"cause": "nobody knows why", "cure": ""}}
    }


def test_a_process_that_is_gone() -> None:
    assert is_gone(ended_process(), time.time())
    assert not is_gone(os.getpid(), time.time())
    # its number is of a process that began later
    assert is_gone(os.getpid(), time.time() - 10 * 365 * 86400)


def ended_process() -> int:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


def of_engine(root: Path, process: str, *, zone: int = 0, late: float = 0.0) -> list[str]:
    """Return what is left where an engine has one container: its time is told in a zone, and may be late."""
    now = datetime.now(timezone.utc) - timedelta(seconds=late)
    created = now.astimezone(timezone(timedelta(hours=zone))).isoformat()
    one = {"id": "1", "name": "box", "process": process, "created": created}
    told = {"time": f"{now:%Y-%m-%dT%H:%M:%S}.123456789Z", "now": time.time()}
    facts = {"engine": told, "leftovers": {"containers": [one], "networks": []}}
    return [one.text for one in leftovers.find(Place(root, sys.executable, facts))]


@pytest.fixture
def no_servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


@pytest.mark.usefixtures("no_servers")
def test_only_what_is_known_to_be_of_a_dead_run_here_is_a_leftover(tmp_path: Path) -> None:
    here, gone = socket.gethostname(), ended_process()
    assert of_engine(tmp_path, f"{gone}@{here}") == ["container box"]
    for process in (f"{os.getpid()}@{here}", f"{gone}@elsewhere", "", f"x@{here}"):
        assert of_engine(tmp_path, process) == [], process


@pytest.mark.usefixtures("no_servers")
@pytest.mark.parametrize(("zone", "late"), [(-8, 0.0), (8, 0.0), (0, 7200.0), (0, -7200.0)])
def test_what_a_live_run_has_stays_whatever_the_engines_clock_says(
    tmp_path: Path, zone: int, late: float
) -> None:
    live = f"{os.getpid()}@{socket.gethostname()}"
    assert of_engine(tmp_path, live, zone=zone, late=late) == []


@pytest.mark.usefixtures("no_servers")
def test_a_folder_of_another_project_or_a_live_run_stays(tmp_path: Path) -> None:
    gone = ended_process()
    own, root = ask.fingerprint(tmp_path / "root"), tmp_path / "root"
    left = tmp_path / f"tcgen-{own}-{gone}-abc"
    for folder in (
        left,
        tmp_path / f"tcgen-{own}-{os.getpid()}-abc",
        tmp_path / f"tcgen-0123456789ab-{gone}-abc",
    ):
        folder.mkdir()
    place = Place(root, sys.executable, {})
    found = leftovers.find(place)
    assert found == (Leftover("embedded server", str(left), left.name),)
    assert leftovers.remove(place, found) == {}
    assert sorted(one.name for one in tmp_path.iterdir() if own in one.name) == [
        f"tcgen-{own}-{os.getpid()}-abc"
    ]


def test_what_could_not_be_removed_is_told() -> None:
    one = Leftover("container", "1", "box")
    refused = leftovers.finding([one], {one.text: "in use"}, swept=True)
    assert (refused.level, "container box could not be removed: in use" in refused.message) == (
        "warning",
        True,
    )
    assert json.loads(refused.model_dump_json())["code"] == "leftovers"
