"""A pytest plugin: writes into the file ``$TCGEN_REPORT`` what became of the application's tests.

For each test that failed the reason, and of the one that asks for all pages the reason for each page. While it runs,
nothing leaves this machine: an endpoint may well ask others, and whoever runs ``tcgen init`` did not mean that. It runs in
the project's interpreter, so that it knows nothing of tcgen.
"""

from __future__ import annotations

import ipaddress
import json
import os
import signal
import socket
from collections.abc import Generator, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

Live = Any
PAGES = "test_every_page_answers"
SECONDS, MOST = 5.0, 6
"""How often a page that does not end is looked at, and how many times until it is given up."""

found: dict[str, dict[str, str]] = {"failed": {}, "pages": {}}


def _refuse(self: socket.socket, address: Live) -> None:
    if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_near(str(address[0])):
        raise ConnectionRefusedError(f"{address[0]} is no address of this machine")
    _connect(self, address)


_connect = socket.socket.connect


def _is_near(host: str) -> bool:
    """Whether an address is of this machine, or of a network that its containers may be in."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host in ("localhost", "")
    return address.is_loopback or address.is_private


@pytest.fixture(scope="session", autouse=True)
def tcgen_stays_here() -> Iterator[None]:
    """Keep connections on this machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _refuse)
        yield


class _Watch:
    """Gives up pages that do not end."""

    def __init__(self) -> None:
        self.path, self.times = "", 0

    def look(self, _: int, frame: FrameType | None) -> None:
        while frame is not None and frame.f_code.co_name != PAGES:
            frame = frame.f_back
        path = str(frame.f_locals.get("path", "")) if frame is not None else ""
        self.times = self.times + 1 if path == self.path else 0
        self.path = path
        if path and self.times >= MOST:
            self.times = 0
            raise TimeoutError(f"no end of it within {SECONDS * MOST:.0f} seconds")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Live, Live]:
    """Watch the test that asks for all pages."""
    if getattr(item, "originalname", item.name) != PAGES:
        return (yield)
    before = signal.signal(signal.SIGALRM, _Watch().look)
    signal.setitimer(signal.ITIMER_REAL, SECONDS, SECONDS)
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Live, Live]:
    """Keep why a test failed."""
    report: Live = yield
    if call.excinfo is not None and (report.failed or hasattr(report, "wasxfail")):
        name = getattr(item, "originalname", None) or item.name
        pages = _pages(call.excinfo)
        if pages and call.when == "call":
            found["pages"].update(pages)
        else:
            found["failed"].setdefault(name, _said(call.excinfo.value))
    return report


def _pages(excinfo: pytest.ExceptionInfo[BaseException]) -> dict[str, str]:
    for entry in excinfo.traceback:
        failed: Live = entry.frame.f_locals.get("failed")
        if entry.frame.code.name == PAGES and failed is not None:
            return {str(path): _said(failed[path]) for path in failed}
    return {}


def _said(reason: Live) -> str:
    if isinstance(reason, BaseException):
        lines = str(reason).strip().splitlines() or [""]
        return f"{type(reason).__name__}: {lines[0]}"
    return f"status {reason}"


def pytest_sessionfinish() -> None:
    """Write it down."""
    Path(os.environ["TCGEN_REPORT"]).write_text(json.dumps(found), encoding="utf-8")
