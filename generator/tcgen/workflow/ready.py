"""What comes before every run that writes: the project is whole, and nothing in it waits for a person."""

from __future__ import annotations

from pathlib import Path

from tcgen.apply.journal import recover
from tcgen.record.answers import Record, find_record
from tcgen.update.repository import check_no_merge
from tcgen.update.run import check_settled


def put_back(root: Path) -> int | None:
    """Take back what a run that was killed had written.

    Returns:
        How many files were put back, None where no run was interrupted.

    Raises:
        TcgenError: Another run is at work, or the journal cannot be read.
    """
    return recover(root)


def get_ready(root: Path) -> Record | None:
    """Make sure that nothing waits for a person, and return what the last run recorded.

    Raises:
        TcgenError: A merge is not finished, conflicts are not settled, or the record cannot be read.
    """
    check_no_merge(root)
    record = find_record(root)
    if record is not None:
        check_settled(root, record.plan.suite.dest)
    return record
