"""``tcgen update``, ``tcgen check``, ``tcgen diff`` and ``tcgen eject``: what they say."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from tcgen.cli.output import confirm, emit, progress, say, show_changes, show_diagnostics
from tcgen.errors import TcgenError
from tcgen.update.run import ConflictStyle, conflicts
from tcgen.workflow import eject as eject_workflow
from tcgen.workflow import update as workflow
from tcgen.workflow.proving import Left, Proof, Tried, left_of
from tcgen.workflow.ready import put_back
from tcgen.workflow.request import Request
from tcgen.workflow.update import Prepared, Updated


def show_put_back(root: Path) -> None:
    """Take back what a run that was killed had written, and say so.

    Raises:
        TcgenError: Another run is at work, or the journal cannot be read.
    """
    count = put_back(root)
    if count is not None:
        say(
            f"an earlier run was interrupted while it wrote: put back {count} files,"
            " the project is as before it"
        )


def update(
    request: Request,
    *,
    template: str | None,
    style: ConflictStyle,
    dry_run: bool,
    diff: bool,
    as_json: bool,
    prove: bool,
) -> int:
    """Merge what changed in the models and the template into the suite; return the exit status.

    Raises:
        TcgenError: There is no suite, it cannot be gone on from, or the disk refuses.
    """
    prepared = _prepared(request, template)
    found = prepared.update
    if diff:
        typer.echo("".join(change.diff() for change in found.changes), nl=False)
    places = tuple(conflicts(found, style))
    if diff or dry_run:
        _report(prepared, Updated((), places, None), style, as_json, written=False)
        return int(bool(found.pending))
    done = workflow.write(prepared, style, progress, prove=prove)
    _report(prepared, done, style, as_json, written=True)
    failed = done.tried is not None and done.tried.outcome.status not in (None, 0)
    return int(bool(done.conflicts or found.left_over or failed))


def check(request: Request, *, template: str | None, as_json: bool) -> int:
    """Say whether an update would change the generated code; return the exit status.

    Raises:
        TcgenError: There is no suite, or it cannot be gone on from.
    """
    prepared = _prepared(request, template)
    pending = prepared.pending_code
    if as_json:
        _emit("check", prepared, Updated((), tuple(conflicts(prepared.update)), None))
        return int(bool(pending))
    show_diagnostics(prepared.update.diagnostics)
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
    found = _prepared(request, template).update
    show_diagnostics(found.diagnostics)
    typer.echo("".join(change.diff() for change in found.changes), nl=False)
    return int(bool(found.pending))


def eject(root: Path, *, yes: bool, dry_run: bool) -> int:
    """Cut the link to the template and leave all else; return the exit status.

    Raises:
        TcgenError: There is no suite, or nobody is there to confirm it.
    """
    show_put_back(root)
    gone = eject_workflow.links(root)
    for path in gone:
        say(f"  {'delete':<9} {path}")
    if dry_run:
        return int(bool(gone))
    if not yes and not sys.stdin.isatty():
        raise TcgenError("not-confirmed", "nobody is there to confirm it", hint="tcgen eject --yes")
    if not (yes or confirm("cut the link? tcgen cannot update this suite afterwards")):
        say("nothing was changed")
        return 0
    eject_workflow.cut(root, gone)
    say("the suite is yours alone now; CI and hooks that run tcgen check have to go too")
    return 0


def _prepared(request: Request, template: str | None) -> Prepared:
    show_put_back(request.root)
    return workflow.prepare(request, template, progress)


def _report(prepared: Prepared, done: Updated, style: ConflictStyle, as_json: bool, *, written: bool) -> None:
    if as_json:
        _emit("update", prepared, done)
        return
    show_diagnostics((*prepared.diagnostics, *(done.tried.diagnostics if done.tried else ())))
    show_changes(prepared.update.changes)
    if done.conflicts and written:
        where = "your side of these lines is in" if style == "rej" else "both sides changed these lines:"
        say("\n".join([where, *(f"  {place}" for place in done.conflicts)]))
    for change in prepared.update.left_over:
        say(f"kept {change.path}: {change.note}; delete it, or take its edits elsewhere")
    if done.tried is not None:
        show_outcome(done.tried)


def show_outcome(tried: Tried) -> None:
    """Say what to do next, and what came of running the suite: how much of it is proved comes last."""
    plan, outcome = tried.planned.plan, tried.outcome
    if outcome.missing:
        if outcome.status == 0:
            say(f"{outcome.tests} test cases collected, in an environment beside the project's")
        say(f"next: {plan.commands.hint}")
        say(f"      (for {', '.join(outcome.missing)})")
        say(f"then: {plan.commands.try_out}")
    elif outcome.status is None:
        say(f"next: {plan.commands.try_out}")
    elif outcome.status == 0:
        say(f"{outcome.tests} test cases collected; next: {plan.commands.try_out}")
    if outcome.status:
        say(f"pytest cannot collect {plan.dest} (exit status {outcome.status}):")
        say(outcome.output[-3000:])
    _show_left(tried.proof.left)
    say(_in_short(tried.proof))


def _show_left(left: Sequence[Left]) -> None:
    classes = dict.fromkeys(one.label for one in left)
    for label in classes:
        found = [one for one in left if one.label == label]
        rows = " and ".join(_ROWS[one.test] for one in found)
        say(f"refused: {label}, {rows}: {found[0].reason}")
    if classes:
        say("      tcgen verify says which values to write into pyproject.toml")


def _in_short(proof: Proof) -> str:
    classes = list(dict.fromkeys(one.label for one in proof.left))
    how = "marked xfail" if proof.marked else "not marked: test_factories.py was edited there"
    marked = f"left {len(classes)}" + (f" ({how}: {', '.join(classes)})" if classes else "")
    if proof.reason:
        return f"not proved: {proof.reason}" + (f"; {marked}" if classes else "")
    classes_proved = f"{proof.proved} {'class' if proof.proved == 1 else 'classes'}"
    return f"proved {classes_proved}, repaired {len(proof.repaired)}, {marked}"


def proof_document(proof: Proof) -> dict[str, object]:
    """Return a proof as documents have it."""
    return {
        "proved": proof.proved,
        "repaired": list(proof.repaired),
        "left": left_document(proof.left),
        "reason": proof.reason,
    }


def left_document(left: Sequence[Left]) -> list[dict[str, str]]:
    """Return what is refused as documents have it."""
    return [{"class": one.label, "test": one.test, "reason": one.reason} for one in left]


_ROWS = {"one": "a row", "many": "25 rows"}


def _emit(kind: str, prepared: Prepared, done: Updated) -> None:
    found, tried = prepared.update, done.tried
    outcome = tried.outcome if tried else None
    diagnostics = (*found.diagnostics, *(tried.diagnostics if tried else ()))
    emit(
        kind,
        {
            "template": dict(zip(("from", "to"), found.version, strict=True)),
            "changes": [
                change.model_dump(include={"path", "kind", "moved_from", "note"}) for change in found.changes
            ],
            "written": list(done.written),
            "conflicts": list(done.conflicts),
            "kept": [change.path for change in found.left_over],
            "tests": outcome.tests if outcome else None,
            "missing": list(outcome.missing) if outcome else None,
            "diagnostics": [one.model_dump() for one in diagnostics],
            "proof": proof_document(tried.proof) if tried else None,
            "left": left_document(tried.proof.left if tried else left_of(prepared.planned.plan)),
        },
    )
