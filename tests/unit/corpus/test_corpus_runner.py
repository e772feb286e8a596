"""The corpus runner counts right, whatever a project's run looks like; the runs themselves are its own command."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.corpus import report
from tests.corpus.projects import LOCKS, filled, load, placeholders
from tests.corpus.trial import Result, _cases, _count

REPOSITORY = Path(__file__).resolve().parents[3]
REPORT = """<testsuites><testsuite>
<testcase name="test_inserts_a_row[shop.User]"/>
<testcase name="test_inserts_a_row[shop.Order]"><failure message="x">E   ValueError: no such thing
E   [SQL: INSERT]</failure></testcase>
<testcase name="test_inserts_25_rows[shop.User]"/>
<testcase name="test_inserts_25_rows[shop.Order]"><error message="failed on setup"/></testcase>
<testcase name="test_schema_is_at_the_only_head"/>
</testsuite></testsuites>"""


def test_every_project_is_pinned() -> None:
    projects = load()

    assert len({one.name for one in projects}) == len(projects) == 19
    for one in projects:
        lock = (LOCKS / f"{one.name}.txt").read_text()
        assert "://" not in lock and all("==" in line for line in lock.splitlines())


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    listed = tmp_path / "list.jsonl"
    listed.write_text('{"name": "a", "package": "a==1", "mapped_classes": 1}\n{"name": "b"}\n')

    with pytest.raises(SystemExit, match=r"list\.jsonl:2: KeyError: 'package'"):
        load(listed)


def test_placeholders(tmp_path: Path) -> None:
    values = placeholders(tmp_path / "sp", tmp_path, "127.0.0.1:5544")

    assert (
        filled("{PSY2} {SP}/x", values)
        == f"postgresql+psycopg2://postgres:x@127.0.0.1:5544/app {tmp_path}/sp/x"
    )


@pytest.mark.parametrize(
    ("codes", "migrated"), [([], "yes"), (["migrations-fail"], "stamped"), (["class-not-importable"], "yes")]
)
def test_outcomes_are_counted(tmp_path: Path, codes: list[str], migrated: str) -> None:
    (tmp_path / "report.xml").write_text(REPORT)
    result = Result("shop", "shop==1", classes=2)
    remarks = [{"code": code, "message": "shop.Lost has no factory"} for code in codes]
    _count(result, {"diagnostics": remarks}, _cases(tmp_path / "report.xml"))

    assert (result.inserted, result.batches, result.migrated) == (1, 1, migrated)
    assert result.failures["shop.Order"] == "ValueError: no such thing"
    assert ("shop.Lost" in result.failures) is ("class-not-importable" in codes)


def test_the_table_sums_up_what_can_have_rows() -> None:
    results = [
        Result("a", "a==1", classes=8, abstract=2, inserted=6, batches=6).as_json(),
        Result("b", "b==2", classes=4, inserted=3, batches=2, failures={"b.B": "why"}).as_json(),
    ]

    assert "| a 1 | 6 | 6 | 6 | none |  |" in report.table(results)
    assert "| b 2 | 4 | 3 | 2 | none | 1 |" in report.table(results)
    assert "| **all** | 10 | 9 (90.0 %) | 8 |" in report.table(results)
    assert "- b, `b.B`: why" in report.page(results)


def test_results_that_are_there_are_shown_without_a_run(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    done = Result("optuna", "optuna==5.0.0", classes=12, inserted=12, batches=12).as_json()
    (tmp_path / "results/optuna.json").write_text(json.dumps(done))
    command = [sys.executable, "-m", "tests.corpus", "optuna", "--json", "--server", "embedded"]
    shown = subprocess.run(
        [*command, "--cache", str(tmp_path)], cwd=REPOSITORY, capture_output=True, text=True
    )

    assert shown.returncode == 0 and json.loads(shown.stdout) == [done], shown.stderr
    wrong = subprocess.run([*command[:3], "nothing"], cwd=REPOSITORY, capture_output=True, text=True)
    assert wrong.returncode == 2 and "no project nothing; there are galaxy" in wrong.stderr
