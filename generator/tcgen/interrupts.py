"""Hears interrupts: each ends a run in order, and none in the middle of a write."""

from __future__ import annotations

import signal
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


class Interrupted(BaseException):  # it is no error, as KeyboardInterrupt is none
    """The run was asked to stop; ``status`` is what shells expect of one that was."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.status = 128 + number


class _State:
    stopping = False
    depth = 0
    waiting = 0


def listen() -> None:
    """Have the signals that end a run raise ``Interrupted`` from now on: the first of them, the others are too many."""
    _State.stopping = False
    for name in _SIGNALS:
        number = getattr(signal, name, None)
        # who started us in the background has interrupts ignored, and nohup hang-ups
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _heard)


def ignore() -> None:
    """Hear nothing any more: the run is over."""
    _State.stopping = True


def _heard(number: int, frame: FrameType | None) -> None:
    if _State.stopping:
        return
    _State.stopping = True
    if not _State.depth:
        raise Interrupted(number)
    _State.waiting = number


@contextmanager
def held() -> Generator[None, None, None]:
    """Let what takes milliseconds come to its end first."""
    _State.depth += 1
    try:
        yield
    finally:
        _State.depth -= 1
        if _State.waiting and not _State.depth:
            number, _State.waiting = _State.waiting, 0
            raise Interrupted(number)
