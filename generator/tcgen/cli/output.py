"""How tcgen speaks: data on stdout, everything else on stderr; a message, then a hint."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import typer

from tcgen.errors import TcgenError
from tcgen.outside_text import printable

if TYPE_CHECKING:
    from pydantic import BaseModel

    from tcgen.apply.changes import Change
    from tcgen.ir.diagnostics import Diagnostic

_STARTED = time.monotonic()
_COLOURS = {
    "error": typer.colors.RED,
    "warning": typer.colors.YELLOW,
    "note": typer.colors.CYAN,
    "hint": typer.colors.CYAN,
}
_MOST_ALIKE = 8


def say(message: str = "", *, level: str = "") -> None:
    """Print a line for a person, a coloured word before it."""
    before = f"{label(level)} " if level else ""
    typer.echo(before + printable(message), err=True)


def put(line: str) -> None:
    """Print a line of data, in which names may be the project's."""
    typer.echo(printable(line))


def confirm(question: str) -> bool:
    """Ask a person; nobody there means no."""
    return sys.stdin.isatty() and typer.confirm(question, default=True, err=True)


def progress(message: str) -> None:
    """Say what is being done, and since when, where somebody watches."""
    if sys.stderr.isatty():
        typer.secho(f"… {time.monotonic() - _STARTED:5.1f} s  {printable(message)}", err=True, dim=True)


def label(level: str) -> str:
    """Return ``error:`` and the like in its colour."""
    return typer.style(f"{level}:", fg=_COLOURS[level], bold=True)


def show_error(error: TcgenError) -> None:
    """Print an error, what it rests on, and the way out."""
    say(error.message, level="error")
    if error.detail:
        say("\n".join(f"  {line}" for line in error.detail.rstrip().splitlines()))
    if error.hint:
        say(error.hint, level="hint")


def show_diagnostics(diagnostics: Iterable[Diagnostic]) -> None:
    """Print remarks, the serious ones last, where the eye ends; of many of one kind the first."""
    rank = {"note": 0, "warning": 1, "error": 2}
    shown: Counter[str] = Counter()
    for one in sorted(diagnostics, key=lambda one: rank[one.level]):
        shown[one.code] += 1
        if shown[one.code] <= _MOST_ALIKE:
            say(one.message, level=one.level)
            if one.hint:
                say(f"      {one.hint}")
    for code, times in shown.items():
        if times > _MOST_ALIKE:
            say(f"… and {times - _MOST_ALIKE} more of {code}; --json has them all")


def emit(kind: str, value: BaseModel | dict[str, object]) -> None:
    """Print one JSON document with its kind and version on stdout."""
    body = value if isinstance(value, dict) else value.model_dump(mode="json")
    typer.echo(json.dumps({"kind": kind, "version": 1, **body}, indent=2, sort_keys=False))


def emit_error(error: TcgenError) -> None:
    """Print an error as a JSON document on stdout."""
    emit("error", {"code": error.code, "message": error.message, "hint": error.hint, "detail": error.detail})


def show_changes(changes: Sequence[Change]) -> None:
    """List what happens to each file, the first dozen of them."""
    shown = [change for change in changes if change.kind != "unchanged"]
    for change in shown[:12]:
        say(f"  {change.kind:<9} {change.path}{f': {change.note}' if change.note else ''}")
    if len(shown) > 12:
        say(f"  … and {len(shown) - 12} more")
    if not shown:
        say("  everything is up to date")
