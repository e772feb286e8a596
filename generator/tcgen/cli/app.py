"""The ``tcgen`` command."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from tcgen.cli import options
from tcgen.cli.options import (
    Alembic,
    App,
    Ci,
    CiDatabaseChoice,
    CiDocker,
    ConflictChoice,
    Database,
    Dest,
    Directory,
    Json,
    Models,
    NoProve,
    PythonPath,
    Service,
    Shards,
    Template,
    request,
)
from tcgen.cli.output import confirm, emit, emit_error, progress, put, say, show_diagnostics, show_error
from tcgen.errors import TcgenError

app = typer.Typer(
    name="tcgen",
    help="Real-database test suites for projects with SQLAlchemy models.",
    epilog="Exit status: 0 done, 1 generated code differs or a suite fails, 2 bad usage or input.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from tcgen import __version__

        typer.echo(f"tcgen {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass


_INIT_EXAMPLES = """\b
Examples:
  tcgen init                          everything is discovered
  tcgen init backend --diff           show what would be written, write nothing
  tcgen init --models shop.db:Base    say where the models are
  tcgen init --ci gitlab -y           choose the CI, ask nothing
  tcgen init --ci-docker socket       GitLab's runners allow no privileged containers
  tcgen init --ci-database service    CI starts the database by itself, or embedded: no Docker
  tcgen init --shards 4               the suite takes too long for one machine of CI
  tcgen init --no-prove               write it, run nothing of it
"""


@app.command(epilog=_INIT_EXAMPLES)
def init(
    directory: Directory = Path(),
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing.")] = False,
    python: PythonPath = None,
    models: Models = None,
    alembic_config: Alembic = None,
    database: Database = None,
    service: Service = None,
    ci: Ci = None,
    ci_docker: CiDocker = None,
    ci_database: CiDatabaseChoice = None,
    shards: Shards = None,
    dest: Dest = None,
    app_name: App = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List the files, write nothing.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Print a diff, write nothing.")] = False,
    no_prove: NoProve = False,
    as_json: Json = False,
) -> None:
    """Write a test suite for the project's models, wired to a real PostgreSQL."""
    from tcgen.cli import init
    from tcgen.workflow.demo import is_empty

    wanted = request(
        directory,
        python,
        models,
        alembic_config,
        database,
        service,
        ci,
        dest,
        app_name,
        ci_docker,
        ci_database,
        shards,
    )
    if is_empty(wanted.root):
        if not (yes or confirm(f"{directory} is empty: write a sample project into it?")):
            raise TcgenError(
                "no-models", f"{directory} is empty", hint="tcgen demo DIR writes a sample project"
            )
        raise typer.Exit(init.demo(wanted.root))
    raise typer.Exit(
        init.init(wanted, yes=yes, dry_run=dry_run, diff=diff, as_json=as_json, prove=not no_prove)
    )


@app.command(epilog="\b\nExamples:\n  tcgen inspect --json | jq '.schema.mappers[].cls'\n")
def inspect(
    directory: Directory = Path(),
    python: PythonPath = None,
    models: Models = None,
    alembic_config: Alembic = None,
    as_json: Json = False,
) -> None:
    """Show what tcgen finds in a project: its files, models, tables and migrations."""
    from tcgen.cli.findings import around_models
    from tcgen.workflow import stages

    project, schema = stages.inspect(request(directory, python, models, alembic_config), progress)
    if as_json:
        found = schema.model_dump(mode="json", exclude={"further": {"__all__": schema.FOR_ALL}})
        emit("inspect", {"project": project.model_dump(mode="json"), "schema": found})
        return
    for one in schema.databases:
        where = f"\t{one.name}" if schema.further else ""
        for mapper in one.mappers:
            put(f"{mapper.cls.dotted}\t{mapper.table}{where}")
    for line in around_models(schema.application):
        put(line)
    tables = sum(len(one.tables) for one in schema.databases)
    say(f"{len(schema.every_mapper)} mapped classes, {tables} tables")
    show_diagnostics((*project.diagnostics, *schema.diagnostics))


@app.command(epilog="\b\nExamples:\n  tcgen plan\n  tcgen plan --json > plan.json\n")
def plan(
    directory: Directory = Path(),
    python: PythonPath = None,
    models: Models = None,
    alembic_config: Alembic = None,
    database: Database = None,
    service: Service = None,
    ci: Ci = None,
    ci_docker: CiDocker = None,
    ci_database: CiDatabaseChoice = None,
    shards: Shards = None,
    dest: Dest = None,
    app_name: App = None,
    as_json: Json = False,
) -> None:
    """Show every decision: a value for each column and the reason for it."""
    from tcgen.cli.plan import plan_for_people
    from tcgen.workflow import stages

    wanted = request(
        directory,
        python,
        models,
        alembic_config,
        database,
        service,
        ci,
        dest,
        app_name,
        ci_docker,
        ci_database,
        shards,
    )
    planned = stages.plan(wanted, progress)
    if as_json:
        emit("plan", planned.plan)
        return
    for line in plan_for_people(planned.plan):
        put(line)
    show_diagnostics(planned.plan.diagnostics)


_UPDATE_EXAMPLES = """\b
Examples:
  tcgen update                        bring the suite up to date with models and template
  tcgen update --diff                 show what would change, write nothing
  tcgen update --conflict rej         your side of conflicts in .rej files, no markers
  tcgen update --template gh:us/fork  from another repository of the template

\b
Exit status: 0 done, 1 there are conflicts to settle, 2 nothing was touched.
"""


@app.command(epilog=_UPDATE_EXAMPLES)
def update(
    directory: Directory = Path(),
    python: PythonPath = None,
    models: Models = None,
    alembic_config: Alembic = None,
    template: Template = None,
    conflict: Annotated[
        ConflictChoice, typer.Option("--conflict", help="Markers in the file, or .rej files beside it.")
    ] = ConflictChoice.inline,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List the files, write nothing.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Print a diff, write nothing.")] = False,
    no_prove: NoProve = False,
    as_json: Json = False,
) -> None:
    """Bring the suite up to date with the models and the template; edits by hand stay."""
    from tcgen.cli import update

    status = update.update(
        request(directory, python, models, alembic_config),
        template=template,
        style=conflict.value,
        dry_run=dry_run,
        diff=diff,
        as_json=as_json,
        prove=not no_prove,
    )
    raise typer.Exit(status)


_CHECK_EXAMPLES = """\b
Examples:
  tcgen check                         in CI: status 1 and a diff where the suite is out of date
  uvx tcgen check --python .venv      with the project's environment
  tcgen check --json | jq '.changes'

\b
Exit status: 0 up to date, 1 an update would change the generated code, 2 it cannot be told.
"""


@app.command(epilog=_CHECK_EXAMPLES)
def check(
    directory: Directory = Path(),
    python: PythonPath = None,
    models: Models = None,
    alembic_config: Alembic = None,
    template: Template = None,
    as_json: Json = False,
) -> None:
    """Tell whether the suite is up to date; nothing is written."""
    from tcgen.cli import update

    wanted = request(directory, python, models, alembic_config)
    raise typer.Exit(update.check(wanted, template=template, as_json=as_json))


_DIFF_EXAMPLES = """\b
Examples:
  tcgen diff
  tcgen diff | git apply --check

\b
Exit status: 0 nothing would change, 1 there is a diff, 2 it cannot be told.
"""


@app.command("diff", epilog=_DIFF_EXAMPLES)
def show_diff(
    directory: Directory = Path(),
    python: PythonPath = None,
    models: Models = None,
    alembic_config: Alembic = None,
    template: Template = None,
) -> None:
    """Print what tcgen update would change; nothing is written."""
    from tcgen.cli import update

    wanted = request(directory, python, models, alembic_config)
    raise typer.Exit(update.show_diff(wanted, template=template))


_EJECT_EXAMPLES = """\b
Examples:
  tcgen eject                         asks first
  tcgen eject --yes

\b
Exit status: 0 done, 1 with --dry-run when something would go, 2 there is no suite.
"""


@app.command(epilog=_EJECT_EXAMPLES)
def eject(
    directory: Directory = Path(),
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List the files, delete nothing.")] = False,
) -> None:
    """Cut the link to the template: the suite stays, .tcgen/ goes."""
    from tcgen.cli import update

    raise typer.Exit(update.eject(request(directory).root, yes=yes, dry_run=dry_run))


_VERIFY_EXAMPLES = """\b
Examples:
  tcgen verify                                what each factory inserts, and values for what fails
  tcgen verify --write && tcgen init -y       keep the values that were taken
  TEST_DATABASE=embedded tcgen verify         on another server, as for the suite itself
  tcgen verify --json | jq '.proposals'
"""


@app.command(epilog=_VERIFY_EXAMPLES)
def verify(
    directory: Directory = Path(),
    python: PythonPath = None,
    models: Models = None,
    alembic_config: Alembic = None,
    write: Annotated[
        bool, typer.Option("--write", "--fix", help="Add the values that were taken to pyproject.toml.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Insert rows with every factory, and look for values where they are refused."""
    from tcgen.cli import verify

    wanted = request(directory, python, models, alembic_config)
    raise typer.Exit(verify.verify(wanted, write=write, as_json=as_json))


_DOCTOR_EXAMPLES = """\b
Examples:
  tcgen doctor                        would the suite run here? each finding with its cure
  tcgen doctor --sweep --dry-run      what killed runs of this project have left
  tcgen doctor --sweep                and remove it; what runs stays
  tcgen doctor --json | jq '.findings[] | select(.level != "ok")'

\b
Exit status: 0 a suite would run, 1 it would not, or not all of it, 2 it cannot be told.
"""


@app.command(epilog=_DOCTOR_EXAMPLES)
def doctor(
    directory: Directory = Path(),
    python: PythonPath = None,
    sweep: Annotated[
        bool,
        typer.Option(
            "--sweep", help="Remove containers, networks and embedded servers of runs that were killed."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --sweep: list them, remove nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Tell whether the suite would run here: project, container engine, machine, leftovers."""
    from tcgen.cli import doctor

    wanted = request(directory, python)
    raise typer.Exit(doctor.doctor(wanted, sweep=sweep, dry_run=dry_run, as_json=as_json))


_CLEAN_EXAMPLES = """\b
Examples:
  tcgen clean --dry-run               what runs with TEST_REUSE=1 have kept of this project
  tcgen clean                         and remove it
  TEST_DATABASE=postgresql://…/app_test tcgen clean

\b
On a server of yours the databases are found where $TEST_DATABASE names it.
Exit status: 0 nothing is kept any more, 1 something was in the way, 2 it cannot be told.
"""


@app.command(epilog=_CLEAN_EXAMPLES)
def clean(
    directory: Directory = Path(),
    python: PythonPath = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List it, remove nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Remove the migrated template that runs with $TEST_REUSE keep for the next."""
    from tcgen.cli import clean

    wanted = request(directory, python)
    raise typer.Exit(clean.clean(wanted, dry_run=dry_run, as_json=as_json))


_Name = Annotated[
    str, typer.Argument(metavar="NAME", help="From `tcgen services`.", autocompletion=options.kinds)
]
_Root = Annotated[Path, typer.Option("--project", metavar="DIR", help="The project's root.")]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="List the files, write nothing.")]
_Diff = Annotated[bool, typer.Option("--diff", help="Print a diff, write nothing.")]

_SERVICES_EXAMPLES = """\b
Examples:
  tcgen services
  tcgen services --json | jq 'keys'
"""


@app.command(epilog=_SERVICES_EXAMPLES)
def services(directory: Directory = Path(), as_json: Json = False) -> None:
    """List the services there are, and which of them the suite has."""
    from tcgen.cli import services

    services.show(directory.resolve(), as_json=as_json)


_ADD_EXAMPLES = """\b
Examples:
  tcgen add-service kafka
  tcgen add-service redis --name cache --image redis:7.4 --diff
  tcgen add-service generic --name mail --image axllent/mailpit:v1.27 --port 1025 --port 8025 \\
      --env MP_SMTP_AUTH_ACCEPT_ANY=1 --wait log:accessible --wait http:8025/readyz

\b
Conditions to wait for: log:REGEX, http:[PORT]/PATH, port[:PORT], exec:COMMAND, file:PATH, health.
Several have to hold one after the other.
"""


@app.command("add-service", epilog=_ADD_EXAMPLES)
def add_service(
    kind: _Name,
    directory: _Root = Path(),
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Of its fixtures, module and marker [the kind's].")
    ] = None,
    image: Annotated[str | None, typer.Option(metavar="IMAGE:TAG", help="Another image.")] = None,
    port: Annotated[
        list[int] | None, typer.Option(metavar="PORT", help="A port it listens on, the main one first.")
    ] = None,
    env: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="A variable inside the container.")
    ] = None,
    command: Annotated[str | None, typer.Option(help="What the container runs.")] = None,
    wait: Annotated[
        list[str] | None, typer.Option(metavar="CONDITION", help="When it is ready; see below.")
    ] = None,
    network: Annotated[
        bool, typer.Option("--network", help="Put all services on one network, where they go by their names.")
    ] = False,
    python: PythonPath = None,
    dry_run: _DryRun = False,
    diff: _Diff = False,
    as_json: Json = False,
) -> None:
    """Add a service to the suite: a container, fixtures, a marker, a test."""
    from tcgen.cli import services

    choice = services.describe(
        kind=kind,
        name=name or kind,
        image=image,
        ports=port,
        environment=services.environment(env or []),
        command=command,
        wait=wait,
        network=network,
    )
    wanted = request(directory, python)
    raise typer.Exit(services.add(wanted, choice, dry_run=dry_run, diff=diff, as_json=as_json))


@app.command("remove-service", epilog="\b\nExamples:\n  tcgen remove-service kafka\n")
def remove_service(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of a service that the suite has.")],
    directory: _Root = Path(),
    python: PythonPath = None,
    dry_run: _DryRun = False,
    diff: _Diff = False,
    as_json: Json = False,
) -> None:
    """Take a service out of the suite; files that were edited by hand stay."""
    from tcgen.cli import services

    wanted = request(directory, python)
    raise typer.Exit(services.remove(wanted, name, dry_run=dry_run, diff=diff, as_json=as_json))


@app.command(epilog="\b\nExamples:\n  tcgen demo\n  tcgen demo shop && cd shop && pytest\n")
def demo(
    directory: Annotated[
        Path, typer.Argument(help="An empty or new folder.", show_default=True, file_okay=False)
    ] = Path("tcgen-demo"),
) -> None:
    """Write a sample project, generate its suite, and run it on a real PostgreSQL."""
    from tcgen.cli import init

    raise typer.Exit(init.demo(directory.resolve()))


def main() -> None:
    """Run the command line; a mistake of the user's ends with one message and status 2.

    With ``--json`` the message is a document on stdout, too.
    """
    try:
        app()
    except SystemExit as ended:
        # what the command line's parser refused and has shown already
        refused = getattr(ended.__context__, "format_message", None)
        if ended.code == 2 and refused is not None:
            _fail(TcgenError("usage", str(refused()), hint="tcgen --help, or tcgen COMMAND --help"))
        raise
    except TcgenError as error:
        show_error(error)
        _fail(error)
    except OSError as error:
        if os.environ.get("TCGEN_DEBUG"):
            raise
        place = f"{str(error.filename)[:200]}: " if error.filename else ""
        refused = TcgenError(
            "cannot-read",
            f"{place}{error.strerror or error}",
            hint="mend that, then run again; TCGEN_DEBUG=1 shows where it was needed",
        )
        show_error(refused)
        _fail(refused)
    except Exception as error:
        if os.environ.get("TCGEN_DEBUG"):
            raise
        ours = TcgenError(
            "internal-error",
            f"{type(error).__name__}: {error}",
            hint="this is a bug in tcgen; TCGEN_DEBUG=1 shows where, please report it",
        )
        show_error(ours)
        _fail(ours)


def _fail(error: TcgenError) -> NoReturn:
    # asked of the arguments, since a command line that is not understood has no flags
    if "--json" in sys.argv[1:]:
        emit_error(error)
    sys.exit(2)
