"""What the CI file has pytest do, done: machines that share a suite, and the reports that they leave."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from tests.quality.ci_variants import planned
from tests.started import inherited

SECONDS = {"test_a": 6.0, "test_b": 1.0, "test_c": 1.0, "test_d": 4.0, "test_e": 2.0, "test_f": 4.0}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    suite = tmp_path / "tests" / "integration"
    suite.mkdir(parents=True)
    (tmp_path / "shop.py").write_text("PRICE = 1\n")
    tests = "".join(f"def {name}():\n    import shop\n\n\n" for name in SECONDS)
    (suite / "test_shop.py").write_text(tests)
    (tmp_path / "pyproject.toml").write_text('[tool.pytest.ini_options]\npythonpath = ["."]\n')
    return tmp_path


def ran(project: Path, shard: int) -> set[str]:
    """Run the suite as one of three machines does; return the tests that it ran."""
    command = " ".join(planned("github", whole=True).commands.test)
    environment = {
        **inherited(),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "SHARD": str(shard),
    }
    done = subprocess.run(
        ["bash", "-e", "-c", command], cwd=project, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert ElementTree.parse(project / "coverage.xml").find(".//class[@filename='shop.py']") is not None
    cases = ElementTree.parse(project / "junit.xml").iter("testcase")
    return {str(one.get("name")) for one in cases}


def test_the_machines_get_the_same_time(project: Path) -> None:
    measured = {f"tests/integration/test_shop.py::{name}": seconds for name, seconds in SECONDS.items()}
    (project / "tests" / "integration" / "durations.json").write_text(json.dumps(measured))
    shares = [ran(project, shard) for shard in (1, 2, 3)]
    assert sorted(name for share in shares for name in share) == sorted(SECONDS)
    assert [sum(SECONDS[name] for name in share) for share in shares] == [6.0, 6.0, 6.0]


def test_nothing_has_been_measured_yet(project: Path) -> None:
    shares = [ran(project, shard) for shard in (1, 2, 3)]
    assert sorted(name for share in shares for name in share) == sorted(SECONDS)
    assert [len(share) for share in shares] == [2, 2, 2]
