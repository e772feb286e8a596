"""Runs the script that asks the engine, in the environment that the suite has."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tcgen import processes
from tcgen.template.location import template_folder
from tcgen.user_cache import keep_bytecode_aside

Facts = dict[str, dict[str, Any]]
"""What the script said, by the names of its questions; ``{}`` for what could not be asked."""

LONGEST = 180.0


def fingerprint(root: Path) -> str:
    """Return what the suite's containers bear as the project's label: ``PROJECT`` of ``containers.py``."""
    return sha256(os.fsencode(root.resolve())).hexdigest()[:12]


def words_for_trouble() -> Path:
    """Return the module that suites have as ``trouble.py``."""
    return template_folder() / "templates" / "partials" / "trouble.py"


def ask(python: str, asked: Mapping[str, object], cwd: Path, seconds: float = LONGEST) -> Facts:
    """Return the script's facts; what it hung on, or ended with, is ``broken``.

    Args:
        python: An interpreter that has what the suite requires.
        asked: The script's argument.
        cwd: The project.
        seconds: The longest it may take.
    """
    with TemporaryDirectory(prefix="tcgen-") as folder:
        script = Path(folder, "engine.py")
        script.write_text(
            (files("tcgen.doctor.scripts") / "engine.py").read_text(encoding="utf-8"), encoding="utf-8"
        )
        words = words_for_trouble().read_text(encoding="utf-8")
        Path(folder, "trouble.py").write_text(words, encoding="utf-8")
        try:
            done = processes.run(
                [python, str(script), json.dumps(asked)],
                folder=cwd,
                environment={**os.environ, **keep_bytecode_aside()},
                seconds=seconds,
            )
        except processes.TooLongError as late:
            return _facts(late.output, f"no answer within {seconds:.0f} seconds")
    last = done.errors.decode("utf-8", "replace").strip().splitlines()[-1:]
    return _facts(done.output, last[0] if last else "it ended without a word")


def _facts(said: bytes, cause: str) -> Facts:
    """Read what the script said; what it asked last and has no answer to is broken, for that cause."""
    facts: Facts = {}
    asking = ""
    for line in said.decode("utf-8", "replace").splitlines():
        found = json.loads(line)
        if "fact" in found:
            facts[found.pop("fact")] = found
        else:
            asking = found["asking"]
    if asking not in facts:
        facts[asking or "engine"] = {"broken": {"cause": cause, "cure": ""}}
    return facts
