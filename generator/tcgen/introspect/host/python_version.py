"""Asks an interpreter for its version before anything else: older ones cannot even read the probe."""

from __future__ import annotations

import os
import re

from tcgen import processes
from tcgen.errors import TcgenError
from tcgen.ir.project import MIN_PYTHON

_SECONDS = 30
# in words that every Python understands
_ASK = "import sys; sys.stdout.write('%d.%d' % sys.version_info[:2])"


def check_python(python: str) -> None:
    """Make sure that a suite can run on an interpreter.

    Args:
        python: Its path.

    Raises:
        TcgenError: ``python-not-found``: it cannot be run. ``python-too-old``: it is below ``MIN_PYTHON``.
    """
    version = python_version(python)
    if version < MIN_PYTHON:
        raise TcgenError(
            "python-too-old",
            f"{python} is Python {_dotted(version)}; a suite needs {_dotted(MIN_PYTHON)} or later",
            hint="give --python the interpreter of an environment with a later Python",
        )


def python_version(python: str) -> tuple[int, int]:
    """Return major and minor version of an interpreter.

    Raises:
        TcgenError: ``python-not-found``: it cannot be run, or is no Python.
    """
    # -S -E: without the site's and the user's additions it answers in hundredths of a second
    command = [python, "-S", "-E", "-c", _ASK]
    try:
        done = processes.run(
            command, folder=".", environment=os.environ, seconds=min(_SECONDS, processes.limit(_SECONDS))
        )
    except (OSError, processes.TooLongError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise not_found(python, reason) from error
    found = re.fullmatch(rb"(\d+)\.(\d+)", done.output)
    if found is None:
        said = done.errors.decode("utf-8", "replace").strip().splitlines()
        raise not_found(python, (said or ["it does not tell its version"])[-1][:300])
    return int(found[1]), int(found[2])


def not_found(python: str, reason: str) -> TcgenError:
    """Return the error for an interpreter that cannot be run."""
    return TcgenError(
        "python-not-found",
        f"{python} cannot be run: {reason}",
        hint="Pass --python PATH of the interpreter that has the project's dependencies.",
    )


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))
