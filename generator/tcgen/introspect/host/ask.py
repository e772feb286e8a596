"""One run of the probe: a child of the project's interpreter, and what it had to say until it ended or its time was over."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

from tcgen import processes
from tcgen.errors import TcgenError
from tcgen.introspect.host.python_version import not_found
from tcgen.introspect.protocol import ErrorFields, ProbeAnswer, ProbeRequest
from tcgen.ir.project import Project
from tcgen.processes import Running, TooLongError
from tcgen.user_cache import keep_bytecode_aside

PROBE = Path(__file__).parents[1] / "probe" / "entry.py"
STEP = 0.2
"""Seconds after which it is looked whether a child has given its first answer."""
_MOST_ANSWER = 1 << 29
_LAST_LINES = 12


def ask(project: Project, request: ProbeRequest, settings: Mapping[str, str], timeout: float) -> ProbeAnswer:
    """Run the probe once.

    Args:
        project: Gives the interpreter and the working folder.
        request: What to find out.
        settings: Environment variables to add; those that are set already win.
        timeout: Seconds; what comes after the models has those of the request.

    Raises:
        TcgenError: ``python-not-found``, ``probe-timeout`` or ``probe-crashed``.
    """
    environment = {
        **settings,
        **os.environ,
        **request["environment"],
        **keep_bytecode_aside(),
        "PYTHONIOENCODING": "utf-8",
    }
    environment.pop("PYTHONSAFEPATH", None)
    token = secrets.token_hex(8)
    with tempfile.TemporaryFile() as reply:
        late, ended = None, None
        try:
            ended = _run(project, request, token, environment, reply, timeout)
        except TcgenError as error:
            late = error
        said = _reply(reply, token)
    if not said.answers:
        assert late or ended  # noqa: S101  # one of both
        what = f"ended with status {ended.status}" if ended else ""
        raise late or crashed(project, what, _tail(ended.output if ended else b""), said.at)
    answer, *rest = said.answers
    if "error" in answer and answer["error"]["code"] == "probe-crashed":
        raise crashed(project, "failed", answer["error"]["message"], said.at)
    seen = _told(late) if late else rest[0] if rest else None
    return {**answer, "around": seen} if seen else answer


def _told(error: TcgenError) -> ProbeAnswer:
    """Return an error as the probe would tell it."""
    fields: ErrorFields = {
        "code": error.code,
        "message": error.message,
        "hint": error.hint,
        "detail": error.detail,
    }
    return {"error": fields}


class _Reply(NamedTuple):
    """What the probe wrote: the module it came to, and what it answered until then."""

    at: str
    answers: list[ProbeAnswer]


def _reply(file: IO[bytes], token: str) -> _Reply:
    """Read what the probe wrote, a line each; the project's code may have written, too, and is not believed."""
    at = ""
    answers: list[ProbeAnswer] = []
    # the probe may still write, where this descriptor stands: it is not moved
    written = os.pread(file.fileno(), _MOST_ANSWER, 0)
    for line in written[: written.rfind(b"\n") + 1].splitlines():
        if token.encode() not in line:
            continue
        try:
            parsed: object = json.loads(line)
        except (ValueError, RecursionError):
            continue
        found = cast("dict[str, Any]", parsed) if isinstance(parsed, dict) else {}
        if found.pop("token", None) != token:
            continue
        if "at" in found:
            at = str(found["at"])
        else:
            answers.append(cast("ProbeAnswer", found))
    return _Reply(at, answers)


def _run(
    project: Project,
    request: ProbeRequest,
    token: str,
    environment: Mapping[str, str],
    reply: IO[bytes],
    timeout: float,
) -> processes.Ended:
    try:
        with processes.started(
            [project.python, str(PROBE), str(reply.fileno())],
            folder=project.root,
            environment=environment,
            given=json.dumps({**request, "token": token}).encode(),
            together=True,
            descriptors=[reply.fileno()],
        ) as running:
            try:
                _wait(running, reply, token, timeout, request["application_seconds"])
            except TooLongError as error:
                running.end()
                raise TooLongError(error.seconds, running.ended().output) from None
        return running.ended()
    except OSError as error:
        raise not_found(project.python, error.strerror or str(error)) from error
    except TooLongError as error:
        at = _reply(reply, token).at
        raise TcgenError(
            "probe-timeout",
            f"Importing the models of {project.name} took longer than {error.seconds:g} seconds{_in(at)}",
            hint=f"Name a module that imports the models alone, with --models MODULE; {processes.LIMIT}=900 waits longer.",
            detail=_tail(error.output),
        ) from None


def _wait(running: Running, reply: IO[bytes], token: str, timeout: float, more: float) -> None:
    """Wait for the probe; what comes after the models has ``more`` seconds of its own, from the first answer on.

    Raises:
        TooLongError: It took longer.
    """
    allowed, since, seen = timeout, time.monotonic(), 0
    while True:
        left = since + allowed - time.monotonic()
        try:
            running.wait(min(STEP, max(left, 0.0)))
            return
        except TooLongError:
            if left <= 0:
                raise TooLongError(allowed) from None
        written = os.fstat(reply.fileno()).st_size
        if more and written != seen:
            seen = written
            if _reply(reply, token).answers:
                allowed, more, since = more, 0, time.monotonic()


def _tail(output: bytes) -> str:
    """Return the last that was printed; Python's own word for a list of frames says nothing to who reads a message."""
    lines = output[-4000:].decode("utf-8", "replace").strip().splitlines()
    return "\n".join(line for line in lines[-_LAST_LINES:] if not line.startswith("Traceback ("))


def _in(at: str) -> str:
    return f", in {at}" if at else ""


def crashed(project: Project, what: str, detail: str, at: str = "") -> TcgenError:
    """Return the error of a probe that had no answer, ``at`` the module that it came to."""
    return TcgenError(
        "probe-crashed",
        f"{project.python} {what} before it could describe the models{_in(at)}",
        hint="--models MODULE narrows down what is imported.",
        detail=detail,
    )
