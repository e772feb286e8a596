"""Runs pytest in the project's own interpreter, with a plugin of tcgen's where one is wanted."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory


def run_pytest(
    python: str,
    root: str | Path,
    arguments: Sequence[str],
    *,
    capture: bool = True,
    plugin: str | None = None,
    environment: Mapping[str, str] = os.environ,
) -> subprocess.CompletedProcess[str]:
    """Run pytest and leave nothing behind.

    Args:
        python: The project's interpreter.
        root: The project.
        arguments: pytest's.
        capture: Keep what it prints, instead of letting it go to the terminal.
        plugin: A module of ``tcgen.verify.plugins``, which needs nothing of tcgen.
        environment: All variables it gets; ``$PYTHONPATH`` grows by the plugin's folder.
    """
    with TemporaryDirectory(prefix="tcgen-") as folder:
        # without its cache plugin, pytest would refuse a project's own --failed-first
        options = ["-o", f"cache_dir={folder}/cache"]
        given = {**environment, "PYTHONDONTWRITEBYTECODE": "1"}
        if plugin is not None:
            source = files("tcgen.verify.plugins").joinpath(f"{plugin}.py").read_text(encoding="utf-8")
            Path(folder, f"tcgen_{plugin}.py").write_text(source, encoding="utf-8")
            options += ["-p", f"tcgen_{plugin}"]
            given["PYTHONPATH"] = os.pathsep.join(filter(None, (folder, environment.get("PYTHONPATH"))))
        return subprocess.run(
            [python, "-m", "pytest", *options, *arguments],
            cwd=root,
            env=given,
            capture_output=capture,
            text=True,
            stdin=subprocess.DEVNULL,
        )
