"""The reference page of the catalogue, made from its files."""

from __future__ import annotations

from collections.abc import Mapping

from tcgen.catalog.load import DATABASE, GENERIC
from tcgen.ir.service import ServiceKind, Wait

_HEAD = """# Services

Made from `templates/services/*/service.yml`; `pytest tests/golden --regenerate` writes this page anew.

`tcgen init` adds a service where the project declares one of its libraries and has it installed. A library in
brackets talks to other services too: it takes a second sign, the image in a Compose file or the scheme of a URL in an
example of an environment file. A version in a Compose file wins over the one below. [How to use them](suite.md#services).
"""


def reference(kinds: Mapping[str, ServiceKind]) -> str:
    """Return the page as Markdown."""
    rows = [_row(name, kind) for name, kind in kinds.items() if name != GENERIC]
    table = ["| service | image | libraries |", "|---|---|---|", *rows]
    details = [_details(name, kind) for name, kind in kinds.items() if name not in (DATABASE, GENERIC)]
    return "\n".join([_HEAD, *table, "", _details(DATABASE, kinds[DATABASE]), *details]).rstrip("\n") + "\n"


def _row(name: str, kind: ServiceKind) -> str:
    libraries = [f"({one})" if client.bare else one for one, client in kind.clients.items()]
    return f"| [{name}](#{name}) | `{kind.image}` | {', '.join(libraries)} |"


def _details(name: str, kind: ServiceKind) -> str:
    facts = [
        kind.why,
        f"Ports {', '.join(map(str, kind.ports))}." if len(kind.ports) > 1 else f"Port {kind.ports[0]}.",
    ]
    if kind.container:
        facts.append(
            f"Started by `{kind.container.rpartition('.')[2]}` of testcontainers, which knows when it is ready."
        )
    elif kind.wait:
        facts.append(f"Ready when {' and then '.join(map(_condition, kind.wait))}.")
    if kind.variants:
        images = ", ".join(f"`{image}` with {extension}" for extension, image in kind.variants.items())
        facts.append(f"Where the models need an extension: {images}.")
    if kind.settings:
        ends = ", ".join(f"`{one}`" for one in kind.settings)
        facts.append(f"Variables of the project that are, or end in, one of these are pointed at it: {ends}.")
    return f"## {name}\n\n{kind.title}. " + "\n".join(facts) + "\n"


def _condition(wait: Wait) -> str:
    at = f" on port {wait.port}" if wait.port else ""
    return {
        "log": f"its log says `{wait.value}`",
        "http": f"`GET {wait.value}`{at} is answered",
        "port": f"it takes connections{at}",
        "exec": f"`{wait.value}` succeeds inside",
        "file": f"`{wait.value}` is there",
        "health": "its own health check passes",
    }[wait.kind]
