"""What runs of a suite have kept for the next one: listed, and removed."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from tcgen import processes
from tcgen.errors import TcgenError
from tcgen.user_cache import keep_bytecode_aside
from tcgen.verify.suite_script import command

_SECONDS = 120.0


@dataclass(frozen=True)
class Kept:
    """What was found.

    Attributes:
        names: What there is of it, in words.
        refused: Why not all of it could be removed, or looked for; "" where nothing was in the way.
    """

    names: tuple[str, ...]
    refused: str


def clean(python: str, root: Path, dest: str, module: str, *, dry_run: bool) -> Kept:
    """Remove what is kept for a working copy.

    Args:
        python: An interpreter that has the suite's requirements.
        root: The project.
        dest: Folder of the suite, relative to the root.
        module: The suite's for its database.
        dry_run: Only say what there is.

    Raises:
        TcgenError: ``suite-broken``: the suite's modules cannot be imported, or it took too long.
    """
    folder = str((root / dest).resolve())
    try:
        done = processes.run(
            command(python, "clean_kept", folder, module, "list" if dry_run else "remove"),
            folder=root,
            environment={**os.environ, **keep_bytecode_aside()},
            seconds=_SECONDS,
        )
    except processes.TooLongError:
        message = f"{folder}: what is kept could not be looked for within {_SECONDS:.0f} seconds"
        raise TcgenError("suite-broken", message, hint="tcgen doctor says what does not answer") from None
    last = done.output.strip().splitlines()[-1:]
    if done.status or not last:
        message = f"{folder}: its modules cannot be imported"
        detail = done.errors.decode("utf-8", "replace")
        raise TcgenError("suite-broken", message, hint="pytest says why", detail=detail)
    said = json.loads(last[0])
    return Kept(tuple(said["kept"]), said["refused"])
