"""Runs other people's code for a limited time, and ends all that it has started."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import tempfile
import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO

from tcgen.errors import TcgenError

MARK = "TCGEN_RUN"
"""The variable by which children are found again that left their session and their parent."""

LIMIT = "TCGEN_TIMEOUT"
"""The variable with the seconds that each run of the project's code may take."""

_COMMON: list[str] = []
"""The folder for everybody's temporary files, while this run has one of its own."""
_OWN = secrets.token_hex(8)
_NUMBERS = count(1)
_MOST_OUTPUT = 4_000_000
_ROUNDS = 10


@dataclass(frozen=True)
class Ended:
    """A command that came to its end; of what it printed, the last of it."""

    status: int
    output: bytes
    errors: bytes


class TooLongError(Exception):
    """A command was ended because its time was over; ``output`` is the last it printed."""

    def __init__(self, seconds: float, output: bytes = b"") -> None:
        super().__init__(f"it took longer than {seconds:g} seconds")
        self.seconds = seconds
        self.output = output


@contextmanager
def own_children() -> Generator[None, None, None]:
    """Mark all children from now on, keep temporary files in one folder, and leave neither of them behind."""
    os.environ[MARK] = _OWN
    _COMMON[:] = [tempfile.gettempdir()]
    with tempfile.TemporaryDirectory(prefix="tcgen-", ignore_cleanup_errors=True) as folder:
        common, tempfile.tempdir = tempfile.tempdir, folder
        try:
            yield
        finally:
            tempfile.tempdir = common
            _COMMON.clear()
            end_marked()


def shared_folder() -> str:
    """Return the folder for temporary files of every run, not of this one alone."""
    return _COMMON[0] if _COMMON else tempfile.gettempdir()


def limit(seconds: float) -> float:
    """Return how long a run of the project's code may take: what ``TCGEN_TIMEOUT`` says, or else the given time.

    Raises:
        TcgenError: The variable is no number of seconds.
    """
    given = os.environ.get(LIMIT)
    if not given:
        return seconds
    with suppress(ValueError):
        if 0 < float(given) < 1e6:
            return float(given)
    raise TcgenError("usage", f"{LIMIT}={given}: not a number of seconds", hint=f"{LIMIT}=600, or unset it")


class Running:
    """A command that was started, with what it has printed so far."""

    def __init__(self, child: subprocess.Popen[bytes], mark: str) -> None:
        self.child = child
        self._mark = mark
        self._output = _Tail(child.stdout) if child.stdout else None
        self._errors = _Tail(child.stderr) if child.stderr else None

    def wait(self, seconds: float | None) -> int:
        """Return its exit status.

        Raises:
            TooLongError: Its time is over; it still runs.
        """
        try:
            return self.child.wait(seconds)
        except subprocess.TimeoutExpired as late:
            raise TooLongError(late.timeout) from None

    def interrupt(self, seconds: float) -> None:
        """Have it stop what it has started itself, and give it some time for that."""
        with suppress(ProcessLookupError):
            self.child.send_signal(signal.SIGINT)
        with suppress(TooLongError):
            self.wait(seconds)

    def end(self) -> None:
        """End it, its session, and all that it started and that went its own way."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.child.pid, signal.SIGKILL)
        end_marked(self._mark)
        self.child.wait()

    def ended(self) -> Ended:
        """Return what came of it, after its end."""
        output, errors = (tail.text() if tail else b"" for tail in (self._output, self._errors))
        return Ended(self.child.returncode, output, errors)


@contextmanager
def started(
    command: Sequence[str],
    *,
    folder: str | Path,
    environment: Mapping[str, str],
    given: bytes = b"",
    capture: bool = True,
    together: bool = False,
    descriptors: Sequence[int] = (),
) -> Generator[Running, None, None]:
    """Start a command in a session of its own; afterwards nothing that it started is left.

    Args:
        command: The program and its arguments.
        folder: Where it runs.
        environment: All its variables.
        given: Its input.
        capture: Keep what it prints, instead of letting it go to the terminal.
        together: What it says on stderr is part of its output.
        descriptors: Of open files it inherits.

    Raises:
        OSError: It cannot be run.
    """
    mark = f"{_OWN}.{next(_NUMBERS)}"
    output = subprocess.PIPE if capture else None
    with tempfile.TemporaryFile() as source:
        source.write(given)
        source.seek(0)
        child = subprocess.Popen(
            command,
            cwd=folder,
            env={**environment, MARK: mark},
            stdin=source,
            stdout=output,
            stderr=subprocess.STDOUT if together else output,
            pass_fds=descriptors,
            start_new_session=True,
        )
    running = Running(child, mark)
    try:
        yield running
    finally:
        running.end()


def run(
    command: Sequence[str],
    *,
    folder: str | Path,
    environment: Mapping[str, str],
    seconds: float,
    given: bytes = b"",
    together: bool = False,
    descriptors: Sequence[int] = (),
) -> Ended:
    """Run a command to its end, as ``started`` does.

    Raises:
        OSError: It cannot be run.
        TooLongError: It was ended, because it took longer than ``seconds``.
    """
    with started(
        command,
        folder=folder,
        environment=environment,
        given=given,
        together=together,
        descriptors=descriptors,
    ) as running:
        try:
            running.wait(seconds)
        except TooLongError:
            running.end()
            raise TooLongError(seconds, running.ended().output) from None
    return running.ended()


def end_marked(mark: str = "") -> None:
    """End the processes with a mark; without one, all that this process has marked.

    Where there is no /proc, it is left at what belongs to a command's own session.
    """
    wanted = f"{MARK}={mark}\0".encode() if mark else f"{MARK}={_OWN}".encode()
    for _ in range(_ROUNDS):  # one that is being ended may have started another
        found = list(_marked(wanted))
        for number in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(number, signal.SIGKILL)
        if not found:
            return


def _marked(wanted: bytes) -> Iterator[int]:
    with suppress(OSError):
        numbers = [int(name) for name in os.listdir("/proc") if name.isdecimal()]  # noqa: PTH208  # ten times as fast
        for number in numbers:
            with suppress(OSError):
                if number != os.getpid() and wanted in Path(f"/proc/{number}/environ").read_bytes():
                    yield number


class _Tail:
    """Reads a pipe to its end, so that nobody has to wait for it to be read, and keeps the last of it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._kept = bytearray()
        self._thread = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._thread.start()

    def _read(self, stream: IO[bytes]) -> None:
        with stream, suppress(OSError, ValueError):
            while chunk := os.read(stream.fileno(), 65536):
                self._kept += chunk
                if len(self._kept) > 2 * _MOST_OUTPUT:
                    del self._kept[:-_MOST_OUTPUT]

    def text(self) -> bytes:
        """Return what was kept, without waiting for one that has the pipe and cannot be ended."""
        self._thread.join(2)
        return bytes(self._kept[-_MOST_OUTPUT:])
