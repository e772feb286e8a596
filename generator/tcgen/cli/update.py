"""``tcgen update``, ``tcgen check``, ``tcgen diff`` and ``tcgen eject``."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from tcgen.apply.changes import Change
from tcgen.apply.journal import recover
from tcgen.apply.write import publish
from tcgen.cli.output import confirm, emit, progress, say, show_changes, show_diagnostics
from tcgen.errors import TcgenError
from tcgen.ir.diagnostics import Diagnostic
from tcgen.ir.plan import ANSWERS
from tcgen.record.answers import read_recorded
from tcgen.update.repository import check_no_merge
from tcgen.update.run import ConflictStyle, Update, check_settled, conflicts, write
from tcgen.verify import suite
from tcgen.verify.suite import Outcome
from tcgen.workflow import stages
from tcgen.workflow.stages import Planned, Request


def put_back(root: Path) -> None:
    """Take back what a run that was killed had written, and say so."""
    count = recover(root)
    if count is not None:
        say(
            f"an earlier run was interrupted while it wrote: put back {count} files, the project is as before it"
        )


def get_ready(root: Path) -> None:
    """Put back what a killed run had written, and make sure that nothing waits for a person.

    Raises:
        TcgenError: A merge is not finished, conflicts are not settled, or the record cannot be read.
    """
    put_back(root)
    check_no_merge(root)
    check_settled(root)


def update(
    request: Request,
    *,
    template: str | None,
    style: ConflictStyle,
    dry_run: bool,
    diff: bool,
    as_json: bool,
) -> int:
    """Merge what changed in the models and the template into the suite; return the exit status.

    Raises:
        TcgenError: There is no suite, it cannot be gone on from, or the disk refuses.
    """
    planned, found = _prepared(request, template)
    if diff:
        typer.echo("".join(change.diff() for change in found.changes), nl=False)
    written: list[str] = []
    outcome = None
    if not (diff or dry_run):
        written = _write(found, style)
        places = conflicts(found, style)
        if written and not places:
            outcome = suite.collect(planned.project, planned.plan, planned.schema)
    if as_json:
        _emit("update", found, written, conflicts(found, style), outcome)
    else:
        _report(planned, found, style, outcome, written=not (diff or dry_run))
    if diff or dry_run:
        return int(bool(found.pending))
    failed = outcome is not None and outcome.status not in (None, 0)
    return int(bool(conflicts(found, style) or found.left_over or failed))


def check(request: Request, *, template: str | None, as_json: bool) -> int:
    """Say whether an update would change the generated code; return the exit status.

    Raises:
        TcgenError: There is no suite, or it cannot be gone on from.
    """
    _, found = _prepared(request, template)
    pending = [change for change in found.pending if change.path != ANSWERS]
    if as_json:
        _emit("check", found, [], conflicts(found), None)
        return int(bool(pending))
    show_diagnostics(found.diagnostics)
    typer.echo("".join(change.diff() for change in pending), nl=False)
    if pending:
        show_changes(pending)
        say("the models, services or template have changed; next: tcgen update")
    else:
        say("the suite is up to date")
    return int(bool(pending))


def show_diff(request: Request, *, template: str | None) -> int:
    """Print what an update would change; return the exit status.

    Raises:
        TcgenError: There is no suite, or it cannot be gone on from.
    """
    _, found = _prepared(request, template)
    show_diagnostics(found.diagnostics)
    typer.echo("".join(change.diff() for change in found.changes), nl=False)
    return int(bool(found.pending))


def eject(root: Path, *, yes: bool, dry_run: bool) -> int:
    """Cut the link to the template and leave all else; return the exit status.

    Raises:
        TcgenError: There is no suite.
    """
    put_back(root)
    folder = (root / ANSWERS).parent
    if not folder.is_dir():
        raise TcgenError("no-suite", f"{root} has no {ANSWERS}", hint="there is nothing to eject from")
    gone = sorted(path.relative_to(root).as_posix() for path in folder.rglob("*") if path.is_file())
    for path in gone:
        say(f"  {'delete':<9} {path}")
    if dry_run:
        return int(bool(gone))
    if not yes and not sys.stdin.isatty():
        raise TcgenError("not-confirmed", "nobody is there to confirm it", hint="tcgen eject --yes")
    if not (yes or confirm("cut the link? tcgen cannot update this suite afterwards")):
        say("nothing was changed")
        return 0
    # the answers file is what makes it a suite of tcgen's: with it gone, the rest is rubbish
    contents = ((path, (root / path).read_bytes()) for path in gone)
    publish(root, [Change(path=path, kind="delete", old=content, new=b"") for path, content in contents])
    shutil.rmtree(folder, ignore_errors=True)
    say("the suite is yours alone now; CI and hooks that run tcgen check have to go too")
    return 0


def _prepared(request: Request, template: str | None) -> tuple[Planned, Update]:
    get_ready(request.root)
    read_recorded(request.root)
    planned = stages.plan(request, progress)
    return planned, stages.update(planned, progress, template)


def _write(found: Update, style: ConflictStyle) -> list[str]:
    try:
        return write(found, style)
    except OSError as error:
        raise TcgenError(
            "cannot-write",
            f"{error.filename or found.root}: {error.strerror or error}; the project is as it was",
            hint="mend that, then run again",
        ) from error


def _report(
    planned: Planned,
    found: Update,
    style: ConflictStyle,
    outcome: Outcome | None,
    *,
    written: bool,
) -> None:
    show_diagnostics((*_remarks(planned), *found.diagnostics))
    show_changes(found.changes)
    places = conflicts(found, style)
    if places and written:
        where = "your side of these lines is in" if style == "rej" else "both sides changed these lines:"
        say("\n".join([where, *(f"  {place}" for place in places)]))
    for change in found.left_over:
        say(f"kept {change.path}: {change.note}; delete it, or take its edits elsewhere")
    if outcome is None:
        return
    if outcome.missing:
        say(f"next: {suite.install_command(planned.project, planned.plan)}")
        say(f"      (for {', '.join(outcome.missing)})")
    elif outcome.status == 0:
        say(f"{outcome.tests} test cases collected; next: pytest {planned.plan.dest}")
    else:
        say(f"pytest cannot collect {planned.plan.dest} (exit status {outcome.status}):")
        say(outcome.output[-3000:])


def _remarks(planned: Planned) -> tuple[Diagnostic, ...]:
    """Return what is worth a line at each update: guesses were shown by init."""
    every = (*planned.project.diagnostics, *planned.schema.diagnostics, *planned.plan.diagnostics)
    return tuple(one for one in every if one.level != "note")


def _emit(
    kind: str,
    found: Update,
    written: Sequence[str],
    places: Sequence[str],
    outcome: Outcome | None,
) -> None:
    emit(
        kind,
        {
            "template": dict(zip(("from", "to"), found.version, strict=True)),
            "changes": [
                change.model_dump(include={"path", "kind", "moved_from", "note"}) for change in found.changes
            ],
            "written": list(written),
            "conflicts": list(places),
            "kept": [change.path for change in found.left_over],
            "tests": outcome.tests if outcome else None,
            "missing": list(outcome.missing) if outcome else None,
            "diagnostics": [one.model_dump() for one in found.diagnostics],
        },
    )
