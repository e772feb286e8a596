"""Modules are laid out as the project's own are, and say the same."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from tcgen.copier_hooks.formatter import formatted
from tcgen.render.engine import render_text

CASES = Path(__file__).parents[2] / "golden" / "cases"
LINES: dict[str, Any] = {
    "line-length": 110,
    "format": {"quote-style": "single", "skip-magic-trailing-comma": True},
}
NARROW: dict[str, Any] = {"line-length": 72, "indent-width": 2, "format": {"indent-style": "tab"}}
IMPORTS: dict[str, Any] = {
    "line-length": 120,
    "lint": {
        "isort": {"force-single-line": True, "lines-after-imports": 2, "force-sort-within-sections": True}
    },
}
FUTURE: dict[str, Any] = {"target-version": "py314"}
STYLES = {
    "async_shop": LINES,
    "bank": NARROW,
    "bookshop": IMPORTS,
    "courier": LINES,
    "desk": IMPORTS,
    "ferry": NARROW,
    "legacy": FUTURE,
}


def rendered(case: str, style: dict[str, Any]) -> dict[str, str]:
    first, *rows = (CASES / case / "plan.txt").read_text().splitlines()
    suite = {**json.loads(first), "style": style}
    tree = render_text("\n".join([json.dumps(suite), *rows]) + "\n")
    return {path: content.decode() for path, content in tree.items()}


@pytest.mark.parametrize("case", STYLES)
def test_ruff_finds_nothing_to_do(case: str, tmp_path: Path) -> None:
    style = STYLES[case]
    plain, laid_out = rendered(case, {}), rendered(case, style)
    modules = [path for path in plain if path.endswith(".py")]
    assert plain.keys() == laid_out.keys()
    assert any(plain[path] != laid_out[path] for path in modules)
    lint = {**style.get("lint", {}), **({"select": ["I"]} if "lint" in style else {"select": ["E9"]})}
    (tmp_path / "ruff.toml").write_text(tomlkit.dumps({**style, "lint": lint}))
    for path in modules:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(laid_out[path])
        if "lint" not in style and style is not FUTURE:
            assert code(laid_out[path]) == code(plain[path]), path
    for command in (["format", "--check"], ["check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--no-cache", "--quiet", "."],
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def code(text: str) -> str:
    """Return what a module says; how far its docstrings stand from the left is layout."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" in node.value:
            node.value = " ".join(node.value.split())
    return ast.dump(tree)


def test_what_a_strangers_record_asks_for_is_not_done(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.toml"
    elsewhere.write_text("line-length = 20\n")
    style = {"extend": str(elsewhere), "cache-dir": str(tmp_path / "cache"), "line-length": 90}
    line = "first = second_name_of_something + third_name_of_something\n"
    assert formatted(line, style) == line
    assert [*tmp_path.iterdir()] == [elsewhere]
