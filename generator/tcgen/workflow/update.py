"""``tcgen update``, ``check`` and ``diff``: what changed in the models and the template is merged into the suite."""

from __future__ import annotations

from dataclasses import dataclass

from tcgen.apply.changes import Change
from tcgen.ir.diagnostics import Diagnostic
from tcgen.ir.plan import ANSWERS
from tcgen.record.answers import read_record
from tcgen.update.run import ConflictStyle, Update, conflicts
from tcgen.update.run import write as write_update
from tcgen.workflow import proving, stages
from tcgen.workflow.proving import Tried
from tcgen.workflow.ready import get_ready
from tcgen.workflow.request import Progress, Request, quiet
from tcgen.workflow.stages import Planned


@dataclass(frozen=True)
class Prepared:
    """An update that could be written."""

    planned: Planned
    update: Update

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is worth a line at each update: guesses were shown by init."""
        planned = self.planned
        every = (*planned.project.diagnostics, *planned.schema.diagnostics, *planned.plan.diagnostics)
        return (*(one for one in every if one.level != "note"), *self.update.diagnostics)

    @property
    def pending_code(self) -> tuple[Change, ...]:
        """What would be different in the generated code; the record of the last run does not count."""
        return tuple(change for change in self.update.pending if change.path != ANSWERS)


@dataclass(frozen=True)
class Updated:
    """An update that was written.

    Attributes:
        written: Paths, relative to the root.
        conflicts: Places that a person has to settle.
        tried: What came of running the suite; None where there was nothing to run, or conflicts are left.
    """

    written: tuple[str, ...]
    conflicts: tuple[str, ...]
    tried: Tried | None


def prepare(request: Request, template: str | None = None, progress: Progress = quiet) -> Prepared:
    """Find out what has to change; nothing is written.

    Args:
        request: What the user asked for.
        template: Address of another template than the recorded one.
        progress: Told what is being done.

    Raises:
        TcgenError: There is no suite, or it cannot be gone on from.
    """
    record = get_ready(request.root) or read_record(request.root)
    planned = stages.plan_after(request, record, progress)
    return Prepared(planned, stages.update(planned, record, progress, template))


def write(
    prepared: Prepared, style: ConflictStyle = "inline", progress: Progress = quiet, *, prove: bool = True
) -> Updated:
    """Write an update, and run the suite if nothing is left for a person to settle.

    Args:
        prepared: The update.
        style: How conflicts are written.
        progress: Told what is being done.
        prove: Run what was written; else nothing is run.

    Raises:
        TcgenError: The disk refused, a file changed meanwhile, or another run is writing.
    """
    update = prepared.update
    written = tuple(write_update(update, style))
    places = tuple(conflicts(update, style))
    planned = prepared.planned
    if places or not written:
        return Updated(written, places, None)
    tried = proving.try_out(planned, progress) if prove else proving.not_tried(planned)
    return Updated(written, places, tried)
