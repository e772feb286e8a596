"""``tcgen demo``: a sample project, its suite, and a run of it."""

from __future__ import annotations

import sys
from pathlib import Path

from tcgen.apply.write import publish
from tcgen.errors import TcgenError
from tcgen.sample import write_sample
from tcgen.verify import suite
from tcgen.workflow import stages
from tcgen.workflow.request import Progress, Request, quiet
from tcgen.workflow.stages import Planned


def is_empty(root: Path) -> bool:
    """Tell whether a folder holds nothing but, at most, a git repository."""
    return root.is_dir() and all(entry.name == ".git" for entry in root.iterdir())


def prepare(folder: Path, progress: Progress = quiet) -> Planned:
    """Write the sample project and its suite.

    Raises:
        TcgenError: The folder is not empty.
    """
    write_sample(folder)
    planned = stages.plan(Request(root=folder, python=sys.executable), progress)
    publish(folder, stages.changes(planned, progress))
    return planned


def run(planned: Planned) -> int:
    """Run the suite, its output going to the terminal; return pytest's exit status.

    Raises:
        TcgenError: tcgen was installed without what the sample needs.
    """
    missing = suite.missing_requirements(planned.plan, planned.schema)
    if missing:
        raise TcgenError(
            "demo-requirements",
            f"the suite is written, but this environment cannot run it: {', '.join(missing)} missing",
            hint="pip install 'tcgen[demo]'",
        )
    return suite.run(planned.project, planned.plan)
