#!/usr/bin/python3 -IS
"""Speaks Ryuk's protocol: when the last client has gone, removes what bears the labels that clients named.

A client sends lines such as `label=a=b&label=c`, each answered by `ACK`. Once no client has been connected
for RYUK_RECONNECTION_TIMEOUT (RYUK_CONNECTION_TIMEOUT before the first), containers, networks, volumes and
images that match are removed and the process ends.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import socketserver
import sys
import threading
import time
from typing import Any
from urllib.parse import parse_qsl, quote

ENGINE_SOCKET = "/var/run/docker.sock"
UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
Filter = dict[str, list[str]]


def seconds(name: str, default: str) -> float:
    """Read a duration such as `1m30s` from the environment, in seconds."""
    return sum(
        float(number) * UNITS[unit]
        for number, unit in re.findall(r"([\d.]+)(ms|s|m|h)", os.environ.get(name, default))
    )


class EngineConnection(http.client.HTTPConnection):
    """HTTP to the engine's socket."""

    def connect(self) -> None:
        """Open the socket."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(ENGINE_SOCKET)


def call(method: str, path: str) -> Any:
    """Send one request to the engine and return its JSON answer, `None` where it refuses or has none."""
    connection = EngineConnection("localhost", timeout=60)
    connection.request(method, path)
    response = connection.getresponse()
    body = response.read()
    if response.status >= 400:
        say(f"{method} {path}: {response.status} {body.decode(errors='replace').strip()}")
        return None
    return json.loads(body) if body else None


def say(message: str) -> None:
    """Log one line."""
    print(time.strftime("%Y/%m/%d %H:%M:%S"), message, flush=True)


class Clients:
    """Who is connected, and what they asked for."""

    def __init__(self) -> None:
        self.filters: list[Filter] = []
        self._connected = 0
        self._changed = threading.Condition()

    def joined(self) -> None:
        """Count a client in."""
        with self._changed:
            self._connected += 1
            self._changed.notify_all()

    def left(self) -> None:
        """Count a client out."""
        with self._changed:
            self._connected -= 1
            self._changed.notify_all()

    def wait_until_gone(self, first: float, again: float) -> None:
        """Return when nobody came within `first` seconds, or nobody came back within `again` seconds."""
        patience = first
        with self._changed:
            while self._changed.wait_for(lambda: self._connected > 0, timeout=patience):
                self._changed.wait_for(lambda: self._connected == 0)
                patience = again


CLIENTS = Clients()


class Session(socketserver.StreamRequestHandler):
    """One client's connection."""

    def handle(self) -> None:
        """Take filters until the client goes."""
        CLIENTS.joined()
        try:
            for line in self.rfile:
                wanted: Filter = {}
                for key, value in parse_qsl(line.decode().strip()):
                    wanted.setdefault(key, []).append(value)
                if wanted and wanted not in CLIENTS.filters:
                    CLIENTS.filters.append(wanted)
                self.wfile.write(b"ACK\n")
        except ConnectionError:
            pass  # A killed client resets the connection: it has gone, as any other.
        finally:
            CLIENTS.left()


class Server(socketserver.ThreadingTCPServer):
    """A thread a client."""

    daemon_threads = True

    def __init__(self, listener: socket.socket) -> None:
        super().__init__(listener.getsockname(), Session, bind_and_activate=False)
        self.socket = listener


def remove_matching(wanted: Filter) -> None:
    """Remove what matches one filter, containers first: they hold the rest."""
    query = quote(json.dumps(wanted))
    for container in call("GET", f"/containers/json?all=1&filters={query}") or []:
        say(f"removing container {container['Id'][:12]} ({container['Image']})")
        call("DELETE", f"/containers/{container['Id']}?force=1&v=1")
    for network in call("GET", f"/networks?filters={query}") or []:
        call("DELETE", f"/networks/{network['Id']}")
    for volume in (call("GET", f"/volumes?filters={query}") or {}).get("Volumes") or []:
        call("DELETE", f"/volumes/{volume['Name']}?force=1")
    for image in call("GET", f"/images/json?filters={query}") or []:
        call("DELETE", f"/images/{image['Id']}?force=1")


def main() -> int:
    """Serve the socket whose descriptor is the first argument until the clients have gone, then clean up."""
    if call("GET", "/version") is None:
        return 1
    with Server(socket.socket(fileno=int(sys.argv[1]))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        say("Started!")
        CLIENTS.wait_until_gone(
            seconds("RYUK_CONNECTION_TIMEOUT", "60s"), seconds("RYUK_RECONNECTION_TIMEOUT", "10s")
        )
        for wanted in CLIENTS.filters:
            remove_matching(wanted)
        server.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
