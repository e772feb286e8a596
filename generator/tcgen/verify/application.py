"""Runs the tests of the project's own application."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from tcgen.ir.base import Frozen
from tcgen.ir.diagnostics import in_one_line, without_databases
from tcgen.ir.plan import SuitePlan
from tcgen.verify.overlay import Environment
from tcgen.verify.project_pytest import run_pytest

FILE = "test_application.py"
_SECONDS = 300.0


class ApplicationTrial(Frozen):
    """What came of it.

    Attributes:
        failed: Name of a test → what it failed of.
        pages: Path → why it is not answered.
    """

    failed: dict[str, str] = {}
    pages: dict[str, str] = {}


def try_application(where: Environment, root: Path, plan: SuitePlan) -> ApplicationTrial | None:
    """Run them once; None where pytest did not come to its end.

    Args:
        where: An interpreter that has the suite's requirements.
        root: The project.
        plan: Of the suite.

    Raises:
        TcgenError: ``suite-too-slow``.
    """
    with TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        run_pytest(
            where,
            root,
            # in one process, whatever the project's settings say
            [f"{plan.dest}/{FILE}", "-q", "-n", "0", "-m", "", "-k", ""],
            plugins=["ask_pages"],
            environment=os.environ | {"CI": "", "TCGEN_REPORT": str(report)},
            seconds=_SECONDS,
        )
        if not report.is_file():
            return None
        found = ApplicationTrial.model_validate_json(report.read_bytes())
    return ApplicationTrial(failed=_in_words(found.failed), pages=_in_words(found.pages))


def _in_words(found: dict[str, str]) -> dict[str, str]:
    return {name: in_one_line(without_databases(reason)) for name, reason in sorted(found.items())}
