"""``tcgen add-service`` and ``remove-service``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from tcgen.apply.changes import WRITTEN, Change
from tcgen.apply.write import publish
from tcgen.errors import TcgenError
from tcgen.ir.plan import ANSWERS
from tcgen.ir.schema import MODULES
from tcgen.ir.service import ServiceChoice, ServicePlan
from tcgen.record.answers import Record, find_record
from tcgen.workflow import stages
from tcgen.workflow.ready import get_ready
from tcgen.workflow.request import Progress, Request, quiet
from tcgen.workflow.stages import Planned


@dataclass(frozen=True)
class Prepared:
    """A suite with another set of services, which could be written.

    Attributes:
        name: Of the service that comes, changes or goes.
    """

    name: str
    planned: Planned
    changes: tuple[Change, ...]

    @property
    def service(self) -> ServicePlan | None:
        """The service, where the suite will have it."""
        return next((one for one in self.planned.plan.services if one.name == self.name), None)

    @property
    def pending(self) -> bool:
        """Whether there is anything to write."""
        return any(change.kind in WRITTEN for change in self.changes)

    @property
    def conflicts(self) -> tuple[str, ...]:
        """Places that a person has to settle."""
        return tuple(f"{change.path}:{line}" for change in self.changes for line in change.places)


def used(root: Path) -> dict[str, list[str]]:
    """Return what a project's suite runs on, by kind, its own database first; nothing where there is no suite.

    Raises:
        TcgenError: The record cannot be read.
    """
    record = find_record(root)
    if record is None:
        return {}
    own = MODULES[record.plan.suite.database.dialect]
    found = {own: [own]}
    for service in record.plan.services:
        found.setdefault(service.choice.kind, []).append(service.choice.name)
    return found


def add(request: Request, choice: ServiceChoice, progress: Progress = quiet) -> Prepared:
    """Plan a suite with one more service, or with one of its own described anew.

    Raises:
        TcgenError: There is no suite.
    """
    record = _record(request.root)
    others = [one.choice for one in record.plan.services if one.choice.name != choice.name]
    return _prepared(replace(request, services=(*others, choice)), record, choice.name, progress)


def remove(request: Request, name: str, progress: Progress = quiet) -> Prepared:
    """Plan a suite without one of its services; files edited by hand stay.

    Raises:
        TcgenError: There is no suite, or it has no service of that name.
    """
    record = _record(request.root)
    before = [one.choice for one in record.plan.services]
    if name not in {one.name for one in before}:
        has = ", ".join(one.name for one in before) or "none beside the database"
        raise TcgenError("unknown-service", f"the suite has no service {name!r}", hint=f"it has: {has}")
    kept = tuple(one for one in before if one.name != name)
    return _prepared(replace(request, services=kept), record, name, progress)


def write(prepared: Prepared) -> tuple[str, ...]:
    """Write the suite; return the paths, relative to the root.

    Raises:
        TcgenError: The disk refused, a file changed meanwhile, or another run is writing.
    """
    return tuple(publish(prepared.planned.root, prepared.changes))


def _record(root: Path) -> Record:
    record = get_ready(root)
    if record is None:
        raise TcgenError("no-suite", f"{root / ANSWERS} is missing: there is no suite yet", hint="tcgen init")
    return record


def _prepared(request: Request, record: Record, name: str, progress: Progress) -> Prepared:
    planned = stages.plan_after(request, record, progress)
    return Prepared(name, planned, stages.changes(planned, progress))
