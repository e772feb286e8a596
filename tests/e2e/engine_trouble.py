"""Trouble with a container engine, made for real: each of these yields the variables that lead a suite into it."""

from __future__ import annotations

import io
import os
import shlex
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import docker
import docker.errors
import pytest

ENDS, SILENT = "tcgen-e2e-ends:1", "tcgen-e2e-silent:1"
"""Images of a container that ends at once, and of one that never gets ready."""

_IMAGES = {
    ENDS: b'FROM redis:8\nENTRYPOINT ["sh", "-c", "echo I give up >&2; exit 3"]\n',
    SILENT: b'FROM redis:8\nENTRYPOINT ["sh", "-c", "echo I wait; exec sleep 600"]\n',
}


@contextmanager
def images() -> Iterator[None]:
    """Have both images on the engine."""
    with closing(docker.from_env()) as client:
        for name, text in _IMAGES.items():
            client.images.build(fileobj=io.BytesIO(text), tag=name, rm=True)
        yield
        for name in _IMAGES:
            with suppress(docker.errors.ImageNotFound):  # another worker's tests have ended before
                client.images.remove(name, force=True, noprune=True)


def wrapped(folder: Path, *command: str) -> str:
    """Return an interpreter that is this one, started by a command."""
    place = folder / "python"
    place.write_text(f'#!/bin/sh\nexec {shlex.join([*command, sys.executable])} "$@"\n')
    place.chmod(0o755)
    return str(place)


def without_network(folder: Path) -> str:
    """Return an interpreter whose processes reach no port, not even this machine's own, but every socket in a folder."""
    if os.geteuid() != 0 or subprocess.run(["unshare", "--net", "true"], capture_output=True).returncode:
        pytest.skip("no process without a network can be made here")
    return wrapped(folder, "unshare", "--net")


def without_privileges(folder: Path) -> str:
    """Return an interpreter that the modes of files hold for, as they do for everybody but root."""
    if os.geteuid() != 0:
        return sys.executable
    if shutil.which("setpriv") is None:
        pytest.skip("there is no setpriv")
    return wrapped(folder, "setpriv", "--bounding-set=-dac_override,-dac_read_search")


@contextmanager
def shut_socket(folder: Path) -> Iterator[dict[str, str]]:
    """A socket that somebody listens at, and others may not use."""
    place = folder / "shut.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place))
        listener.listen()
        place.chmod(0)
        yield {"DOCKER_HOST": f"unix://{place}"}


@contextmanager
def listening(place: Path) -> Iterator[None]:
    """Take connections at a socket, and never answer."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place))
        listener.listen(20)
        yield


@contextmanager
def silent_socket(folder: Path) -> Iterator[dict[str, str]]:
    """A socket that takes connections and never answers."""
    with listening(folder / "silent.sock"):
        yield {"DOCKER_HOST": f"unix://{folder / 'silent.sock'}"}


def certificates(folder: Path) -> Path:
    """Return a folder with a certificate for 127.0.0.1, and all names that Docker's client looks for."""
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1"
    made = [*command.split(), "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run(made, check=True, capture_output=True)
    shutil.copy(folder / "cert.pem", folder / "ca.pem")
    return folder


@contextmanager
def dockerd(folder: Path, *options: str) -> Iterator[str]:
    """A second dockerd, without a network; yield its socket."""
    if os.geteuid() != 0 or shutil.which("dockerd") is None:
        pytest.skip("no dockerd can be started here")
    place = folder / "d.sock"
    # containerd's sockets are in it, and the path of a socket has 107 characters at most
    run = Path(tempfile.mkdtemp(prefix="d-"))
    command = ["dockerd", "--host", f"unix://{place}", "--exec-root", str(run), "--pidfile"]
    command += [str(folder / "pid"), "--bridge", "none", "--iptables=false", "--ip6tables=false", *options]
    before = _mounts(folder)
    with (folder / "dockerd.log").open("w") as log:
        daemon = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 30
        while not _answers(place):
            if daemon.poll() is not None or time.monotonic() > deadline:
                pytest.skip(f"no second dockerd: {(folder / 'dockerd.log').read_text()[-300:]}")
            time.sleep(0.05)
        yield f"unix://{place}"
    finally:
        daemon.terminate()
        daemon.wait(30)
        # its data are mounted onto themselves, and nobody could remove the folder
        for place in (_mounts(folder) + _mounts(run) - before).elements():
            subprocess.run(["umount", "--lazy", place], check=True)
        shutil.rmtree(run)


def _mounts(folder: Path) -> Counter[str]:
    """Return what is mounted beneath a folder."""
    places = (line.split()[1] for line in Path("/proc/mounts").read_text().splitlines())
    return Counter(place for place in places if Path(place).is_relative_to(folder))


def _answers(place: Path) -> bool:
    with suppress(Exception), closing(docker.DockerClient(f"unix://{place}", version="1.41")) as client:
        return bool(client.ping())
    return False


@contextmanager
def wants_tls(folder: Path) -> Iterator[dict[str, str]]:
    """A dockerd as dind is by default, and a client that knows nothing of TLS."""
    place = certificates(folder)
    port = _free_port()
    given = [
        f"--tlscacert={place / 'ca.pem'}",
        f"--tlscert={place / 'cert.pem'}",
        f"--tlskey={place / 'key.pem'}",
    ]
    with dockerd(
        folder, "--host", f"tcp://127.0.0.1:{port}", "--tls", *given, f"--data-root={folder / 'data'}"
    ):
        yield {"DOCKER_HOST": f"tcp://127.0.0.1:{port}", "DOCKER_TLS_VERIFY": ""}


@contextmanager
def speaks_no_tls(folder: Path) -> Iterator[dict[str, str]]:
    """A dockerd as dind is with `--tls=false`, and a client that wants TLS."""
    place = certificates(folder)
    port = _free_port()
    options = ["--host", f"tcp://127.0.0.1:{port}", "--tls=false", f"--data-root={folder / 'data'}"]
    with dockerd(folder, *options):
        yield {
            "DOCKER_HOST": f"tcp://127.0.0.1:{port}",
            "DOCKER_TLS_VERIFY": "1",
            "DOCKER_CERT_PATH": str(place),
        }


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A folder with little room."""
    place = folder / "small"
    place.mkdir()
    if (
        os.geteuid() != 0
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", place], capture_output=True
        ).returncode
    ):
        pytest.skip("no file system of a certain size can be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


@contextmanager
def full_disk(folder: Path) -> Iterator[dict[str, str]]:
    """A dockerd that has the images, and no room for a container."""
    with small_disk(folder, 24) as disk, dockerd(folder, "--data-root", str(disk)) as host:
        with closing(docker.DockerClient(host)) as client:
            for name in ("postgres:18", "testcontainers/ryuk:0.8.1"):
                repository, _, tag = name.partition(":")
                client.api.import_image_from_data(
                    _archive(), repository=repository, tag=tag, changes="CMD sleep 60"
                )
        with suppress(OSError), (disk / "filler").open("wb", buffering=0) as filler:
            while True:
                filler.write(bytes(4096))
        yield {"DOCKER_HOST": host}


def _archive() -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("empty"))
    return content.getvalue()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
