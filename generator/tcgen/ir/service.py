"""Services beside PostgreSQL: what the catalogue knows, what a user chose, what was decided."""

from __future__ import annotations

import keyword
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from tcgen.ir.base import Frozen

DATABASE = "postgres"
"""The kind that every suite has."""

GENERIC = "generic"
"""The kind of an image that the catalogue does not know."""

Port = Annotated[int, Field(ge=1, le=65535)]

WaitKind = Literal["log", "http", "port", "exec", "health", "file"]


class Wait(Frozen):
    """One condition for a container to be ready; several have to hold one after the other.

    Attributes:
        kind: ``log`` a regular expression in its log; ``http`` an answer below 400 to a path; ``port``
            a connection; ``exec`` a command's exit status 0; ``health`` the image's own health check;
            ``file`` a file in the container.
        value: The expression, path, command or file; "" where there is none.
        port: For ``http`` and ``port``; None for the first port.
    """

    kind: WaitKind
    value: str = ""
    port: Port | None = None


def parse_wait(text: object) -> object:
    """Read ``log:REGEX``, ``http:[PORT]/PATH``, ``port[:PORT]``, ``exec:COMMAND``, ``file:PATH`` or ``health``.

    Raises:
        ValueError: It is none of these.
    """
    if not isinstance(text, str):
        return text
    kind, colon, value = text.partition(":")
    if kind == "http" and (found := re.fullmatch(r"(\d*)(/\S*)", value)):
        return Wait(kind="http", value=found[2], port=int(found[1]) if found[1] else None)
    if kind == "port" and re.fullmatch(r"\d*", value):
        return Wait(kind="port", port=int(value) if value else None)
    if kind == "health" and not colon:
        return Wait(kind="health")
    if kind in ("log", "exec", "file") and value:
        if kind == "log":
            _check_pattern(value)
        return Wait.model_validate({"kind": kind, "value": value})
    raise ValueError(
        f"{text!r} is no condition: log:REGEX, http:/PATH, port, exec:COMMAND, file:PATH or health"
    )


def _check_pattern(pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from error


Condition = Annotated[Wait, BeforeValidator(parse_wait)]


def check_name(name: str) -> str:
    """Return a name that can begin those of fixtures and stand for a module.

    Raises:
        ValueError: It cannot.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]{,59}", name) or name.startswith("test_"):
        raise ValueError(
            f"{name[:80]!r}: up to 60 lower-case letters, digits and _, a letter first, not test_…"
        )
    if name in ("postgres", "integration", "running", "conftest") or keyword.iskeyword(name):
        raise ValueError(f"{name!r} is taken")
    return name


def check_image(image: str) -> str:
    """Return an image reference that has a tag or a digest.

    Raises:
        ValueError: It is none, or floats.
    """
    if not re.fullmatch(r"[A-Za-z0-9][\w.:/-]*(@sha256:[0-9a-f]{64})?", image):
        raise ValueError(f"{image!r} is not the name of an image")
    if "@" not in image and not re.search(r":\w[\w.-]{,127}$", image.rpartition("/")[2]):
        raise ValueError(f"{image!r} has no tag, so that every run may get another: {image}:TAG")
    return image


def has_version(image: str) -> bool:
    """Tell whether an image's tag stays with one line of versions."""
    tag = image.rpartition("/")[2].partition(":")[2]
    return tag not in ("", "latest", "alpine")


def repository(image: str) -> str:
    """Return an image's repository as Docker Hub would call it: no registry, ``library/``, tag or digest."""
    name = image.partition("@")[0]
    head, _, last = name.rpartition("/")
    last = last.partition(":")[0]
    parts = [part for part in head.split("/") if part]
    if parts and ("." in parts[0] or ":" in parts[0] or parts[0] == "localhost"):
        parts = parts[1:]
    if parts and parts[0] == "library":
        parts = parts[1:]
    return "/".join((*parts, last))


ServiceName = Annotated[str, AfterValidator(check_name)]
Image = Annotated[str, AfterValidator(check_image)]
Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]*$")]
# what a variable of the project's is pointed at
Target = Literal["url", "host", "port", "address"]


class Client(Frozen):
    """A library that talks to a service.

    Attributes:
        requirement: What the fixtures need of it; "" where that is nothing.
        asynchronous: Its fixtures are coroutines, and need a plugin that runs them.
        bare: The project having it does not mean that it has the service.
        least: The first version that the fixtures can use; "" where any will do.
        coroutines_since: The version that brought coroutines, where it has both kinds of fixtures; "" for any.
    """

    requirement: str = ""
    asynchronous: bool = False
    bare: bool = False
    least: str = ""
    coroutines_since: str = ""


class CiServer(Frozen):
    """A server as the CI system itself starts it beside a job.

    Attributes:
        environment: Of the container.
        ready: The command inside that tells.
        url: Of a database whose name says that it is for tests, with ``{address}`` for host and port.
    """

    environment: dict[str, str]
    ready: str
    url: str


class ServiceKind(Frozen):
    """A kind of service: the ``service.yml`` in a folder of ``templates/services``.

    Attributes:
        title: Its name as people write it.
        image: Pinned to a line of versions.
        why: Why this image and tag.
        ports: The first is the one clients connect to.
        environment: Of the container.
        command: Of the container; "" for the image's own.
        container: Class of testcontainers that starts it; "" for ``DockerContainer``.
        prepared: A call on the container before it starts, such as ``with_kraft()``.
        wait: All have to hold.
        url: Of an f-string, with ``{address}`` for host and port.
        clients: By name of the distribution, the one to add first.
        settings: Ends of the names of variables that projects point at such a service.
        images: Repositories in Compose files that are such a service and are run as its image is, without registry and tag.
        other_images: Those that are one and take other variables, commands or ports: they tell of it, and its image is run.
        schemes: Of URLs in a project's settings that name such a service.
        like: The kind whose templates it uses.
        variants: Other images, by the PostgreSQL extension that asks for one.
        in_ci: How a CI system starts it by itself; None where it is no database that a suite runs on.
    """

    title: str
    image: Image
    why: str
    ports: tuple[Port, ...]
    environment: dict[str, str] = {}
    command: str = ""
    container: str = ""
    prepared: str = ""
    wait: tuple[Condition, ...]
    url: str = "{address}"
    clients: dict[str, Client] = {}
    settings: dict[str, Target] = {}
    images: tuple[str, ...] = ()
    other_images: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ()
    like: str = ""
    variants: dict[str, Image] = {}
    in_ci: CiServer | None = None


class ServiceChoice(Frozen):
    """What a user, or the project's own files, said about a service; the rest is the catalogue's."""

    kind: str
    name: ServiceName
    image: Image | None = None
    ports: tuple[Port, ...] = ()
    environment: dict[Variable, str] = {}
    command: str | None = None
    wait: tuple[Condition, ...] = ()
    network: bool = False


class ServicePlan(Frozen):
    """A service of the suite.

    Attributes:
        choice: What was chosen, for the next plan.
        template: The folder of ``templates/services`` its module comes from.
        imports: Statements that the container needs, that of its class first.
        image_code, wait_code, container_code: Expressions, laid out.
        clients: Distributions to have fixtures for.
        asynchronous: The plugin that runs coroutines; None where no fixture is one.
        settings: Variables of the project, and what each is pointed at.
        requirements: What its fixtures need beside what the project declares.
    """

    choice: ServiceChoice
    name: ServiceName
    kind: str
    template: str
    title: str
    image: Image
    ports: tuple[int, ...]
    imports: tuple[str, ...]
    image_code: str
    wait_code: str
    container_code: str
    url: str
    clients: tuple[str, ...]
    asynchronous: Literal["pytest-asyncio", "anyio"] | None
    settings: dict[str, Target]
    network: bool
    requirements: tuple[str, ...]
