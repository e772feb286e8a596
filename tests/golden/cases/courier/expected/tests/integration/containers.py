"""Servers that all workers of a test run share, and what to say when there is none."""

from __future__ import annotations

import gc
import os
import sys
import time
import warnings
from collections.abc import Callable, Generator
from concurrent.futures import Future, wait
from contextlib import (
    AbstractContextManager,
    ExitStack,
    closing,
    contextmanager,
    suppress,
)
from functools import cache
from hashlib import sha256
from pathlib import Path
from socket import create_connection, gethostname, socket
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, NamedTuple

from filelock import FileLock, Timeout

from . import trouble

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
ROOT = Path(__file__).resolve().parents[2]
PROJECT = sha256(os.fsencode(ROOT)).hexdigest()[:12]
# the run's own: a worker may go down, and be replaced
PROCESS = os.getpid() if WORKER == "main" else os.getppid()
# by which `tcgen doctor --sweep` finds what a run that was killed has left
LABELS = {"tcgen.project": PROJECT, "tcgen.process": f"{PROCESS}@{gethostname()}"}
# by name of the service: the container whose log a failed test shows
LOGGED: dict[str, str] = {}
_started = ExitStack()
_reaper = Lock()
_in_use: list[_Use] = []
_connections: list[socket] = []


class ServiceUnavailable(Exception):
    """A service cannot be had; the message says what to do."""


class _Use(NamedTuple):
    """A shared server that this worker uses, by the folder of its locks."""

    folder: Path
    door: FileLock
    lock: FileLock
    clear: Callable[[str], None] | None


def image(name: str, variable: str) -> str:
    """Return the image to run: `$variable`, else `name`, from `$TEST_REGISTRY` if set.

    That mirror is for Docker Hub's images; those of other registries are left alone.
    """
    chosen = os.environ.get(variable, name)
    mirror = os.environ.get("TEST_REGISTRY")
    first, slash, _ = chosen.partition("/")
    if not mirror or (slash and ("." in first or ":" in first or first == "localhost")):
        return chosen
    return f"{mirror.rstrip('/')}/{chosen if slash else f'library/{chosen}'}"


@cache
def docker_error() -> str | None:
    """Return why no container engine answers, or None when one does.

    It is first called in the main thread: filters of warnings are the whole process's.
    """
    with warnings.catch_warnings():
        # the client leaves the socket of a refused connection for the garbage collector
        warnings.simplefilter("ignore", ResourceWarning)
        if (error := _ping_error()) is not None:
            gc.collect()
    return error


def _ping_error() -> str | None:
    from testcontainers.core.docker_client import DockerClient, get_docker_host

    try:
        # testcontainers' own client knows DOCKER_HOST, contexts and its properties file
        client: Any = DockerClient(timeout=5).client
        with closing(client):
            client.ping()
    except Exception as error:  # whatever the client raises, there is no engine
        where = get_docker_host() or "the default socket"
        return f"{where}: {trouble.explained(error, trouble.NO_ENGINE)}"
    return None


def require_engine() -> None:
    """Raise `ServiceUnavailable` where no container engine answers."""
    if (error := docker_error()) is not None:
        raise ServiceUnavailable(f"Docker does not answer: {error}")


@cache
def reaper_error() -> str | None:
    """Return why there is no Ryuk, or None when it runs or is not wanted.

    It removes what a killed run leaves, and every container would start it.
    """
    from testcontainers.core.config import testcontainers_config
    from testcontainers.core.container import Reaper

    if testcontainers_config.ryuk_disabled:
        return None
    try:
        Reaper.get_instance()
    except Exception as error:  # of the engine's or the network's
        said = trouble.of_reaper(_private(Reaper, "_container"), error)
        _remove_reaper()
        return f"Ryuk, {testcontainers_config.ryuk_image}: {said}"
    return None


def _remove_reaper() -> None:
    from testcontainers.core.container import Reaper
    from testcontainers.core.labels import SESSION_ID

    with suppress(Exception):  # it ends by itself some time later
        Reaper.delete_instance()
    # one that could not be started is known by its name only
    remove(f"testcontainers-ryuk-{SESSION_ID}")


def remove(container: str) -> None:
    """Remove a container by its id or name, if it is there."""
    from testcontainers.core.docker_client import DockerClient

    with suppress(Exception), closing(DockerClient().client) as client:
        client.containers.get(container).remove(force=True, v=True)


def _private(owner: object, name: str) -> Any:
    """Return what testcontainers keeps to itself, and tells in no other way."""
    return getattr(owner, name)


@contextmanager
def running(container: DockerContainer) -> Generator[DockerContainer]:
    """Start a container and stop it afterwards."""
    # what was given before would be replaced
    given = _private(container, "_kwargs")
    container.with_kwargs(**{**given, "labels": LABELS})
    with _reaper:  # two threads with the first container each would start it twice
        no_reaper = reaper_error()
    if no_reaper is not None:
        raise ServiceUnavailable(no_reaper)
    try:
        try:
            _start(container)
            _require_port(container)
        except Exception as error:  # the engine's own kinds, and the network's
            said = trouble.of_container(container, error)
            raise ServiceUnavailable(said) from None
        yield container
    finally:
        with suppress(Exception):  # an engine that went away has nothing to stop
            container.stop()


def _start(container: DockerContainer) -> None:
    """Start a container, and do not wait on for one that has ended."""
    started: Future[None] = Future()

    def start() -> None:
        try:
            container.start()
            started.set_result(None)
        except Exception as error:
            started.set_exception(error)

    # most conditions go on asking until their time is up
    Thread(target=start, daemon=True).start()
    while not wait([started], timeout=1).done:
        if trouble.has_ended(container):
            raise RuntimeError("it has ended")
    started.result()


def _require_port(container: DockerContainer) -> None:
    """Raise `trouble.PortShut` where the first port cannot be reached from here."""
    first = next(iter(container.ports), "")
    if not first or first.endswith("/udp"):
        return
    host = container.get_container_host_ip()
    port = int(container.get_exposed_port(int(first.removesuffix("/tcp"))))
    last = time.monotonic() + 5
    while True:
        try:
            create_connection((host, port), timeout=5).close()
        except OSError as error:
            # one that is refused may be about to listen
            if not isinstance(error, ConnectionRefusedError) or time.monotonic() > last:
                raise trouble.PortShut(host, port, error) from None
            time.sleep(0.1)
        else:
            return


def log(container: str, since: float) -> str:
    """Return what a container has logged since then, 50 lines at most."""
    from testcontainers.core.docker_client import DockerClient

    try:
        with closing(DockerClient().client) as client:
            # as it is: of a datetime only the whole seconds would count
            said: bytes = client.containers.get(container).logs(since=since, tail=50)
    except Exception as error:  # a test has failed, and that is what matters
        return str(error)
    return said.decode(errors="replace")


def shared(
    folder: Path,
    run: Callable[[], AbstractContextManager[str]],
    clear: Callable[[str], None] | None = None,
) -> str:
    """Return what `run` yields in the first worker to come, until all `leave`.

    The first worker is also the last to leave, because a container is removed with the
    process that started it: each worker holds a file lock while it uses the server,
    which the system takes back even from one that crashed. If that was the first, the
    last of the others calls `clear` with what `run` had yielded.
    """
    folder.mkdir(parents=True, exist_ok=True)
    address = folder / "address"
    # the lock that another thread took is given back by the main one
    door = FileLock(folder / "door.lock", thread_local=False)
    lock = FileLock(folder / f"{WORKER}.in-use", thread_local=False)
    with door:
        if not address.exists():
            stack = ExitStack()
            text = stack.enter_context(run())
            (folder / "reaper").write_text(_reaper_address())
            address.write_text(text)
            _started.push(stack)
            _started.callback(_last_to_leave, folder, door)
        _be_waited_for((folder / "reaper").read_text())
        lock.acquire()
        _in_use.append(_Use(folder, door, lock, clear))
        return address.read_text()


def _reaper_address() -> str:
    """Return where the Ryuk of this process listens, or nothing where there is none."""
    if "testcontainers.core.container" not in sys.modules:
        return ""
    from testcontainers.core.container import Reaper

    ryuk = _private(Reaper, "_container")
    if _private(Reaper, "_instance") is None or ryuk is None:
        return ""
    return f"{ryuk.get_container_host_ip()} {ryuk.get_exposed_port(8080)}"


def _be_waited_for(reaper: str) -> None:
    """Connect to Ryuk: it removes a server once nobody does, whoever started that."""
    if reaper:
        host, port = reaper.split()
        with suppress(OSError):  # it may have gone down, which is another's to say
            _connections.append(create_connection((host, int(port)), timeout=5))


def leave() -> None:
    """Let go of every shared server, then stop those that this worker started."""
    for use in _in_use:
        use.lock.release()
    _started.close()
    while _in_use:
        _clear_after_crash(_in_use.pop())
    while _connections:
        _connections.pop().close()


def _last_to_leave(folder: Path, door: FileLock) -> None:
    with door:  # who comes now waits, and then starts a server of its own
        # pytest removes the folders of runs that it takes to be long over
        (folder / "address").unlink(missing_ok=True)
        for other in folder.glob("*.in-use"):
            with FileLock(other):
                pass


def _clear_after_crash(use: _Use) -> None:
    """Stop a server that nobody uses any more, and nobody will stop."""
    address = use.folder / "address"
    with use.door:
        if use.clear is None or not address.exists():
            return
        try:
            for other in use.folder.glob("*.in-use"):
                with FileLock(other, timeout=0):
                    pass
        except Timeout:
            return
        text = address.read_text()
        address.unlink()
        with suppress(Exception):  # the server may have gone down, too
            use.clear(text)
