"""Which services the suite has beside PostgreSQL, and how each is started and talked to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from tcgen.errors import TcgenError
from tcgen.ir.catalog import Catalog
from tcgen.ir.diagnostics import Diagnostic
from tcgen.ir.project import Project
from tcgen.ir.schema import BACKENDS, MODULES, Schema
from tcgen.ir.service import (
    DATABASE,
    GENERIC,
    Client,
    ServiceChoice,
    ServiceKind,
    ServicePlan,
    Target,
    has_version,
    repository,
)
from tcgen.plan.services.container_code import container_code, container_imports, image_code, wait_code

Runner = Literal["pytest-asyncio", "anyio"]


def detect(
    project: Project, schema: Schema, kinds: Mapping[str, ServiceKind]
) -> tuple[tuple[ServiceChoice, ...], tuple[Diagnostic, ...]]:
    """Return the services a project uses, and a remark on each that is only hinted at.

    A service is used where the project declares a library that talks to nothing else and has it installed, or
    where its settings or Compose files name the service and such a library is there.
    """
    found: list[ServiceChoice] = []
    remarks: list[Diagnostic] = []
    composed = composed_images(project, kinds)
    installed = schema.environment.distributions
    for name, kind in kinds.items():
        if name in (DATABASE, GENERIC, *_own(schema)):
            continue
        here = [one for one in kind.clients if _is_declared(one, project, schema)]
        own = [one for one in here if _is_new_enough(installed.get(one) or "0", kind.clients[one].least)]
        if here and not own:
            remarks.append(_too_old(kind, here[0], schema))
            continue
        named = name in composed or _is_in_settings(kind, project)
        if not named and not any(not kind.clients[one].bare for one in own):
            continue
        if own:
            found.append(ServiceChoice(kind=name, name=name, image=composed.get(name)))
        else:
            remarks.append(
                Diagnostic(
                    level="note",
                    code="service-hinted",
                    message=f"the project's settings or Compose files name {kind.title},"
                    f" but it declares none of {', '.join(kind.clients)}",
                    hint=f"tcgen add-service {name}",
                )
            )
    return tuple(found), tuple(remarks)


def _own(schema: Schema) -> list[str]:
    """Return the kinds that the suite's own database is of, or is reached as."""
    backend = BACKENDS[schema.dialect]
    return [MODULES[dialect] for dialect, one in BACKENDS.items() if one == backend]


def _is_declared(client: str, project: Project, schema: Schema) -> bool:
    return client in project.dependencies and schema.environment.distributions.get(client) is not None


def _is_new_enough(version: str, least: str) -> bool:
    return not least or Version(version) >= Version(least)


def _too_old(kind: ServiceKind, client: str, schema: Schema) -> Diagnostic:
    version = schema.environment.distributions.get(client)
    return Diagnostic(
        level="note",
        code="client-too-old",
        message=f"{kind.title} is left out: its fixtures need {client} {kind.clients[client].least},"
        f" and the project has {version}",
    )


def _is_in_settings(kind: ServiceKind, project: Project) -> bool:
    starts = tuple(f"{scheme}://" for scheme in kind.schemes)
    return any(value.startswith(starts) for value in project.env_defaults.values()) if starts else False


def composed_images(project: Project, kinds: Mapping[str, ServiceKind]) -> dict[str, str | None]:
    """Return, by kind, the images that the project's Compose files use; None for one that the catalogue's has to stand for.

    That is one whose tag floats, or that is not run as the catalogue's is.
    """
    images: dict[str, str | None] = {}
    for image in project.compose_images:
        for name, kind in kinds.items():
            if repository(image) in (*kind.images, *kind.other_images):
                fits = repository(image) in kind.images and has_version(image)
                images[name] = images.get(name) or (image if fits else None)
    return images


def plan_service(
    choice: ServiceChoice,
    project: Project,
    catalog: Catalog,
    runner: Runner | None,
    installed: Mapping[str, str | None],
) -> ServicePlan:
    """Put together what was chosen and what the catalogue knows.

    Args:
        choice: What was chosen.
        project: Its files.
        catalog: Knows the kinds of services.
        runner: What runs the suite's coroutines, where that is decided already.
        installed: Normalised name of each of the project's distributions → version.

    Raises:
        TcgenError: The kind does not exist, or a generic service lacks its image or port.
    """
    kind = catalog.service(choice.kind)
    if choice.kind == GENERIC and (choice.image is None or not choice.ports):
        raise TcgenError(
            "bad-service",
            f"{choice.name}: a generic service needs an image and a port",
            hint="tcgen add-service generic --name s3 --image rustfs/rustfs:1.0.0 --port 9000",
        )
    image, wait = choice.image or kind.image, choice.wait or kind.wait
    clients = _clients(kind, project)
    asynchronous = any(kind.clients[one].asynchronous for one in clients)
    if runner is not None and all(_has_coroutines(one, kind, installed) for one in clients):
        asynchronous = True
    return ServicePlan(
        choice=choice,
        name=choice.name,
        kind=choice.kind,
        template=kind.like or choice.kind,
        title=choice.name if choice.kind == GENERIC else kind.title,
        image=image,
        ports=choice.ports or kind.ports,
        imports=container_imports(kind.container, wait),
        image_code=image_code(image, f"TEST_{choice.name.upper()}_IMAGE"),
        wait_code=wait_code(wait),
        container_code=container_code(
            kind.container,
            kind.prepared,
            {**kind.environment, **choice.environment},
            kind.command if choice.command is None else choice.command,
            ready=bool(wait),
        ),
        url=_url(choice, kind),
        clients=clients,
        asynchronous=(runner or "pytest-asyncio") if asynchronous and clients else None,
        settings=_settings(kind, project.environment_names),
        network=choice.network,
        requirements=_requirements(kind.clients, clients, project, runner, installed),
    )


def _has_coroutines(client: str, kind: ServiceKind, installed: Mapping[str, str | None]) -> bool:
    version = installed.get(client)
    return version is None or _is_new_enough(version, kind.clients[client].coroutines_since)


def _url(choice: ServiceChoice, kind: ServiceKind) -> str:
    if choice.kind != GENERIC:
        return kind.url
    answers_http = any(one.kind == "http" for one in choice.wait)
    return "http://{address}" if answers_http else "tcp://{address}"


def _clients(kind: ServiceKind, project: Project) -> tuple[str, ...]:
    """Return the libraries the project has for it; where it has none, the first one there is."""
    own = tuple(one for one in kind.clients if one in project.dependencies)
    return own or tuple(kind.clients)[:1]


def _settings(kind: ServiceKind, names: tuple[str, ...]) -> dict[str, Target]:
    """Return the variables of the project that say where the service is."""
    return {
        name: target
        for name in sorted(names)
        for end, target in kind.settings.items()
        if name == end or name.endswith(f"_{end}")
    }


def _requirements(
    known: Mapping[str, Client],
    clients: tuple[str, ...],
    project: Project,
    runner: Runner | None,
    installed: Mapping[str, str | None],
) -> tuple[str, ...]:
    asked = [Requirement(known[one].requirement) for one in clients if known[one].requirement]
    wanted = [_as_installed(one, installed) for one in asked if one.name not in project.runtime]
    if runner is None and any(known[one].asynchronous for one in clients):
        wanted.append("pytest-asyncio>=0.26")
    return tuple(dict.fromkeys(wanted))


def _as_installed(requirement: Requirement, installed: Mapping[str, str | None]) -> str:
    """Return a requirement; of a client that the project has in an older version, which is for the project to say."""
    version = installed.get(requirement.name)
    if version is not None and not requirement.specifier.contains(version, prereleases=True):
        requirement.specifier = SpecifierSet()
    return str(requirement)
