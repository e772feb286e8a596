"""Runs the script that asks the engine, in the environment that the suite has."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Mapping
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

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
        process = subprocess.Popen(
            [python, str(script), json.dumps(asked)],
            cwd=cwd,
            env={**os.environ, **keep_bytecode_aside()},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        late = threading.Timer(seconds, process.kill)
        late.start()
        try:
            said, errors = process.communicate()
        finally:
            late.cancel()
            process.kill()
    return _facts(said, errors, timed_out=process.returncode < 0, seconds=seconds)


def _facts(said: str, errors: str, *, timed_out: bool, seconds: float) -> Facts:
    facts: Facts = {}
    asking = ""
    for line in said.splitlines():
        found = json.loads(line)
        if "fact" in found:
            facts[found.pop("fact")] = found
        else:
            asking = found["asking"]
    if asking not in facts:
        last = errors.strip().splitlines()[-1:] or ["it ended without a word"]
        cause = f"no answer within {seconds:.0f} seconds" if timed_out else last[0]
        facts[asking or "engine"] = {"broken": {"cause": cause, "cure": ""}}
    return facts
