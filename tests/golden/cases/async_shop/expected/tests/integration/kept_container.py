"""A container that a run leaves running for the next one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from testcontainers.community.postgres import PostgresContainer

from .kept import COPY, LABELS

if TYPE_CHECKING:
    from typing_extensions import Self


class KeptContainer(PostgresContainer):
    """As PostgresContainer, but nobody removes it: neither `stop` nor Ryuk."""

    def start(self) -> Self:
        """Start it in the place of the last one of this working copy."""
        client = self.get_docker_client().client
        _remove_old(client)
        self._configure()
        # not by testcontainers, whose label of this run is what Ryuk removes it by
        self._container = client.containers.run(
            self.image,
            self._command,
            detach=True,
            name=f"tcgen-kept-{COPY}",
            labels=LABELS,
            environment=self.env,
            ports=self.ports,
            tmpfs=self.tmpfs,
        )
        try:
            self._connect()
        except BaseException:
            self._container.remove(force=True, v=True)
            raise
        return self

    def stop(self, force: bool = True, delete_volume: bool = True) -> None:
        """Leave it running."""
        self.get_docker_client().client.close()


def _remove_old(client: Any) -> None:
    """Remove the last one of this working copy, and those of copies that are gone."""
    for one in client.containers.list(all=True, filters={"label": "tcgen.kept"}):
        is_own = one.labels["tcgen.kept"] == COPY
        if is_own or not Path(one.labels["tcgen.folder"]).exists():
            one.remove(force=True, v=True)
