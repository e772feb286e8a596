"""Reads files of a project, which may be anything: what is no plain file, or has no end, is never opened for long."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

MOST_BYTES = 50_000_000
"""More than anybody writes by hand; a lock file has a few million."""


def content(path: Path) -> bytes:
    """Return the content of a file.

    Raises:
        OSError: There is none, it is a pipe, a device or the like, or larger than ``MOST_BYTES``.
    """
    try:
        # a pipe that nobody writes to would keep us waiting
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except ValueError as error:  # a name with a NUL
        raise OSError(errno.EINVAL, "it has no possible name", str(path)) from error
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file", str(path))
        found = file.read(MOST_BYTES + 1)
    if len(found) > MOST_BYTES:
        raise OSError(errno.EFBIG, f"it is larger than {MOST_BYTES} bytes", str(path))
    return found


def text(path: Path, encoding: str = "utf-8") -> str:
    """Return the content of a file as text; what is none in that encoding is replaced.

    Raises:
        OSError: As ``content``.
    """
    return content(path).decode(encoding, "replace").replace("\r\n", "\n")
