"""Servers that all workers of a test run share, and what to say when there is none."""

from __future__ import annotations

import gc
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
# by name of the service: the container whose log a failed test shows
LOGGED: dict[str, str] = {}
_started = ExitStack()
_in_use: list[FileLock] = []


class ServiceUnavailable(Exception):
    """A service cannot be had; the message says what to do."""


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
    from testcontainers.core.docker_client import DockerClient

    try:
        # testcontainers' own client knows DOCKER_HOST, contexts and its properties file
        with closing(DockerClient(timeout=5).client) as client:
            client.ping()
    except Exception as error:  # whatever the client raises, there is no engine
        return str(error)
    return None


def require_engine() -> None:
    """Raise `ServiceUnavailable` where no container engine answers."""
    if (error := docker_error()) is not None:
        raise ServiceUnavailable(f"Docker does not answer ({error}): start it")


@contextmanager
def running(container: DockerContainer) -> Iterator[DockerContainer]:
    """Start a container and stop it afterwards."""
    try:
        container.start()
    except (TimeoutError, RuntimeError) as late:
        said = b"".join(container.get_logs()).decode(errors="replace")[-2000:]
        container.stop()
        raise ServiceUnavailable(
            f"{container.image} did not get ready: {str(late).partition('. ')[0]}\n"
            f"A slow machine gets longer by $TC_MAX_TRIES. Its log ends:\n{said}"
        ) from None
    except Exception as refused:  # Docker's own kinds of errors, and the network's
        raise ServiceUnavailable(
            f"{container.image} cannot be run ({refused}): try `docker pull"
            f" {container.image}`; $TEST_REGISTRY names a mirror of Docker Hub"
        ) from None
    try:
        yield container
    finally:
        container.stop()


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


def shared(folder: Path, run: Callable[[], AbstractContextManager[str]]) -> str:
    """Return what `run` yields in the first worker to come, until all `leave`.

    The first worker is also the last to leave, because a container is removed with the
    process that started it: each worker holds a file lock while it uses the server,
    which the system takes back even from one that crashed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    address = folder / "address"
    # the lock that another thread took is given back by the main one
    door = FileLock(folder / "door.lock", thread_local=False)
    in_use = FileLock(folder / f"{WORKER}.in-use", thread_local=False)
    with door:
        if not address.exists():
            stack = ExitStack()
            text = stack.enter_context(run())
            address.write_text(text)
            _started.push(stack)
            _started.callback(_last_to_leave, folder, door)
        in_use.acquire()
        _in_use.append(in_use)
        return address.read_text()


def leave() -> None:
    """Let go of every shared server, then stop those that this worker started."""
    while _in_use:
        _in_use.pop().release()
    _started.close()


def _last_to_leave(folder: Path, door: FileLock) -> None:
    with door:  # who comes now waits, and then starts a server of its own
        (folder / "address").unlink()
        for other in folder.glob("*.in-use"):
            with FileLock(other):
                pass
