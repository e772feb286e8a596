"""``tcgen clean``: what it says."""

from __future__ import annotations

from tcgen.cli.output import emit, progress, put, say
from tcgen.workflow import clean as workflow
from tcgen.workflow.request import Request


def clean(request: Request, *, dry_run: bool, as_json: bool) -> int:
    """Remove what is kept, and say what it was; return the exit status.

    Raises:
        TcgenError: There is no suite, or it cannot be asked.
    """
    found = workflow.clean(request, progress, dry_run=dry_run)
    if as_json:
        emit("clean", {"kept": found.names, "removed": not dry_run, "refused": found.refused})
        return int(bool(found.refused))
    for name in found.names:
        put(name)
    if found.refused:
        say(f"not all of it was {'found' if dry_run else 'removed'}: {found.refused}")
    elif not found.names:
        say("nothing is kept")
    else:
        say("this is kept: tcgen clean removes it" if dry_run else "removed")
    return int(bool(found.refused))
