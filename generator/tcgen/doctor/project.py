"""What there is to say of the project and its suite."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tcgen.doctor.findings import Finding
from tcgen.errors import TcgenError


def refusal(code: str, error: TcgenError) -> Finding:
    """Return an error that ends other commands as a finding."""
    return Finding(code=code, level="failed", message=error.message, cure=error.hint)


def no_suite() -> Finding:
    """Return what is said where tcgen has written none."""
    return Finding(code="suite", level="warning", message="the project has none yet", cure="tcgen init")


def suite(dest: str) -> Finding:
    """Return what is said of one that is there."""
    return Finding(code="suite", level="ok", message=f"{dest}, .tcgen/answers.yml is whole")


def requirements(missing: Sequence[str], install: str) -> Finding:
    """Return what is said of the suite's requirements.

    Args:
        missing: Those that the project's environment lacks.
        install: The command that brings them.
    """
    if missing:
        message = f"the project's environment lacks {', '.join(missing)}"
        return Finding(code="requirements", level="failed", message=message, cure=install)
    return Finding(code="requirements", level="ok", message="all are installed")


def in_step(python: str, pending: Sequence[str], refused: Sequence[str]) -> Iterator[Finding]:
    """Yield what a comparison of suite, models and template has shown.

    Args:
        python: The interpreter that the models were imported with.
        pending: Paths of generated files that an update would change.
        refused: Classes whose rows the database refused when the suite was proved.
    """
    yield Finding(code="interpreter", level="ok", message=f"{python} imports the models")
    if pending:
        message = f"an update would change {len(pending)} of the suite's files, {pending[0]} among them"
        yield Finding(code="up-to-date", level="warning", message=message, cure="tcgen update")
    else:
        yield Finding(code="up-to-date", level="ok", message="the suite is in step with models and template")
    if refused:
        message = f"tests of {', '.join(refused)} are marked: their rows are refused"
        yield Finding(code="marks", level="warning", message=message, cure="tcgen verify")
    else:
        yield Finding(code="marks", level="ok", message="no test is marked as one that fails")
