"""The words of errors, as engines and clients have them, come to what they mean."""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from runpy import run_path
from types import ModuleType
from typing import Any

import pytest

import tcgen
from tcgen.doctor.ask import words_for_trouble

WORDS: dict[str, Any] = run_path(str(words_for_trouble()))
ABORTED = "Error while fetching server API version: ('Connection aborted.', {})"
PULL = '500 Server Error for http+docker://localhost/v1.47/images/create?tag=18&fromImage=postgres: Internal Server Error ("{}")'


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        (ABORTED.format("FileNotFoundError(2, 'No such file or directory')"), "nothing listens there"),
        (ABORTED.format("ConnectionRefusedError(111, 'Connection refused')"), "nothing listens there"),
        (ABORTED.format("PermissionError(13, 'Permission denied')"), "its socket is closed to you"),
        ("(2, 'CreateFile', 'The system cannot find the file specified.')", "nothing listens there"),
        (
            'for http://docker:2376/version: Bad Request ("Client sent an HTTP request to an HTTPS server.")',
            "it wants TLS, and was spoken to without",
        ),
        (
            "SSLError(1, '[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1000)')",
            "it speaks no TLS, and was spoken to with it",
        ),
        (
            "SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed')",
            "its certificate and those here do not belong together",
        ),
        ("Install paramiko package to enable ssh:// support", "DOCKER_HOST is ssh://, for which a library is missing"),
        ("Invalid bind address format: port is required: bogus", "DOCKER_HOST is no address"),
        (
            "client version 1.41 is too old. Minimum supported API version is 1.44, please upgrade your client",
            "it is too new for the client",
        ),
        ("UnixHTTPConnectionPool(host='localhost', port=None): Read timed out. (read timeout=5)", "it takes connections and says nothing"),
        ("something that nobody has heard of", None),
    ],
)  # fmt: skip
def test_no_engine(said: str, cause: str | None) -> None:
    found = WORDS["known"](said, WORDS["NO_ENGINE"])
    assert (found and found.cause) == cause


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ("write /var/lib/docker/tmp/GetImageBlob1: no space left on device", "the engine's disk is full"),
        (PULL.format("toomanyrequests: You have reached your unauthenticated pull rate limit."), "the registry's limit for downloads is reached"),
        (PULL.format("pull access denied for nothing, repository does not exist or may require 'docker login'"), "the registry shows it to nobody, or not to you"),
        (PULL.format("manifest for postgres:99 not found: manifest unknown: manifest unknown"), "there is no such image"),
        (PULL.format("Get https://registry-1.docker.io/v2/: dial tcp: lookup registry-1.docker.io: no such host"), "the engine does not reach the registry"),
        (PULL.format("Get https://registry-1.docker.io/v2/: net/http: TLS handshake timeout"), "the engine does not reach the registry"),
        (PULL.format("no matching manifest for linux/arm64/v8 in the manifest list entries"), "the image is made for another processor"),
        ("Credentials store error: StoreError('docker-credential-desktop not installed or not available in PATH')", "~/.docker/config.json names a credential helper that cannot be run"),
        ("driver failed programming external connectivity: Bind for 0.0.0.0:5432 failed: port is already allocated", "a port that it wants is taken"),
        ('OCI runtime create failed: exec: "sleep": executable file not found in $PATH: unknown', "the image has no such command"),
        ("mount /var/run/docker.sock: operation not permitted", "the engine is not allowed to do that"),
        (KeyError("HostConfig"), "inside a container, testcontainers asks more of it than this Podman answers"),
        ("No command specified", None),
    ],
)  # fmt: skip
def test_refused(said: object, cause: str | None) -> None:
    found = WORDS["known"](said, WORDS["REFUSED"])
    assert (found and found.cause) == cause


def test_what_is_not_known_is_said_in_its_own_words_and_in_one_line() -> None:
    class ApiError(Exception):
        explanation = "No command specified"

    found = WORDS["explained"](
        ApiError("400 Client Error for http+docker://localhost\nand more"), WORDS["REFUSED"]
    )
    assert str(found) == "No command specified: `docker info` may say more"
    assert WORDS["explained"](Exception("one\ntwo"), ()).cause == "one"


def test_every_row_has_a_cure_and_is_found_by_its_own_words() -> None:
    for kinds in (WORDS["NO_ENGINE"], WORDS["REFUSED"]):
        for one in kinds:
            assert one.cause and one.cure
            assert one.words


def test_a_connection_that_was_cut_off_has_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between Ryuk's taking a connection and its first word somebody may end it: for the system it never was one."""
    monkeypatch.setitem(sys.modules, "trouble", ModuleType("trouble"))
    received = run_path(str(Path(tcgen.__file__).parent / "doctor/scripts/engine.py"))["_received"]
    with socket.socket() as never, pytest.raises(OSError, match="not connected"):
        never.recv(1)
    with socket.socket() as never:
        assert received(never) == ""
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            theirs.sendall(b"ACK\n")
            assert received(ours) == "ACK"
        assert received(ours) == ""
