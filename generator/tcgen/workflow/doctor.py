"""``tcgen doctor``: whether the suite would run here, and what earlier runs have left."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from socket import gethostname

from tcgen.discover import discover
from tcgen.doctor import engine, leftovers, machine
from tcgen.doctor import project as findings_of
from tcgen.doctor.ask import Facts, ask, fingerprint
from tcgen.doctor.findings import Finding
from tcgen.doctor.leftovers import Leftover
from tcgen.errors import TcgenError
from tcgen.ir.project import Project
from tcgen.ir.schema import MODULES
from tcgen.record.answers import Record
from tcgen.verify.overlay import Environment, environment_for
from tcgen.verify.suite import missing_requirements
from tcgen.workflow import update
from tcgen.workflow.proving import left_of
from tcgen.workflow.ready import get_ready
from tcgen.workflow.request import Progress, Request, quiet
from tcgen.workflow.update import Prepared

ENGINE_NEEDS = ("testcontainers>=4.15",)
"""What is asked for where there is no suite that would say what it requires."""


@dataclass(frozen=True)
class Examined:
    """What was found.

    Attributes:
        left: What runs have left that were killed.
        swept: Whether that was removed.
    """

    findings: tuple[Finding, ...]
    left: tuple[Leftover, ...]
    swept: bool

    @property
    def runs(self) -> bool:
        """Whether a suite would run, whole."""
        return all(one.level != "failed" for one in self.findings)


def examine(request: Request, progress: Progress = quiet, *, sweep: bool = False) -> Examined:
    """Look at project, engine and machine; nothing is written, and what is started is stopped.

    Args:
        request: What the user asked for.
        progress: Told what is being done.
        sweep: Remove what runs have left that were killed.

    Raises:
        TcgenError: The folder is none, or its pyproject.toml cannot be read.
    """
    found = discover(request.root, python=request.python)
    record, findings = _of_project(request, found, progress)
    progress("looking for an environment that has what the suite requires")
    requirements = record.plan.suite.requirements if record else ENGINE_NEEDS
    where = environment_for(found.python, request.root, requirements)
    progress("asking the container engine")
    facts = _asked(request.root, where, record)
    needed = bool(facts.get("suite", {}).get("needs"))
    findings += [*engine.findings(facts), *machine.findings(facts.get("engine", {}), needed=needed)]
    progress("looking for what earlier runs have left")
    place = leftovers.Place(request.root, where.python, facts)
    left = leftovers.find(place)
    refused = leftovers.remove(place, left) if sweep else {}
    findings.append(leftovers.finding(left, refused, swept=sweep))
    return Examined(tuple(findings), left, sweep)


def _of_project(request: Request, found: Project, progress: Progress) -> tuple[Record | None, list[Finding]]:
    try:
        record = get_ready(request.root)
    except TcgenError as error:
        return None, [findings_of.refusal("suite", error)]
    if record is None:
        return None, [findings_of.no_suite()]
    return record, [findings_of.suite(record.plan.suite.dest), *_in_step(request, found, progress)]


def _in_step(request: Request, found: Project, progress: Progress) -> Iterator[Finding]:
    try:
        prepared = update.prepare(request, None, progress)
    except TcgenError as error:
        yield findings_of.refusal("interpreter", error)
        return
    yield from findings_of.in_step(found.python, *_compared(prepared))
    planned = prepared.planned
    yield findings_of.requirements(
        missing_requirements(planned.plan, planned.schema), planned.plan.commands.hint
    )


def _compared(prepared: Prepared) -> tuple[Sequence[str], Sequence[str]]:
    refused = dict.fromkeys(one.label for one in left_of(prepared.planned.plan))
    return [change.path for change in prepared.pending_code], list(refused)


def _asked(root: Path, where: Environment, record: Record | None) -> Facts:
    project = fingerprint(root)
    labels = {"tcgen.project": project, "tcgen.process": f"{os.getpid()}@{gethostname()}"}
    asked: dict[str, object] = {
        "task": "examine",
        "project": project,
        "labels": labels,
        "folder": "",
        "module": "",
    }
    if record is not None:
        suite = record.plan.suite
        asked |= {"folder": str((root / suite.dest).resolve()), "module": MODULES[suite.database.dialect]}
    return ask(where.python, asked, root)
