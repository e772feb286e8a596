"""What is run of a suite that was written: where, and what came of it."""

from __future__ import annotations

from tcgen.verify import suite
from tcgen.verify.overlay import Environment, environment_for
from tcgen.verify.suite import Outcome
from tcgen.workflow.request import Progress
from tcgen.workflow.stages import Planned


def environment(planned: Planned, progress: Progress) -> Environment:
    """Return where the suite can be run: the project's environment, or one on top of it."""
    progress("looking for what the suite requires")
    project = planned.project
    return environment_for(project.python, project.root, planned.plan.requirements)


def collect(planned: Planned, where: Environment, progress: Progress) -> Outcome:
    """Collect the suite; nothing is started."""
    progress("collecting the suite")
    return suite.collect(planned.project.root, planned.plan, where, _missing(planned))


def not_run(planned: Planned) -> Outcome:
    """Return the outcome of a suite that nobody wanted to be run."""
    return Outcome(status=None, tests=0, missing=_missing(planned))


def _missing(planned: Planned) -> tuple[str, ...]:
    return suite.missing_requirements(planned.plan, planned.schema)
