"""What there is to say of this machine: room on its disks, its loopback interface, logins of registries."""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from tcgen.doctor.findings import Finding, Level
from tcgen.processes import shared_folder
from tcgen.user_cache import cache_home

LITTLE, NONE = 1_000_000_000, 100_000_000
"""Bytes below which room is worth a warning, and below which a suite would not run."""


def findings(engine: Mapping[str, Any], *, needed: bool) -> Iterator[Finding]:
    """Yield what there is to say.

    Args:
        engine: The fact of that name: where it is on this machine, its folder of data counts.
        needed: Whether the suite starts containers.
    """
    yield _loopback()
    places = {"temporary files": Path(shared_folder()), "the cache": _existing(cache_home())}
    if needed and engine.get("local") and engine.get("data"):
        places["the engine"] = Path(engine["data"])
    yield from disk(places)
    config = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker", "config.json")
    yield from _logins(config, "failed" if needed else "warning")


def _loopback() -> Finding:
    try:
        with (
            closing(socket.create_server(("127.0.0.1", 0))) as server,
            socket.create_connection(server.getsockname(), 5),
        ):
            return Finding(
                code="loopback", level="ok", message="a port on 127.0.0.1 can be opened and reached"
            )
    except OSError as error:
        cure = "`ip link set lo up`; a sandbox or firewall may forbid it"
        message = f"no port on 127.0.0.1 can be opened and reached: {error}"
        return Finding(code="loopback", level="failed", message=message, cure=cure)


def disk(places: Mapping[str, Path]) -> Iterator[Finding]:
    """Yield how much room there is.

    Args:
        places: What keeps data there → the folder.
    """
    for what, place in places.items():
        with suppress(OSError):  # an engine's folder may be closed to others
            yield _room(what, str(place), shutil.disk_usage(place).free)


def _existing(place: Path) -> Path:
    return next(one for one in (place, *place.parents) if one.exists())


def _room(what: str, place: str, free: int) -> Finding:
    level: Level = "failed" if free < NONE else "warning" if free < LITTLE else "ok"
    size = f"{free / 1e9:.1f} GB" if free >= LITTLE else f"{free / 1e6:.0f} MB"
    cures = {
        "temporary files": "make room, or name another folder in $TMPDIR",
        "the engine": "`docker system df` shows what fills it, `docker system prune` makes room",
        "the cache": "make room, or name another folder in $XDG_CACHE_HOME",
    }
    cure = "" if level == "ok" else cures[what]
    return Finding(code="disk", level=level, message=f"{size} for {what}, {place}", cure=cure)


def _logins(place: Path, bad: Level) -> Iterator[Finding]:
    mirror = os.environ.get("TEST_REGISTRY")
    if mirror:
        yield Finding(
            code="login", level="ok", message=f"images of Docker Hub come from {mirror} ($TEST_REGISTRY)"
        )
    try:
        found = json.loads(place.read_text(encoding="utf-8"))
        helpers = {"": found["credsStore"]} if found.get("credsStore") else {}
        helpers |= found.get("credHelpers", {})
        known = [*found.get("auths", {}), *found.get("credHelpers", {})]
    except FileNotFoundError:
        return
    except (OSError, ValueError, AttributeError, TypeError) as error:
        message = f"{place} cannot be read: {error}"
        yield Finding(code="login", level=bad, message=message, cure="mend it, or move it away")
        return
    missing = sorted({one for one in helpers.values() if not shutil.which(f"docker-credential-{one}")})
    for one in missing:
        cure = f"install it, or take it out of {place}"
        message = f"the helper docker-credential-{one} of {place} cannot be run"
        yield Finding(code="login", level=bad, message=message, cure=cure)
    if known and not missing:
        yield Finding(
            code="login", level="ok", message=f"{place} has logins for {', '.join(sorted(set(known)))}"
        )
