"""``tcgen clean``: what runs with ``$TEST_REUSE`` have kept of a project is removed."""

from __future__ import annotations

from tcgen.discover import discover
from tcgen.ir.schema import MODULES
from tcgen.record.answers import read_record
from tcgen.verify import kept
from tcgen.verify.kept import Kept
from tcgen.verify.overlay import environment_for
from tcgen.workflow.request import Progress, Request, quiet


def clean(request: Request, progress: Progress = quiet, *, dry_run: bool = False) -> Kept:
    """Remove what is kept, and return what it was.

    Args:
        request: What the user asked for.
        progress: Told what is being done.
        dry_run: Remove nothing.

    Raises:
        TcgenError: There is no suite, or it cannot be asked.
    """
    suite = read_record(request.root).plan.suite
    if not (request.root / suite.dest / "kept.py").is_file():  # on a file, or of an older tcgen
        return Kept((), "")
    progress("looking for what runs have kept")
    project = discover(request.root, python=request.python)
    dialect = suite.database.dialect
    where = environment_for(project.python, request.root, suite.requirements, dialect)
    return kept.clean(where.python, request.root, suite.dest, MODULES[dialect], dry_run=dry_run)
