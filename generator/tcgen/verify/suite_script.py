"""How a script of ``verify/plugins`` is run that imports the suite's modules, in the suite's environment."""

from __future__ import annotations

from importlib.resources import files

# without the project's folder, in which there may be a json.py
_ALONE = "import sys; del sys.path[0]; exec(sys.argv.pop(1))"


def command(python: str, name: str, *arguments: str) -> list[str]:
    """Return what runs a script.

    Args:
        python: An interpreter that has the suite's requirements.
        name: The script's module in ``verify/plugins``.
        arguments: The script's own.
    """
    script = (files("tcgen.verify.plugins") / f"{name}.py").read_text(encoding="utf-8")
    return [python, "-c", _ALONE, script, *arguments]
