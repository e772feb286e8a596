"""What errors of a container engine come down to, and the way out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer


class Trouble(NamedTuple):
    """What is wrong and what to do, and the words of an error that tell it."""

    cause: str
    cure: str
    words: str = ""

    def __str__(self) -> str:
        """Return it in a line."""
        return f"{self.cause}: {self.cure}"


class PortShut(Exception):
    """A published port does not take connections."""

    def __init__(self, host: str, port: int, error: Exception) -> None:
        """Say where, and what to do."""
        self.trouble = Trouble(
            f"{host}:{port}, where it is published, cannot be reached ({error})",
            "let the firewall through, or TESTCONTAINERS_HOST_OVERRIDE name the host"
            " that ports are published on",
        )
        super().__init__(str(self.trouble))


# Of several that fit an error the first counts.

# No engine can be talked to.
NO_ENGINE = (
    Trouble(
        "its socket is closed to you",
        "`sudo usermod -aG docker $USER`, then log in again",
        "PermissionError|permission denied",
    ),
    Trouble(
        "it wants TLS, and was spoken to without",
        "set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH; or, in CI, start dind with"
        " --tls=false, and DOCKER_HOST=tcp://docker:2375",
        "HTTP request to an HTTPS server|BadStatusLine",
    ),
    Trouble(
        "it speaks no TLS, and was spoken to with it",
        "unset DOCKER_TLS_VERIFY; its port is 2375 as a rule",
        "WRONG_VERSION_NUMBER|RECORD_LAYER",
    ),
    Trouble(
        "its certificate and those here do not belong together",
        "let DOCKER_CERT_PATH hold ca.pem, cert.pem and key.pem of this very engine",
        "CERTIFICATE_VERIFY_FAILED|TLS configuration|certificate|UNKNOWN_CA",
    ),
    Trouble(
        "DOCKER_HOST is ssh://, for which a library is missing",
        "`pip install 'docker[ssh]'`",
        "paramiko",
    ),
    Trouble(
        "its host has a name that nobody knows here",
        "correct DOCKER_HOST, or choose another of `docker context ls`",
        "Failed to resolve|Name or service not known|getaddrinfo|nodename nor servname",
    ),
    Trouble(
        "DOCKER_HOST is no address",
        "set it to unix:///PATH or tcp://HOST:PORT, or unset it",
        "Invalid bind address|Invalid host|should be.*port|URL scheme",
    ),
    Trouble(
        "nothing listens there",
        "start Docker Desktop, `sudo systemctl start docker`, `colima start` or"
        " `systemctl --user start podman.socket`; DOCKER_HOST names another socket",
        "FileNotFoundError|Connection ?refused|No such file|cannot find the file",
    ),
    Trouble(
        "it is too new for the client",
        "`pip install --upgrade docker testcontainers`",
        "too old|minimum supported API",
    ),
    Trouble(
        "it takes connections and says nothing",
        "restart it; `docker info` shows when it is back",
        "timed out|Timeout",
    ),
)

# The engine answers, and refuses.
REFUSED = (
    Trouble(
        "the engine's disk is full",
        "`docker system df` shows what fills it, `docker system prune` makes room",
        "no space left on device|disk quota exceeded",
    ),
    Trouble(
        "the registry's limit for downloads is reached",
        "`docker login`, or name a mirror in $TEST_REGISTRY",
        "toomanyrequests|rate limit",
    ),
    Trouble(
        "~/.docker/config.json names a credential helper that cannot be run",
        "install it, or take `credsStore` and `credHelpers` out of that file",
        "docker-credential|credentials store",
    ),
    Trouble(
        "the image is made for another processor",
        "choose one for this machine by the variable beside its name in the suite",
        "no matching manifest|exec format error",
    ),
    Trouble(
        "there is no such image",
        "correct its name and tag",
        "manifest unknown|manifest for|no such image|name unknown",
    ),
    Trouble(
        "the registry shows it to nobody, or not to you",
        "`docker login`, or correct its name",
        "unauthorized|access denied|authentication required|no basic auth|forbidden",
    ),
    Trouble(
        "the engine does not reach the registry",
        "give it a proxy or DNS that does, or name a mirror in $TEST_REGISTRY",
        "no such host|dial tcp|i/o timeout|TLS handshake|deadline|x509|proxyconnect"
        "|server gave HTTP response|Get .*: EOF",
    ),
    Trouble(
        "a port that it wants is taken",
        "`docker ps` shows by whom; `tcgen doctor --sweep` removes what was left",
        "port is already allocated|address already in use",
    ),
    Trouble(
        "the image has no such command",
        "correct its command, or take another image",
        "executable file not found|unable to start container process",
    ),
    Trouble(
        "inside a container, testcontainers asks more of it than this Podman answers",
        "TESTCONTAINERS_CONNECTION_MODE=docker_host",
        "^'HostConfig'$",
    ),
    Trouble(
        "the engine is not allowed to do that",
        "run it as root or `--privileged`, with limits (`ulimit`) that it may set",
        "operation not permitted|permission denied",
    ),
)


def known(error: object, kinds: Sequence[Trouble]) -> Trouble | None:
    """Return what an error comes to, if that is known."""
    said = str(error)
    fits = (one for one in kinds if re.search(one.words, said, re.IGNORECASE))
    return next(fits, None)


def explained(error: object, kinds: Sequence[Trouble]) -> Trouble:
    """Return what an error comes to, else the first of its own words."""
    own = str(getattr(error, "explanation", None) or error).strip().partition("\n")[0]
    return known(error, kinds) or Trouble(own[:300], "`docker info` may say more")


def of_container(container: DockerContainer, error: Exception) -> str:
    """Return why a container cannot be used: it did not come up, or nobody hears it."""
    name = container.image
    if isinstance(error, PortShut):
        return f"{name} is ready, but {error}"
    state = _state(container)
    if not state or state["Status"] == "created":
        said = explained(error, REFUSED)
        return f"{name} cannot be run: {said} (`docker pull {name}` tries it again)"
    log = b"".join(container.get_logs()).decode(errors="replace")[-2000:]
    if state["Status"] == "running":
        return (
            f"{name} did not get ready: {str(error).partition('. ')[0]}\n"
            f"A slow machine gets longer by $TC_MAX_TRIES. Its log ends:\n{log}"
        )
    why = "it had too little memory" if state.get("OOMKilled") else known(log, REFUSED)
    ended = f"{name} ended at once, with status {state.get('ExitCode')}"
    return f"{ended}{f': {why}' if why else ''}. Its log ends:\n{log}"


def has_ended(container: DockerContainer) -> bool:
    """Tell whether a container ran, and runs no more."""
    return _state(container).get("Status") in ("exited", "dead")


def of_reaper(container: DockerContainer | None, error: Exception) -> Trouble:
    """Return why Ryuk, which is started before all else, cannot be used."""
    found = explained(error, REFUSED)
    if isinstance(error, OSError) and container is not None:
        with suppress(Exception):  # it may have gone meanwhile
            host = container.get_container_host_ip()
            port = int(container.get_exposed_port(8080))
            found = PortShut(host, port, error).trouble
    without = "or do without it: TESTCONTAINERS_RYUK_DISABLED=true"
    return Trouble(found.cause, f"{found.cure}, {without}")


def _state(container: DockerContainer) -> dict[str, object]:
    """Return what the engine says of a container; nothing where it was never made."""
    with suppress(Exception):  # there is an error to tell already
        wrapped = container.get_wrapped_container()
        wrapped.reload()
        state: dict[str, object] = wrapped.attrs["State"]
        return state
    return {}
