"""Whether the function that gives a column its default asks a server, which the tests need not have."""

from __future__ import annotations

import socket
from contextlib import suppress
from unittest.mock import patch

from ..common import Live


class _Asked(BaseException):
    """A connection was about to be made; no client takes it for an error after which to try again."""


def asks_a_server(function: Live) -> bool:
    """Call it, as an INSERT would, without a row: what it says is of no matter, only whether it connects."""
    asked: list[tuple[Live, ...]] = []

    def refuse(*address: Live) -> None:
        asked.append(address)
        raise _Asked

    with patch.object(socket.socket, "connect", refuse), suppress(Exception, SystemExit, _Asked):
        function(None)
    return bool(asked)
