"""The most telling of the hostile projects; `python -m tests.hostile` has all of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.hostile.broken import BROKEN
from tests.hostile.case import Case
from tests.hostile.named import NAMED
from tests.hostile.run import problems
from tests.hostile.trust import TRUST

TELLING = (
    "pyproject-key-twice",
    "pyproject-tool-is-1",
    "files-module-fifo",
    "import-fork-goes-on",
    "import-breaks-importlib",
    "import-path-none",
    "secret-connects",
    "output-megabytes-printed",
    "name-text-github",
    "name-class-keyword",
    "trust-address-ext-check",
    "trust-link-tests",
)
CASES = {one.name: one for one in (*BROKEN, *NAMED, *TRUST)}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.mark.parametrize("name", TELLING)
def test_a_hostile_project_leaves_nothing_but_a_message(name: str, cache: Path) -> None:
    case: Case = CASES[name]
    assert problems(case, cache) == []
