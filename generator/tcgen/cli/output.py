"""How tcgen speaks: data on stdout, everything else on stderr; a message, then a hint."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import typer

from tcgen.errors import TcgenError

if TYPE_CHECKING:
    from pydantic import BaseModel

    from tcgen.apply.changes import Change
    from tcgen.ir.diagnostics import Diagnostic

_STARTED = time.monotonic()
_COLOURS = {"error": typer.colors.RED, "warning": typer.colors.YELLOW, "note": typer.colors.CYAN}


def say(message: str = "") -> None:
    """Print a line for a person."""
    typer.echo(message, err=True)


def confirm(question: str) -> bool:
    """Ask a person; nobody there means no."""
    return sys.stdin.isatty() and typer.confirm(question, default=True, err=True)


def progress(message: str) -> None:
    """Say what is being done, and since when, where somebody watches."""
    if sys.stderr.isatty():
        typer.secho(f"… {time.monotonic() - _STARTED:5.1f} s  {message}", err=True, dim=True)


def label(level: str) -> str:
    """Return ``error:`` and the like in its colour."""
    return typer.style(f"{level}:", fg=_COLOURS[level], bold=True)


def show_error(error: TcgenError) -> None:
    """Print an error, what it rests on, and the way out."""
    say(f"{label('error')} {error.message}")
    if error.detail:
        say("\n".join(f"  {line}" for line in error.detail.rstrip().splitlines()))
    if error.hint:
        say(f"{typer.style('hint:', fg=typer.colors.CYAN, bold=True)} {error.hint}")


def show_diagnostics(diagnostics: Iterable[Diagnostic]) -> None:
    """Print remarks, the serious ones last, where the eye ends."""
    rank = {"note": 0, "warning": 1, "error": 2}
    for one in sorted(diagnostics, key=lambda one: rank[one.level]):
        say(f"{label(one.level)} {one.message}")
        if one.hint:
            say(f"      {one.hint}")


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
        say(f"  {change.kind:<9} {change.path}")
    if len(shown) > 12:
        say(f"  … and {len(shown) - 12} more")
    if not shown:
        say("  everything is up to date")
