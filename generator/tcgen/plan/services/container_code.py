"""The code that describes a service's container."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tcgen.ir.service import Wait
from tcgen.plan.source.code import quoted
from tcgen.plan.source.layout import LINE_LENGTH, assignment

PLAIN = "testcontainers.core.container.DockerContainer"
_STRATEGIES = {
    "log": "LogMessageWaitStrategy",
    "http": "HttpWaitStrategy",
    "port": "PortWaitStrategy",
    "exec": "ExecWaitStrategy",
    "file": "FileExistsWaitStrategy",
    "health": "HealthcheckWaitStrategy",
}
_COMPOSITE = "CompositeWaitStrategy"
# of an argument on a line of its own
_INDENT = " " * 12


def image_code(image: str, variable: str) -> str:
    """Return what stands right of ``IMAGE =``."""
    return assignment("IMAGE", f"image({quoted(image)}, {quoted(variable)})", indent=0)


def wait_code(conditions: Sequence[Wait]) -> str:
    """Return what stands right of ``ready =``; "" where the class of the container knows by itself."""
    if not conditions:
        return ""
    strategies = [_strategy(one) for one in conditions]
    one_or_all = strategies[0] if len(strategies) == 1 else f"{_COMPOSITE}({', '.join(strategies)})"
    return assignment("ready", one_or_all)


def _strategy(wait: Wait) -> str:
    port = wait.port or "PORTS[0]"
    arguments = {
        "http": f"{port}, {quoted(wait.value)}",
        "port": f"{port}",
        # the strategies call no shell by themselves
        "exec": quoted(["sh", "-c", wait.value]),
        "health": "",
    }
    return f"{_STRATEGIES[wait.kind]}({arguments.get(wait.kind, quoted(wait.value))})"


def container_code(cls: str, prepared: str, environment: dict[str, str], command: str, *, ready: bool) -> str:
    """Return the expression that makes the container.

    Args:
        cls: Its class, with the module; "" for the plain one.
        prepared: A call such as ``with_kraft()``, or "".
        environment: Variables inside it.
        command: What it runs; "" for the image's own.
        ready: Whether ``ready`` holds the condition to wait for.
    """
    calls = [prepared] if prepared else []
    if not cls:
        calls.append("with_exposed_ports(*PORTS)")
    calls += [f"with_env({quoted(name)}, {quoted(value)})" for name, value in environment.items()]
    if command:
        calls.append(f"with_command({_words(command)})")
    if ready:
        calls.append("waiting_for(ready)")
    made = f"{(cls or PLAIN).rpartition('.')[2]}(IMAGE)"
    flat = ".".join([made, *calls])
    if len(f"    return {flat}") <= LINE_LENGTH:
        return flat
    return "(\n" + "".join(f"        {line}\n" for line in (made, *map(_broken, calls))) + "    )"


def _broken(call: str) -> str:
    """Return one line of a chain of calls, its arguments on a line of their own where it is too long."""
    if len(f"        .{call}") <= LINE_LENGTH:
        return f".{call}"
    name, _, arguments = call.partition("(")
    return f".{name}(\n{_INDENT}{arguments[:-1]}\n        )"


def _words(command: str) -> str:
    """Return a command as a string, in pieces that follow each other where it is longer than a line."""
    pieces = [""]
    for word in re.findall(r"\S+\s*|\s+", command):
        if pieces[-1] and len(_INDENT + quoted(pieces[-1] + word)) > LINE_LENGTH:
            pieces.append("")
        pieces[-1] += word
    return f"\n{_INDENT}".join(map(quoted, pieces))


def container_imports(cls: str, conditions: Sequence[Wait]) -> tuple[str, ...]:
    """Return the import statements that these need, sorted as isort does."""
    module, _, name = (cls or PLAIN).rpartition(".")
    names = {_STRATEGIES[one.kind] for one in conditions} | ({_COMPOSITE} if len(conditions) > 1 else set())
    imports = [f"from {module} import {name}"]
    if names:
        imports.append(_import("testcontainers.core.wait_strategies", sorted(names)))
    return tuple(imports)


def _import(module: str, names: list[str]) -> str:
    flat = f"from {module} import {', '.join(names)}"
    if len(flat) <= LINE_LENGTH:
        return flat
    return f"from {module} import (\n" + "".join(f"    {name},\n" for name in names) + ")"
