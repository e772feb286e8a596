"""``tcgen init`` and ``tcgen demo``: what they say."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import typer

from tcgen.apply.changes import WRITTEN
from tcgen.cli.findings import show_findings
from tcgen.cli.output import confirm, emit, progress, say, show_changes, show_diagnostics
from tcgen.cli.update import proof_document, show_outcome, show_put_back
from tcgen.workflow import demo as demo_workflow
from tcgen.workflow import init as workflow
from tcgen.workflow.init import Initialised, Prepared
from tcgen.workflow.request import Request


def init(request: Request, *, yes: bool, dry_run: bool, diff: bool, as_json: bool, prove: bool) -> int:
    """Generate the suite and say what to do next; return the exit status.

    Raises:
        TcgenError: The project cannot be read, or files that are not tcgen's are in the way.
    """
    started = time.monotonic()
    show_put_back(request.root)
    prepared = workflow.prepare(request, progress)
    if not as_json:
        show_findings(prepared.planned)
        show_diagnostics(prepared.diagnostics)
    if diff:
        typer.echo("".join(change.diff() for change in prepared.changes), nl=False)
    if diff or dry_run:
        _show(prepared, None, as_json)
        return int(prepared.pending)
    if not yes and sys.stdin.isatty() and not confirm(f"write {_count(prepared)} files?"):
        say("nothing was written")
        return 0
    done = workflow.write(prepared, progress, prove=prove)
    if not as_json:
        show_diagnostics(done.tried.diagnostics)
    _show(prepared, done, as_json)
    if not as_json:
        seconds, imports = time.monotonic() - started, prepared.planned.schema.import_seconds
        say(f"done in {seconds:.1f} s, {imports:.1f} s of it the project's imports")
        show_outcome(done.tried)
    conflicts = any(change.kind == "conflict" for change in prepared.changes)
    return int(conflicts or done.tried.outcome.status not in (None, 0))


def _count(prepared: Prepared) -> int:
    return sum(change.kind in WRITTEN for change in prepared.changes)


def _show(prepared: Prepared, done: Initialised | None, as_json: bool) -> None:
    if not as_json:
        show_changes(prepared.changes)
        return
    tried = done.tried if done else None
    planned = tried.planned if tried else prepared.planned
    diagnostics = (*prepared.diagnostics, *(tried.diagnostics if tried else ()))
    emit(
        "init",
        {
            "changes": [change.model_dump(include={"path", "kind"}) for change in prepared.changes],
            "written": list(done.written) if done else [],
            "dest": planned.plan.dest,
            "command": planned.plan.commands.try_out,
            "mapped_classes": len(planned.schema.every_mapper),
            "abstract_classes": sum(mapper.abstract for mapper in planned.schema.every_mapper),
            "factories": len(planned.plan.factories),
            "tests": tried.outcome.tests if tried else None,
            "missing": list(tried.outcome.missing) if tried else None,
            "proof": proof_document(tried.proof) if tried else None,
            "import_seconds": planned.schema.import_seconds,
            "diagnostics": [one.model_dump() for one in diagnostics],
        },
    )


def demo(folder: Path) -> int:
    """Write the sample project, generate its suite and run it; return the exit status.

    Raises:
        TcgenError: The folder is not empty, or tcgen was installed without what the sample needs.
    """
    planned = demo_workflow.prepare(folder, progress)
    say(f"sample project written to {folder}")
    show_findings(planned)
    say(f"running: cd {folder} && pytest {planned.plan.dest}")
    status = demo_workflow.run(planned)
    say("the suite is green" if status == 0 else f"the suite failed (pytest exit status {status})")
    return min(status, 1)
