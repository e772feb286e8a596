"""What a CI file says beside the commands: actions, caches, images, and where its jobs get a database from."""

from __future__ import annotations

from typing import Literal

from tcgen.ir.base import Frozen

CiDatabase = Literal["container", "service", "embedded"]
"""Where the database of CI comes from: Docker, the CI system's own services, or a wheel."""


class CachePlan(Frozen):
    """What is kept from one run to the next; fields as in ``CacheSpec``, the parts with their folder."""

    variable: str
    home: str
    parts: tuple[str, ...]
    of: tuple[str, ...]


class EnginePlan(Frozen):
    """How a job reaches a container engine; fields as in ``DockerSpec``."""

    image: str
    command: tuple[str, ...]
    environment: dict[str, str]
    job: str


class ServerPlan(Frozen):
    """The database's server as the CI system starts it beside a job.

    Attributes:
        port: The one it listens on.
        environment, ready: As in ``CiServer``.
    """

    image: str
    port: int
    environment: dict[str, str]
    ready: str


class PipelinePlan(Frozen):
    """The CI file, as far as commands do not say it.

    Attributes:
        uses: Actions by what they are for, each by its commit and with its version; none where no actions run.
        action_options: Of the one that sets Python up.
        cache: None where an action sees to it.
        images: Of the containers that the suite starts, as words of a shell that knows $TEST_REGISTRY.
        engine: None where no container is started, or the machine has Docker.
        server: None where the database does not come from the CI system.
        source: What $TEST_DATABASE is; "" for a container.
        shards: Machines that share the suite.
        durations: The file that their shares are measured by; "" for one machine.
        has_coverage: A report of it is there after the tests.
        runs_other_tests: A job of its own runs the project's tests that need no service.
    """

    uses: dict[str, str] = {}
    action_options: dict[str, str] = {}
    cache: CachePlan | None = None
    images: tuple[str, ...] = ()
    engine: EnginePlan | None = None
    server: ServerPlan | None = None
    source: str = ""
    shards: int = 1
    durations: str = ""
    has_coverage: bool = False
    runs_other_tests: bool = False
