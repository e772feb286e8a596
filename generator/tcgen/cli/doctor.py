"""``tcgen doctor``: what it says."""

from __future__ import annotations

import typer

from tcgen.cli.output import emit, progress, say
from tcgen.doctor.findings import Finding
from tcgen.workflow import doctor as workflow
from tcgen.workflow.doctor import Examined
from tcgen.workflow.request import Request

_COLOURS = {"ok": typer.colors.GREEN, "warning": typer.colors.YELLOW, "failed": typer.colors.RED}


def doctor(request: Request, *, sweep: bool, dry_run: bool, as_json: bool) -> int:
    """Say whether the suite would run here; return the exit status.

    Raises:
        TcgenError: The folder is no project.
    """
    examined = workflow.examine(request, progress, sweep=sweep and not dry_run)
    if as_json:
        _emit(examined)
    else:
        for one in examined.findings:
            typer.echo(_line(one))
        _in_short(examined)
    return int(not examined.runs)


def _line(one: Finding) -> str:
    level = typer.style(f"{one.level:<8}", fg=_COLOURS[one.level], bold=one.level != "ok")
    cure = f" → {one.cure}" if one.cure else ""
    return f"{level}{one.code:<14}{one.message}{cure}"


def _in_short(examined: Examined) -> None:
    levels = [one.level for one in examined.findings]
    failed, warnings = levels.count("failed"), levels.count("warning")
    if failed:
        say(f"a suite would not run here, or not all of it: {failed} failed, {warnings} to look at")
    elif warnings:
        say(f"a suite would run here: {warnings} to look at")
    else:
        say("a suite would run here")


def _emit(examined: Examined) -> None:
    emit(
        "doctor",
        {
            "runs": examined.runs,
            "findings": [one.model_dump() for one in examined.findings],
            "left": [{"kind": one.kind, "id": one.id, "name": one.name} for one in examined.left],
            "swept": examined.swept,
        },
    )
