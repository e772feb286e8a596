"""``tcgen init``: a suite is planned and written, and then it is run."""

from __future__ import annotations

from dataclasses import dataclass

from tcgen.apply.changes import WRITTEN, Change
from tcgen.apply.write import publish
from tcgen.ir.diagnostics import Diagnostic
from tcgen.workflow import proving, stages
from tcgen.workflow.proving import Tried
from tcgen.workflow.ready import get_ready
from tcgen.workflow.request import Progress, Request, quiet
from tcgen.workflow.stages import Planned


@dataclass(frozen=True)
class Prepared:
    """A suite that could be written."""

    planned: Planned
    changes: tuple[Change, ...]

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What the stages had to say."""
        planned = self.planned
        return (*planned.project.diagnostics, *planned.schema.diagnostics, *planned.plan.diagnostics)

    @property
    def pending(self) -> bool:
        """Whether there is anything to write, or for a person to settle."""
        return any(change.kind in (*WRITTEN, "conflict") for change in self.changes)


@dataclass(frozen=True)
class Initialised:
    """A suite that was written.

    Attributes:
        written: Paths, relative to the root.
        tried: What came of running it.
    """

    written: tuple[str, ...]
    tried: Tried


def prepare(request: Request, progress: Progress = quiet) -> Prepared:
    """Run the stages up to the changes; nothing is written.

    Raises:
        TcgenError: The project cannot be read, or files that are not tcgen's are in the way.
    """
    planned = stages.plan_after(request, get_ready(request.root), progress)
    return Prepared(planned, stages.changes(planned, progress))


def write(prepared: Prepared, progress: Progress = quiet, *, prove: bool = True) -> Initialised:
    """Write the suite, and run it as far as that is possible.

    Args:
        prepared: The suite.
        progress: Told what is being done.
        prove: Run what was written; else nothing is run.

    Raises:
        TcgenError: The disk refused, a file changed meanwhile, or another run is writing.
    """
    planned = prepared.planned
    written = tuple(publish(planned.root, prepared.changes))
    tried = proving.try_out(planned, progress) if prove else proving.not_tried(planned)
    return Initialised(written, tried)
