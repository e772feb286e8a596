"""Decides what the suite's fixtures are called, and says where they meet the project's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from keyword import iskeyword

from tcgen.errors import TcgenError
from tcgen.ir.application_plan import ApplicationPlan
from tcgen.ir.diagnostics import Diagnostic
from tcgen.ir.plan import DatabasePlan
from tcgen.ir.project import Project


def names_of_fixtures(database: DatabasePlan, around: ApplicationPlan | None) -> tuple[str, ...]:
    """Return the names of the fixtures that a test asks for, as they are without a setting."""
    web = around.web if around else None
    there = {
        "db_session": True,
        "async_db_session": database.async_driver is not None,
        "db_connection": True,
        "committed_db": True,
        "fresh_db": database.dialect != "sqlite",
        "app": web is not None,
        "client": web is not None and bool(web.client_statement),
        "async_client": web is not None and web.asynchronous,
        "eager_tasks": around is not None and around.queue is not None,
        "task_worker": around is not None and around.queue is not None and bool(around.queue.brokers),
        "run_command": around is not None and around.command is not None,
        "factory_boy_session": around is not None and around.factory_boy,
    }
    return tuple(name for name, is_there in there.items() if is_there)


def check_fixtures(renamed: Mapping[str, str], names: tuple[str, ...]) -> None:
    """Make sure that the suite can have its fixtures under other names.

    Args:
        renamed: Ours → the project's, as ``[tool.tcgen] fixtures`` has them.
        names: The suite's.

    Raises:
        TcgenError: ``bad-setting``: there is no such fixture, or two would have one name.
    """
    for ours, theirs in renamed.items():
        where = f"[tool.tcgen] fixtures: {ours} = {theirs!r}"
        if ours not in names:
            hint = f"those that can be renamed: {', '.join(names)}"
            raise TcgenError("bad-setting", f"{where}: the suite has no fixture {ours}", hint=hint)
        if not theirs.isidentifier() or iskeyword(theirs) or theirs.startswith(("_", "pytest")):
            hint = "write a plain name, such as session"
            raise TcgenError("bad-setting", f"{where}: a fixture cannot be called that", hint=hint)
    given = [renamed.get(one, one) for one in names]
    for name in {*given, *_OTHERS}:
        if given.count(name) + (name in _OTHERS) > 1:
            hint = "choose another name for one of them"
            raise TcgenError(
                "bad-setting", f"[tool.tcgen] fixtures: the suite would have two called {name}", hint=hint
            )


_OTHERS = (
    "async_engine",
    "database_url",
    "engine",
    "factory_seed",
    "fresh_databases",
    "request",
    "restarted_sequences",
    "running_server",
    "tenant",
)
"""Names of fixtures that keep them."""


def meeting(
    project: Project, dest: str, names: tuple[str, ...], renamed: Mapping[str, str]
) -> Iterator[Diagnostic]:
    """Say where fixtures of the project's are called like the suite's, and tests of the suite's folder could mean them."""
    ours = {renamed.get(one, one) for one in names}
    for path, theirs in project.fixtures.items():
        folder = path.rpartition("/")[0]
        above = not folder or f"{dest}/".startswith(f"{folder}/")
        both = sorted(ours & {*theirs})
        if above and folder != dest and both:
            shown = ", ".join(both)
            yield Diagnostic(
                level="note",
                code="fixtures-meet",
                message=f"{path} has fixtures called as the suite's are: {shown}. Within {dest} the suite's are meant.",
                hint=f'[tool.tcgen] fixtures = {{ {both[0]} = "another_name" }} renames the suite\'s',
            )
