"""Collects or runs the generated suite in the project's own interpreter."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from tempfile import TemporaryDirectory

from tcgen.ir.base import Frozen
from tcgen.ir.diagnostics import without_databases
from tcgen.ir.drift import DatabaseCatalog
from tcgen.ir.plan import SuitePlan
from tcgen.ir.project import Project
from tcgen.ir.schema import Schema
from tcgen.verify.overlay import Environment, unmet
from tcgen.verify.project_pytest import limit, run_pytest


class Outcome(Frozen):
    """What pytest said.

    Attributes:
        status: Its exit status; None when it was not run: nobody wanted it to, or requirements are missing.
        tests: Test cases collected or run.
        missing: Requirements that are not installed in the project's environment.
        output: What it printed.
    """

    status: int | None
    tests: int
    missing: tuple[str, ...] = ()
    output: str = ""


def missing_requirements(plan: SuitePlan, schema: Schema) -> tuple[str, ...]:
    """Return the suite's requirements that the project's interpreter does not have, or not in that version."""
    return unmet(plan.requirements, schema.environment.distributions)


def collect(root: str, plan: SuitePlan, environment: Environment, missing: tuple[str, ...]) -> Outcome:
    """Collect the suite; nothing is started.

    Args:
        root: The project.
        plan: Of the suite.
        environment: Where it is to be collected.
        missing: Requirements that the project's own environment lacks.
    """
    run = run_pytest(environment, root, [plan.dest, "--collect-only", "-q"])
    said = run.stdout + run.stderr
    return Outcome(status=run.returncode, tests=_count(run.stdout), missing=missing, output=said)


def _count(listing: str) -> int:
    """Count test cases: pytest ends with their number, or, made quieter by the project, lists one a file."""
    total = re.search(r"(\d+)(?:/\d+)? tests? collected", listing)
    if total is not None:
        return int(total.group(1))
    return sum(int(number) for number in re.findall(r"^\S+\.py: (\d+)$", listing, re.MULTILINE))


def run(project: Project, plan: SuitePlan, arguments: list[str] | None = None) -> int:
    """Run the suite, its output going to the terminal; return pytest's exit status."""
    chosen = [plan.dest, *(arguments or [])]
    environment = Environment(project.python)
    return run_pytest(environment, project.root, chosen, capture=False, seconds=None).returncode


class MigrationTrial(Frozen):
    """What came of making the suite's database once, and of running the tests of the migrations on it.

    Attributes:
        failure: Why its schema cannot be made; None when it can, or when there is no server to try it on.
        catalog: What the database says of it; None when it was not made.
        differences: What autogenerate found; None where it could not be asked.
        refused: Name of a test → why it failed.
    """

    failure: str | None = None
    catalog: DatabaseCatalog | None = None
    differences: tuple[str, ...] | None = None
    refused: dict[str, str] = {}


def try_migrations(where: Environment, root: str, plan: SuitePlan) -> dict[str, MigrationTrial]:
    """Make the suite's databases once, where there is a server.

    Args:
        where: An interpreter that has the suite's requirements.
        root: The project.
        plan: Of the suite.

    Returns:
        What came of it, by the name of the database.
    """
    further = tuple(one.name for one in plan.further)
    folders = [plan.dest, *(f"{plan.dest}/{one.name}" for one in plan.further if one.database.alembic)]
    with TemporaryDirectory() as folder:
        run_pytest(
            where,
            root,
            [*(f"{one}/test_migrations.py" for one in folders), "-q"],
            plugins=["make_schema"],
            environment=os.environ | {"CI": ""} | reporting(Path(folder), further),
            seconds=limit(len(plan.factories)),
        )
        return {name: read_trial(Path(folder, name)) for name in ("", *further)}


def reporting(folder: Path, further: tuple[str, ...]) -> dict[str, str]:
    """Return what tells the plugin ``make_schema`` where to write, a folder inside for each further database."""
    for name in further:
        (folder / name).mkdir()
    return {"TCGEN_REPORT": str(folder), "TCGEN_FURTHER": " ".join(further)}


def read_trial(folder: Path) -> MigrationTrial:
    """Read what the plugin ``make_schema`` wrote into its folder."""
    found = {one.stem: json.loads(one.read_bytes()) for one in folder.glob("*.json")}
    if "failure" in found:
        found["failure"] = without_databases(found["failure"])
    refused = {name: without_databases(found.pop(name)) for name in sorted(found) if name.startswith("test_")}
    return MigrationTrial.model_validate({**found, "refused": refused})
