"""The application's tests are run: what fails for a reason of its own is written down, and said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tcgen.errors import TcgenError
from tcgen.ir.application_plan import ApplicationPlan
from tcgen.ir.diagnostics import Diagnostic
from tcgen.verify.application import FILE, ApplicationTrial, try_application
from tcgen.verify.check_factories import Result
from tcgen.verify.overlay import Environment
from tcgen.workflow import stages
from tcgen.workflow.request import Progress
from tcgen.workflow.rewrite import rewritten
from tcgen.workflow.stages import Planned


def tried(planned: Planned, where: Environment, progress: Progress) -> tuple[Planned, tuple[Diagnostic, ...]]:
    """Run the application's tests, and mark what fails."""
    before = planned.plan.application
    if before is None or not before.tested:
        return planned, ()
    progress("starting the application, and asking for its pages" if before.web else "running its code")
    try:
        trial = try_application(where, planned.root, planned.plan)
    except TcgenError as error:
        return planned, (_not_tried(error.message),)
    if trial is None:
        return planned, (_not_tried("pytest came to no end"),)
    following = stages.as_asked(planned, _known(trial, before))
    after = following.plan.application
    if after is None or after == before:
        return planned, ()
    return rewritten(planned, following), tuple(_remarks(before, after, planned.plan.dest))


def _known(trial: ApplicationTrial, before: ApplicationPlan) -> ApplicationTrial:
    """Keep what is on record in its words; a page that was left out is not asked for again."""
    failed = {name: before.refused.get(name, reason) for name, reason in trial.failed.items()}
    return ApplicationTrial(failed=failed, pages={**trial.pages, **before.left_out})


def _remarks(before: ApplicationPlan, after: ApplicationPlan, dest: str) -> Iterator[Diagnostic]:
    for name, reason in after.refused.items():
        if name not in before.refused:
            yield Diagnostic(
                level="warning",
                code="application-test-fails",
                message=f"{dest}/{FILE}::{name} fails, and is marked: {reason}",
                hint="once it passes, take the mark away, or run tcgen init",
            )
    fresh = [f"{path} ({reason})" for path, reason in after.left_out.items() if path not in before.left_out]
    if fresh:
        shown = ", ".join(fresh[:5]) + (f" and {len(fresh) - 5} more" if len(fresh) > 5 else "")
        yield Diagnostic(
            level="warning",
            code="pages-left-out",
            message=f"{dest}/{FILE} leaves out {len(fresh)} of the application's pages, which did not answer: {shown}",
            hint="mend them, and take them from LEFT_OUT",
        )


def _not_tried(reason: str) -> Diagnostic:
    return Diagnostic(
        level="warning",
        code="application-not-tried",
        message=f"the application's tests were not run: {reason}",
    )


def needs_plain_sessions(planned: Planned, results: Mapping[str, Result]) -> bool:
    """Tell whether most rows were refused, and the application's way to open a session may be to blame."""
    around = planned.plan.application
    refused = sum(bool(one.refusals) for one in results.values())
    opened = around is not None and (around.session is not None or around.async_session is not None)
    return opened and 2 * refused > len(results)
