"""What runs of a project have left that were killed: listed, and removed."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tcgen.doctor.ask import Facts, ask, fingerprint
from tcgen.doctor.engine import behind, seconds
from tcgen.doctor.findings import Finding
from tcgen.processes import shared_folder


@dataclass(frozen=True)
class Leftover:
    """Something that a run has left.

    Attributes:
        kind: One of ``KINDS``.
        id: What it is removed by.
        name: What a person knows it by.
    """

    kind: str
    id: str
    name: str

    @property
    def text(self) -> str:
        """Kind and name."""
        return f"{self.kind} {self.name}"


@dataclass(frozen=True)
class Place:
    """Where leftovers are looked for.

    Attributes:
        root: The project.
        python: An interpreter that reaches the engine; "" where none does.
        facts: What the engine was found to have.
    """

    root: Path
    python: str
    facts: Facts


@dataclass(frozen=True)
class Kind:
    """One kind of leftovers: how they are found, and how removed; what could not be is returned with its reason."""

    find: Callable[[Place], Iterator[Leftover]]
    remove: Callable[[Place, Sequence[Leftover]], Mapping[str, str]]


def find(place: Place) -> tuple[Leftover, ...]:
    """Return what runs have left whose processes are gone; what a run that goes on has is not among it."""
    return tuple(one for kind in KINDS.values() for one in kind.find(place))


def remove(place: Place, found: Sequence[Leftover]) -> dict[str, str]:
    """Remove leftovers, and return those that could not be, with the reason: by their text."""
    refused: dict[str, str] = {}
    for name, kind in KINDS.items():
        of_kind = [one for one in found if one.kind == name]
        if of_kind:
            reasons = kind.remove(place, of_kind)
            refused |= {one.text: reasons[one.id] for one in of_kind if one.id in reasons}
    return refused


def finding(found: Sequence[Leftover], refused: Mapping[str, str], *, swept: bool) -> Finding:
    """Return what there is to say of them."""
    if refused:
        message = "; ".join(f"{name} could not be removed: {why}" for name, why in refused.items())
        return Finding(
            code="leftovers", level="warning", message=message, cure="try again, or remove it by hand"
        )
    if not found:
        return Finding(code="leftovers", level="ok", message="nothing of a run that was killed")
    names = ", ".join(one.text for one in found)
    if swept:
        return Finding(code="leftovers", level="ok", message=f"removed: {names}")
    cure = "`tcgen doctor --sweep` removes them"
    return Finding(code="leftovers", level="warning", message=f"of runs that were killed: {names}", cure=cure)


def is_gone(process: int, made: float) -> bool:
    """Tell whether the process is gone that made something, and when: one that began later only has its number."""
    try:
        return psutil.Process(process).create_time() > made + 1
    except psutil.NoSuchProcess:
        return True


def _containers(place: Place) -> Iterator[Leftover]:
    return _of_engine(place, "container")


def _networks(place: Place) -> Iterator[Leftover]:
    return _of_engine(place, "network")


def _of_engine(place: Place, kind: str) -> Iterator[Leftover]:
    found: list[dict[str, Any]] = place.facts.get("leftovers", {}).get(f"{kind}s", [])
    for one in found:
        process = _LABEL.fullmatch(one["process"])
        # what another machine has made on the same engine may be in use there
        if process is None or process["host"] != socket.gethostname():
            continue
        if is_gone(int(process["number"]), seconds(one["created"]) + behind(place.facts["engine"])):
            yield Leftover(kind, one["id"], one["name"])


_LABEL = re.compile(r"(?P<number>\d+)@(?P<host>.+)")


def _remove_from_engine(place: Place, found: Sequence[Leftover]) -> Mapping[str, str]:
    asked = {"task": "remove", "remove": [[one.kind, one.id] for one in found]}
    answer = ask(place.python, asked, place.root).get("removed", {})
    reason = answer.get("broken", {}).get("cause")
    refused: dict[str, str] = {one.id: reason for one in found} if reason else answer.get("errors", {})
    return refused


def _servers(place: Place) -> Iterator[Leftover]:
    """Yield the folders of embedded servers, which are named for the process of the run."""
    named = re.compile(rf"tcgen-{fingerprint(place.root)}-(\d+)-\w+")
    for folder in sorted(Path(shared_folder()).iterdir()):
        found = named.fullmatch(folder.name)
        if found and is_gone(int(found[1]), folder.stat().st_mtime):
            yield Leftover("embedded server", str(folder), folder.name)


def _remove_servers(_: Place, found: Sequence[Leftover]) -> Mapping[str, str]:
    refused: dict[str, str] = {}
    for one in found:
        try:
            _stop(Path(one.id))
            shutil.rmtree(one.id)
        except (OSError, psutil.Error) as error:
            refused[one.id] = str(error)
    return refused


def _stop(folder: Path) -> None:
    """Stop the server whose data are in a folder, if it runs: nobody needs the data any more."""
    with suppress(FileNotFoundError, ValueError, psutil.NoSuchProcess):
        process = psutil.Process(int((folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0]))
        # the number may be another process's by now: a server works in the folder of its data
        if folder.samefile(process.cwd()):
            process.send_signal(signal.SIGTERM if os.name == "nt" else signal.SIGINT)
            with suppress(psutil.TimeoutExpired):
                process.wait(3)
                return
            process.kill()
            process.wait(3)


KINDS: Mapping[str, Kind] = {
    "container": Kind(_containers, _remove_from_engine),
    "network": Kind(_networks, _remove_from_engine),
    "embedded server": Kind(_servers, _remove_servers),
}
"""In the order in which they are removed: a network goes after the containers on it. A further kind is an entry here."""
