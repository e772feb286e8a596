"""A suite that was written is written again, for what running it showed."""

from __future__ import annotations

from tcgen.apply.write import publish
from tcgen.workflow import stages
from tcgen.workflow.stages import Planned


def rewritten(before: Planned, planned: Planned) -> Planned:
    """Write a suite that was planned again; lines that a person changed too stay as that person wants them."""
    if planned.plan == before.plan:
        return planned
    changes = stages.changes(planned)
    if any(one.kind == "conflict" for one in changes):
        return before
    publish(planned.root, changes)
    return stages.written(planned)
