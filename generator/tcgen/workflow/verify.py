"""``tcgen verify``: rows of every class are inserted, and values are looked for where they are refused."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tcgen.apply.pyproject import add_providers
from tcgen.apply.write import publish
from tcgen.discover import discover
from tcgen.discover.tool_table import load_tool_table
from tcgen.record.answers import read_record
from tcgen.verify.check_factories import Result, Suite, check_factories, recorded_suite
from tcgen.verify.find_values import Proposal, propose
from tcgen.verify.held_server import held_server
from tcgen.verify.overlay import environment_for
from tcgen.workflow import stages
from tcgen.workflow.request import Progress, Request, quiet


@dataclass(frozen=True)
class Inserted:
    """What became of the rows of each class, by its label; ``request`` with what earlier runs were told."""

    request: Request
    suite: Suite
    results: dict[str, Result]

    @property
    def passed(self) -> bool:
        """Whether all were taken."""
        return all(result.passed for result in self.results.values())


@contextmanager
def inserting(request: Request, progress: Progress = quiet) -> Generator[Inserted, None, None]:
    """Insert rows with every factory; while this is entered, the server they went to is there for others.

    Raises:
        TcgenError: There is no suite, it cannot be run, or there is no server to run it on.
    """
    load_tool_table(request.root)
    record = read_record(request.root)
    request = stages.as_before(request, record)
    project = discover(request.root, python=request.python)
    progress("looking for what the suite requires")
    of_suite = record.plan.suite
    dialect = of_suite.database.dialect
    environment = environment_for(project.python, request.root, of_suite.requirements, dialect)
    suite = recorded_suite(request.root, environment, record)
    with held_server(environment, request.root, suite.dest, dialect) as holding:
        progress(f"inserting rows of {len(suite.fields)} classes")
        suite = replace(suite, where=holding())
        yield Inserted(request, suite, check_factories(suite, {}))


def search(inserted: Inserted, progress: Progress = quiet) -> tuple[Proposal, ...]:
    """Look for values where rows were refused.

    Raises:
        TcgenError: The models cannot be read, or the suite cannot be run.
    """
    refused = (one for result in inserted.results.values() for one in result.refusals)
    if not any(one.label for one in refused):
        return ()
    _, schema = stages.inspect(inserted.request, progress)
    return tuple(propose(inserted.suite, schema, inserted.results, progress))


def keep(root: Path, proposals: Sequence[Proposal]) -> tuple[str, ...]:
    """Write the values that were taken to pyproject.toml; return the paths written.

    Raises:
        TcgenError: The disk refused, or the tables stand there in a form that is not theirs.
    """
    found = {f"{one.label}.{name}": code for one in proposals for name, code in one.values.items()}
    return tuple(publish(root, [add_providers(root, found)])) if found else ()
