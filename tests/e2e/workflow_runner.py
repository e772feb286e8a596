"""Runs a CI file's commands as its provider would, step by step; what actions do that set up a machine is stood in for."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}"
# What a command of these may see of whoever runs the tests: how packages are fetched, and nothing else.
PASSED_ON = re.compile(r"(PIP|UV|SSL|REQUESTS|CURL)_\w+|\w+_proxy", re.IGNORECASE)


@dataclass(frozen=True)
class Step:
    """A command that was run, and what came of it."""

    job: str
    command: str
    status: int
    said: str


class Machine:
    """A runner's machine with a clean clone on it; its Python is that of the tests.

    Args:
        folder: Holds everything the machine has.
        origin: The repository to clone.
        tools: Distributions that are there before the first step.
        extra: Variables beside the runner's own.
    """

    def __init__(self, folder: Path, origin: Path, tools: tuple[str, ...], **extra: str) -> None:
        self.project = folder / "clone"
        subprocess.run(["git", "clone", "--quiet", origin, self.project], check=True)
        home, python = folder / "home", folder / "python"
        home.mkdir()
        subprocess.run([sys.executable, "-m", "venv", python], check=True)
        own = {name: value for name, value in os.environ.items() if PASSED_ON.fullmatch(name)}
        self.environment = {
            **own,
            "HOME": str(home),
            "PATH": f"{home}/.local/bin:{python}/bin:/usr/local/bin:/usr/bin:/bin",
            "CI": "true",
            "LANG": "C.UTF-8",
            "DOCKER_HOST": "unix:///nonexistent.sock",
            **extra,
        }
        if tools:
            self.run("machine", f"pip install --quiet {' '.join(tools)}", {})

    def run(self, job: str, command: str, environment: dict[str, str]) -> Step:
        """Run a command as the shell of a step does."""
        done = subprocess.run(
            ["bash", "-e", "-c", command],
            cwd=self.project,
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
        )
        return Step(job, command, done.returncode, done.stdout)


def github_commands(text: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield the commands of a workflow in order, for one version of Python and the first share of its suite.

    With each comes the name of its job and the variables of that.
    """
    for name, job in yaml.safe_load(text)["jobs"].items():
        versions = job.get("strategy", {}).get("matrix", {}).get("python-version", [])
        assert not versions or RUNNING in versions
        environment = {key: _evaluated(value) for key, value in job.get("env", {}).items()}
        for step in job["steps"]:
            if "run" in step:
                yield name, step["run"], environment
            else:
                _check_action(step)


def _evaluated(value: object) -> str:
    known = {"matrix.python-version": RUNNING, "matrix.shard": "1", "vars.TEST_REGISTRY": ""}
    return re.sub(r"\$\{\{ (\S+) \}\}", lambda found: known[found[1]], str(value))


def _check_action(step: dict[str, Any]) -> None:
    """Make sure that a step is one of the actions that the machine stands in for."""
    action = step["uses"].partition("@")[0]
    assert action in (
        "actions/cache",
        "actions/checkout",
        "actions/setup-python",
        "actions/upload-artifact",
        "astral-sh/setup-uv",
    )


def gitlab_commands(text: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield the same of GitLab's file: the jobs there are without Docker."""
    document = yaml.safe_load(text)
    base = document[".integration"]
    for name, job in document.items():
        if name.startswith("."):
            continue
        environment = {**base["variables"], **job.get("variables", {}), "PYTHON": RUNNING, "SHARD": "1"}
        # a variable may name another one, as GitLab has it
        resolved = {key: str(value).replace("$PYTHON", RUNNING) for key, value in environment.items()}
        for command in (*base["before_script"], *job["script"]):
            yield name, command, resolved
