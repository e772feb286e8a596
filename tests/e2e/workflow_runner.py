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

Commands = Iterator[tuple[str, str, dict[str, str]]]
"""A command each, with the name of its job before it and the variables of that after it."""
RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}"
# Tasks of Azure's and steps of CircleCI's that the machine stands in for.
TASKS = ("Cache", "PublishCodeCoverageResults", "PublishTestResults", "UsePythonVersion")
KEPT = ("restore_cache", "save_cache", "store_artifacts", "store_test_results")
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
        """Run a command as the shell of a step does; there is no other Python than the machine's own."""
        own = {"UV_PYTHON": RUNNING} if "UV_PYTHON" in environment else {}
        done = subprocess.run(
            ["bash", "-e", "-c", command],
            cwd=self.project,
            env=self.environment | environment | own,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
        )
        return Step(job, command, done.returncode, done.stdout)


def actions_commands(text: str) -> Commands:
    """Yield the commands of a workflow in order, for one version of Python and the first share of its suite."""
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
    action = step["uses"].partition("@")[0].removeprefix("https://github.com/")
    assert action in (
        "actions/cache",
        "actions/checkout",
        "actions/setup-python",
        "actions/upload-artifact",
        "astral-sh/setup-uv",
    )


def azure_commands(text: str) -> Commands:
    """Yield the same of a pipeline of Azure's."""
    document = yaml.safe_load(text)
    for job in document["jobs"]:
        matrix = job.get("strategy", {}).get("matrix", {}).values()
        legs = [leg for leg in matrix if leg["python.version"] == RUNNING]
        assert not matrix or legs
        variables = {**document["variables"], **job.get("variables", {}), **(legs[0] if legs else {})}
        variables["python.version"] = RUNNING
        environment = {
            name.upper().replace(".", "_"): _macros(value, variables) for name, value in variables.items()
        }
        for step in job["steps"]:
            if "script" in step:
                yield job["job"], _macros(step["script"], variables), environment
            else:
                assert step["task"].partition("@")[0] in TASKS


def _macros(text: str, variables: dict[str, str]) -> str:
    """Fill variables in; what is no variable is left to the shell."""
    known = {**variables, "Pipeline.Workspace": "$HOME/work"}
    return re.sub(r"\$\(([\w.]+)\)", lambda found: known.get(found[1], found[0]), text)


def bitbucket_commands(text: str) -> Commands:
    """Yield the same of Bitbucket's steps, one script each: what a line exports is there for the next ones."""
    (side_by_side,) = yaml.safe_load(text)["pipelines"]["default"]
    steps = [one["step"] for one in side_by_side["parallel"]]
    ours = [step for step in steps if step["image"] == f"python:{RUNNING}"]
    checks = [step for step in steps if "(" not in step["name"]]
    assert ours
    # the suite comes last, as everywhere else, and leaves the last report
    for step in (*checks, *reversed(ours)):
        environment = {"PYTHON_VERSION": RUNNING, "BITBUCKET_PARALLEL_STEP": str(steps.index(step))}
        yield step["name"].partition(" (")[0], "\n".join(step["script"]), environment


def circleci_commands(text: str) -> Commands:
    """Yield the same of CircleCI's jobs."""
    document = yaml.safe_load(text.replace("<< parameters.python >>", RUNNING))
    for name, job in document["jobs"].items():
        environment = {key: str(value) for key, value in job.get("environment", {}).items()}
        for step in job["steps"]:
            if "run" in step:
                yield name, step["run"]["command"], environment
            else:
                assert step == "checkout" or {*step} <= {*KEPT}


def gitlab_commands(text: str) -> Commands:
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
