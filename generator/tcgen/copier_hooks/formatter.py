"""Lays rendered Python out as the project does: by ruff, which knows what black and isort would do, too."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import tomlkit

from tcgen.errors import TcgenError
from tcgen.ir.style import Style, known_style

_MODULE = re.compile(r"/suite/.*\.py(\{%[^%]*%\})?\.jinja$")


def with_layout(source: str, name: str | None) -> str:
    """Have all of a template go through ``tcgen_formatted`` if what it makes is a module of the suite."""
    if not name or not _MODULE.search(name):
        return source
    return "{% filter tcgen_formatted %}" + source + "{% endfilter %}"


def formatted(code: str, given: Mapping[str, Any]) -> str:
    """Lay code out.

    Args:
        code: A module.
        given: The style that a plan has recorded; what is not known of it is passed over.

    Raises:
        TcgenError: ``formatter-failed``, with what ruff said.
    """
    style = known_style(given)
    if not style or not code.strip():
        return code
    with tempfile.TemporaryDirectory(prefix="tcgen-") as folder:
        settings = Path(folder, "ruff.toml")
        settings.write_text(tomlkit.dumps(style), encoding="utf-8")
        if "lint" in style:
            code = _ruff(settings, code, "check", "--select", _rules(style), "--fix-only")
        return _ruff(settings, code, "format")


def _rules(style: Style) -> str:
    return "I" if style["lint"]["isort"].get("required-imports") else "I001"


@cache
def _program() -> str:
    # where ruff itself finds it, in all versions; it has no types
    place: str = import_module("ruff.__main__").find_ruff_bin()
    return place


def _ruff(settings: Path, code: str, command: str, *options: str) -> str:
    """Run ruff on a text, with these settings and no others."""
    line = [_program(), command, "--quiet", "--no-cache", "--config", str(settings), *options]
    done = subprocess.run(
        [*line, "--stdin-filename", str(settings.with_name("module.py")), "-"],
        input=code.encode(),
        capture_output=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise TcgenError("formatter-failed", f"ruff {command}: {said}", hint="pip install --upgrade ruff")
    return done.stdout.decode()
