"""How a project lays its code out."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcgen.discover import discover
from tcgen.errors import TcgenError
from tcgen.ir.style import known_style

FORCED = {"force-single-line": True, "known-first-party": ["shop"]}
STYLES: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "nobody says anything": ({}, {}),
    "ruff's own": (
        {"pyproject.toml": "[tool.ruff]\nline-length = 88\n[tool.ruff.lint]\nselect = ['I']\n"},
        {},
    ),
    "ruff": (
        {
            "pyproject.toml": """
            [tool.ruff]
            line-length = 120
            indent-width = 2
            cache-dir = "/elsewhere"
            [tool.ruff.format]
            quote-style = "single"
            skip-magic-trailing-comma = true
            line-ending = "cr-lf"
            """
        },
        {
            "line-length": 120,
            "indent-width": 2,
            "format": {"quote-style": "single", "skip-magic-trailing-comma": True},
        },
    ),
    "imports are sorted": (
        {"ruff.toml": "[lint]\nextend-select = ['I001']\n[lint.isort]\nforce-single-line = true\n"},
        {"lint": {"isort": FORCED}},
    ),
    "imports are not sorted": ({"ruff.toml": "[lint.isort]\nforce-single-line = true\n"}, {}),
    "sorting is ignored": (
        {"ruff.toml": "[lint]\nselect = ['ALL']\nignore = ['I']\n[lint.isort]\nforce-single-line = true\n"},
        {},
    ),
    "an old ruff": (
        {"pyproject.toml": "[tool.ruff]\nselect = ['I']\n[tool.ruff.isort]\nforce-single-line = true\n"},
        {"lint": {"isort": FORCED}},
    ),
    "the first of ruff's files": (
        {"ruff.toml": "line-length = 100\n", "pyproject.toml": "[tool.ruff]\nline-length = 120\n"},
        {"line-length": 100},
    ),
    "that of the tests, and what it extends": (
        {
            "tests/ruff.toml": "extend = '../pyproject.toml'\nline-length = 100\n",
            "pyproject.toml": "[tool.ruff]\nline-length = 120\n[tool.ruff.format]\nquote-style = 'single'\n",
        },
        {"line-length": 100, "format": {"quote-style": "single"}},
    ),
    "files that extend one another": (
        {
            "ruff.toml": "extend = 'b.toml'\nline-length = 100\n",
            "b.toml": "extend = 'ruff.toml'\nindent-width = 2\n",
        },
        {"line-length": 100, "indent-width": 2},
    ),
    "a suite goes beside tests with a conftest.py": (
        {
            "tests/conftest.py": "",
            "tests/ruff.toml": "line-length = 100\n",
            "ruff.toml": "line-length = 120\n",
        },
        {"line-length": 120},
    ),
    "a folder of a library's name": (
        {"alembic/env.py": "", "ruff.toml": "[lint]\nselect = ['I']\n"},
        {"lint": {"isort": {"known-first-party": ["alembic", "shop"]}}},
    ),
    "a folder of a library's name that is said to be none": (
        {
            "alembic/env.py": "",
            "ruff.toml": "[lint]\nselect = ['I']\nisort.known-third-party = ['alembic']\n",
        },
        {"lint": {"isort": {"known-first-party": ["shop"], "known-third-party": ["alembic"]}}},
    ),
    "a Python that has new syntax": (
        {
            "pyproject.toml": "[project]\nname = 'shop'\nrequires-python = '>=3.14'\n[tool.ruff]\n"
            "lint.select = ['E']\n"
        },
        {"target-version": "py314"},
    ),
    "an old target": ({"ruff.toml": "target-version = 'py39'\n"}, {}),
    "black": (
        {"pyproject.toml": "[tool.black]\nline-length = 79\nskip-string-normalization = true\n"},
        {"line-length": 79, "format": {"quote-style": "preserve"}},
    ),
    "black, and ruff for its rules": (
        {"pyproject.toml": "[tool.black]\nline-length = 79\n[tool.ruff]\nline-length = 120\n"},
        {"line-length": 79},
    ),
    "isort": (
        {"pyproject.toml": "[tool.isort]\nprofile = 'black'\nforce_single_line = true\n"},
        {"lint": {"isort": FORCED}},
    ),
    "isort's own file": (
        {
            ".isort.cfg": "[settings]\nforce_single_line = True\nlines_after_imports = 2\nknown_first_party = lib, shop\n"
        },
        {
            "lint": {
                "isort": {**FORCED, "lines-after-imports": 2, "known-first-party": ["lib", "shop"]},
            }
        },
    ),
    "isort in setup.cfg, by a profile": (
        {"setup.cfg": "[isort]\nprofile = pycharm\n"},
        {"lint": {"isort": {"lines-after-imports": 2, "known-first-party": ["shop"]}}},
    ),
    "what ruff would refuse": (
        {
            "ruff.toml": """
            line-length = "100"
            indent-width = 99
            lint = 1
            [format]
            quote-style = "--config"
            indent-style = 4
            """
        },
        {},
    ),
}


@pytest.mark.parametrize("case", STYLES)
def test_style(case: str, tmp_path: Path) -> None:
    files, style = STYLES[case]
    for name, text in {"shop/__init__.py": "", **files}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(text)
    assert discover(tmp_path).style == style


def test_the_repository_says_it_for_all_projects_in_it(tmp_path: Path) -> None:
    (tmp_path / "ruff.toml").write_text("line-length = 60\n")  # nothing of the repository's
    top = tmp_path / "top"
    subprocess.run(["git", "init", "--quiet", top], check=True)
    root = top / "backend"
    root.mkdir()
    (root / "pyproject.toml").write_text("[project]\nname = 'shop'\n")
    assert discover(root).style == {}
    (top / "pyproject.toml").write_text(
        "[tool.ruff]\nline-length = 100\n[tool.isort]\nforce_single_line = true\n"
    )
    style = {"line-length": 100, "lint": {"isort": {"force-single-line": True, "known-first-party": []}}}
    assert discover(root).style == known_style(style)
    (root / "ruff.toml").write_text("line-length = 120\n")
    assert discover(root).style["line-length"] == 120


def test_a_file_of_ruffs_that_is_no_toml(tmp_path: Path) -> None:
    (tmp_path / "ruff.toml").write_text("line-length = \n")
    with pytest.raises(TcgenError, match=r"ruff\.toml: not valid TOML"):
        discover(tmp_path)


def test_a_pipe_in_the_place_of_ruffs_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "ruff.toml")
    assert discover(tmp_path).style == {}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda some: st.lists(some) | st.dictionaries(st.text(), some),
)
NAMES = st.sampled_from(
    ["line-length", "format", "lint", "isort", "quote-style", "force-to-top", "extend", "cache-dir"]
)


@given(st.dictionaries(NAMES, JSON | st.dictionaries(NAMES, JSON | st.dictionaries(NAMES, JSON))))
def test_no_other_setting_passes(settings: dict[str, Any]) -> None:
    style = known_style(settings)
    assert known_style(style) == style
    assert style.keys() <= {"line-length", "format", "lint"}
    assert style.get("lint", {}).keys() <= {"isort"}
