"""``tcgen verify``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import typer

from tcgen.apply.pyproject import toml_string
from tcgen.cli.output import emit, progress, say
from tcgen.verify.check_factories import Result
from tcgen.verify.find_values import Proposal
from tcgen.workflow import verify as workflow
from tcgen.workflow.request import Request

_WORDS = {True: "yes", False: "no", None: "-"}


def verify(request: Request, *, write: bool, as_json: bool) -> int:
    """Insert rows, look for values where they are refused, and say what was found; return the exit status.

    Raises:
        TcgenError: There is no suite, or it cannot be run.
    """
    with workflow.inserting(request, progress) as inserted:
        if not as_json:
            _show_table(inserted.results)
        proposals = workflow.search(inserted, progress)
    written = workflow.keep(request.root, proposals) if write else ()
    if as_json:
        _emit(inserted.results, proposals, written)
    elif inserted.passed:
        say("every class is inserted, one row and 25")
    else:
        _show_proposals(proposals, written)
    return int(not inserted.passed)


def _reasons(result: Result) -> list[str]:
    """Return why it failed, the class named where it is not the one under test."""
    return list(dict.fromkeys(one.message for one in result.refusals))


def _show_table(results: Mapping[str, Result]) -> None:
    width = max(map(len, results), default=0)
    typer.echo(f"{'class':<{width}}  row  25 rows  why not")
    for label, result in sorted(results.items()):
        reason = "; ".join(_reasons(result)[:1])
        typer.echo(f"{label:<{width}}  {_WORDS[result.one]:<3}  {_WORDS[result.many]:<7}  {reason}".rstrip())
    failed = sum(not result.passed for result in results.values())
    typer.echo(f"{len(results) - failed} of {len(results)} classes pass")


def _show_proposals(proposals: Iterable[Proposal], written: Sequence[str]) -> None:
    found = [one for one in proposals if one.values]
    missing = [one for one in proposals if not one.values]
    if found:
        say("\nvalues that were taken:" if not written else "\nwritten to pyproject.toml:")
        say("  [tool.tcgen.providers]")
        _show_lines((one.label, name, code) for one in found for name, code in one.values.items())
    if missing:
        say("\nno value was found for these; complete them:")
        say("  [tool.tcgen.providers]")
        for one in missing:
            say(f"  # {one.reason}")
            _show_lines((one.label, name, "…") for name in one.attributes)
    if written:
        say("\nnext: tcgen init")
    elif found:
        say("\nnext: tcgen verify --write puts what was taken into pyproject.toml; then tcgen init")
    elif missing:
        say("\nnext: put them into pyproject.toml; then tcgen init")


def _show_lines(lines: Iterable[tuple[str, str, str]]) -> None:
    for label, name, code in lines:
        say(f'  "{label}.{name}" = {toml_string(code).as_string()}')


def _emit(results: Mapping[str, Result], proposals: Iterable[Proposal], written: Sequence[str]) -> None:
    emit(
        "verify",
        {
            "classes": [
                {"class": label, "one": one.one, "many": one.many, "reasons": _reasons(one)}
                for label, one in sorted(results.items())
            ],
            "proposals": [
                {"class": one.label, "reason": one.reason, "attributes": one.attributes, "values": one.values}
                for one in proposals
            ],
            "written": list(written),
        },
    )
