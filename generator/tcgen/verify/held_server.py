"""One server for all runs of a proof, and the suite's schema kept on it from one run to the next."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Timer

from tcgen.ir.schema import MODULES, Dialect
from tcgen.user_cache import keep_bytecode_aside
from tcgen.verify.overlay import Environment
from tcgen.verify.suite_script import command

_FIRST_SECONDS = 300.0
_LAST_SECONDS = 30.0


@contextmanager
def held_server(
    where: Environment, root: str | Path, dest: str, dialect: Dialect = "postgresql"
) -> Generator[Callable[[], Environment], None, None]:
    """Start a server, unless the database is a file, and yield a function that waits for it.

    The function, which is called once, returns the environment with the server; without one where none can be had, as the
    runs will say.

    Args:
        where: An interpreter that has the suite's requirements.
        root: The project.
        dest: Folder of the suite, relative to the root.
        dialect: Of its database.
    """
    if dialect == "sqlite":
        yield lambda: where
        return
    folder, module = str(Path(root, dest).resolve()), MODULES[dialect]
    holder = subprocess.Popen(
        command(where.python, "hold_server", folder, module, secrets.token_hex(3)),
        cwd=root,
        env={**os.environ, **keep_bytecode_aside()},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        # an interrupt at the terminal is for the runs: this one ends with its input
        start_new_session=True,
    )
    try:
        yield partial(_holding, where, {"folder": folder, "module": f"{module}.py"}, holder)
    finally:
        _let_go(holder)


def _holding(where: Environment, suite: dict[str, str], holder: subprocess.Popen[str]) -> Environment:
    held = _first_line(holder)
    return replace(where, server=json.dumps({**json.loads(held), **suite})) if held else where


def _first_line(holder: subprocess.Popen[str]) -> str:
    """Return what it prints once its server runs; "" where it ended without one."""
    assert holder.stdout is not None  # noqa: S101  # a pipe
    late = Timer(_FIRST_SECONDS, holder.kill)
    late.start()
    try:
        return next((line for line in holder.stdout if line.startswith("{")), "")
    finally:
        late.cancel()


def _let_go(holder: subprocess.Popen[str]) -> None:
    try:
        holder.communicate(timeout=_LAST_SECONDS)
    except subprocess.TimeoutExpired:
        holder.kill()
        holder.communicate()
