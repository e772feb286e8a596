"""How many test cases pytest collected, however talkative the project has made it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tcgen.verify.suite import _count


@pytest.mark.parametrize("options", ["", "-q", "-q -q", "-v", "-vv", "--verbosity=1"])
def test_count(tmp_path: Path, options: str) -> None:
    (tmp_path / "pytest.ini").write_text(f"[pytest]\naddopts = {options}\n")
    for name, cases in (("a", 2), ("b", 1)):
        tests = "".join(f"def test_{number}(): pass\n" for number in range(cases))
        (tmp_path / f"test_{name}.py").write_text(tests)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", ".", "--collect-only", "-q"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0
    assert _count(done.stdout) == 3, done.stdout
