"""The corpus runner counts right, whatever a project's run looks like; the runs themselves are its own command."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tarfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.corpus import environment, first, report
from tests.corpus.projects import LOCKS, Project, filled, load, placeholders
from tests.corpus.sources import CorpusError, unpack
from tests.corpus.trial import Ran, Result, _cases, _count, _flags, _run, stop

REPOSITORY = Path(__file__).resolve().parents[3]
REPORT = """<testsuites><testsuite>
<testcase name="test_inserts_a_row[shop.User]"/>
<testcase name="test_inserts_a_row[shop.Order]"><failure message="x">E   ValueError: no such thing
E   [SQL: INSERT]</failure></testcase>
<testcase name="test_inserts_a_row[shop.Odd]"><skipped type="pytest.xfail" message="E   no range fits"/></testcase>
<testcase name="test_inserts_a_row[shop.Skipped]"><skipped type="pytest.skip" message="not today"/></testcase>
<testcase name="test_inserts_25_rows[shop.User]"/>
<testcase name="test_inserts_25_rows[shop.Order]"><error message="failed on setup"/></testcase>
<testcase name="test_document_is_found"><skipped type="pytest.skip" message="Docker does not answer"/></testcase>
<testcase name="test_schema_is_at_the_only_head"/>
</testsuite></testsuites>"""


def test_every_project_is_pinned() -> None:
    projects = load()

    assert len({one.name for one in projects}) == len(projects)
    for one in projects:
        assert "==" in one.package or "@" in one.package
    for one in (one for one in projects if one.source == "wheel"):
        lock = (LOCKS / f"{one.name}.txt").read_text()
        assert "://" not in lock and all("==" in line for line in lock.splitlines())


def test_every_project_has_the_figures_of_its_first_run() -> None:
    known, listed = first.load(), {one.name: one for one in load()}

    untuned = {name for name, one in listed.items() if one.source != "wheel"}
    assert untuned <= set(known)


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    listed = tmp_path / "list.jsonl"
    listed.write_text('{"name": "a", "package": "a==1", "mapped_classes": 1}\n{"name": "b"}\n')

    with pytest.raises(SystemExit, match=r"list\.jsonl:2: KeyError: 'package'"):
        load(listed)


def test_a_source_is_one_that_is_known(tmp_path: Path) -> None:
    listed = tmp_path / "list.jsonl"
    line = {
        "name": "a",
        "source": "github:them/a@0123",
        "folder": "back",
        "mapped_classes": 1,
        "env": {"A": "1"},
    }
    listed.write_text(json.dumps(line))
    (project,) = load(listed)
    assert (project.source, project.package, project.folder) == ("github", "them/a@0123", "back")
    assert project.settings == 1 and project.install == ("-e", ".")

    listed.write_text(json.dumps(line | {"source": "svn:a"}))
    with pytest.raises(SystemExit, match="no source svn"):
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
    result = Result("shop", "shop==1", classes=4)
    remarks = [{"code": code, "message": "shop.Lost has no factory"} for code in codes]
    _count(result, {"diagnostics": remarks}, Ran(1, _cases(tmp_path / "report.xml")))

    assert (result.inserted, result.batches, result.migrated, result.green) == (1, 1, migrated, False)
    assert result.failures["shop.Order"] == "ValueError: no such thing"
    assert result.marks == {"shop.Odd": "no range fits"} and "shop.Skipped" in result.failures
    assert "test_document_is_found" not in result.failures
    assert ("shop.Lost" in result.failures) is ("class-not-importable" in codes)


def test_the_table_sums_up_what_can_have_rows() -> None:
    results = [
        Result("a", "a==1", classes=8, abstract=2, inserted=6, batches=6, green=True, settings=2),
        Result("b", "them/b@0123456789abcdef", 4, "github", inserted=2, batches=2, marks={"b.M": "odd"}),
    ]
    results[1].failures["b.B"] = "why"
    known = {"b": {"name": "b", "classes": 4, "inserted": 1, "green": False}}
    shown = report.table(results, known)

    assert "| a 1 | wheel | 2 | 6 |  |  | 6 |  |  | 6 | yes | none |" in shown
    assert "| them/b 0123456789 | github |  | 4 | 1 | no | 2 | 1 | 1 | 2 | no | none |" in shown
    assert "| **all** |  |  | 10 | 1 (25.0 %) | 0 of 1 | 8 (80.0 %) | 1 | 1 | 8 | 1 of 2 |" in shown
    assert "- b, `b.B`: why" in report.failures(results) and "- b, `b.M`: odd" in report.marks(results)
    page = report.page(results, known)
    assert page.endswith(report.table(results, known)) and "odd" not in page


def test_the_first_figures_are_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "first.jsonl"
    early = Result(
        "a", "a==1", classes=8, abstract=2, inserted=1, marks={"a.A": "odd"}, tcgen="0.1.0 of 2026-11-25"
    )
    assert first.record([early], path) == ["a"]
    assert first.record(
        [Result("a", "a==2", classes=8, inserted=8), Result("b", "b==1", classes=1)], path
    ) == ["b"]

    kept = first.load(path)["a"]
    assert (kept["package"], kept["classes"], kept["inserted"], kept["marked"]) == ("a==1", 6, 1, 1)
    assert kept["tcgen"] == "0.1.0 of 2026-11-25"


def _sdist(folder: Path) -> None:
    tree = folder / "shop_base-1.0"
    tree.mkdir(parents=True)
    (tree / "setup.cfg").write_text("[metadata]\nname = shop.base\n")
    with tarfile.open(folder / "shop_base-1.0.tar.gz", "w:gz") as archive:
        archive.add(tree, tree.name)


def test_an_sdist_becomes_a_repository(tmp_path: Path) -> None:
    _sdist(tmp_path / "had")
    unpack(Project("shop", "shop.base==1.0", 1, "sdist"), tmp_path / "run/project", tmp_path / "had")

    assert (tmp_path / "run/project/setup.cfg").is_file()
    told = ["git", "-C", str(tmp_path / "run/project"), "status", "--porcelain"]
    assert subprocess.run(told, capture_output=True, text=True, check=True).stdout == ""


def test_no_run_finds_what_another_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed: list[list[str]] = []

    def pretended(python: Path, requirements: list[str]) -> None:
        installed.append(requirements)
        (python.parent / "installed").write_text("as published")

    monkeypatch.setattr(environment, "install", pretended)
    checkout = tmp_path / "had/shop/back"
    checkout.mkdir(parents=True)
    (checkout / "models.py").write_text("")
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    project = Project("shop", "them/shop@0123", 1, "github", "back", ("-r", "requirements.txt"), own)

    def prepared() -> Path:
        return environment.prepare(project, tmp_path / "shop", tmp_path / "no.txt", tmp_path / "had")

    root = prepared()
    assert root == tmp_path / "shop/project/back" and (root / "models.py").is_file()
    (root / "tests").mkdir()
    (root / ".venv/bin/installed").unlink()
    (root / ".venv/bin/pytest").write_text("")
    again = prepared()
    assert again == root and not (root / "tests").exists() and not (root / ".venv/bin/pytest").exists()
    assert (root / ".venv/bin/installed").read_text() == "as published"
    assert installed == [["-r", "requirements.txt"]]


def test_a_source_gets_no_flag(tmp_path: Path) -> None:
    python = tmp_path / "python"

    assert _flags(Project("a", "a==1", 1, "sdist"), python, {}) == []
    assert _flags(Project("a", "a==1", 1, targets=("a:B",)), python, {})[-2:] == ["--models", "a:B"]


def _ends(mark: Path) -> bool:
    """Whether the process whose number stands in a file is ended; a signal takes its time to arrive."""
    started = Path("/proc", mark.read_text().strip(), "stat")
    for _ in range(100):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if started.read_text().split()[2] != "Z":
                time.sleep(0.1)
                continue
        return True
    return False


def _sleeps(tmp_path: Path, seconds: float) -> Path:
    """Run something that starts something else; return where that has left its number."""
    mark = tmp_path / "pid"
    command = ["sh", "-c", f"sleep 60 & echo $! > {mark}; wait"]
    deadline = time.monotonic() + seconds
    _run(command, tmp_path, dict(os.environ), tmp_path / "out", tmp_path / "log", deadline)
    return mark


def test_what_takes_too_long_is_ended_with_all_it_started(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="took too long"):
        _sleeps(tmp_path, 1)
    assert _ends(tmp_path / "pid")


def test_what_runs_ends_with_the_runner(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(_sleeps, tmp_path, 60)
        while not ((tmp_path / "pid").is_file() and (tmp_path / "pid").read_text()):
            time.sleep(0.05)
        stop()
        assert _ends(job.result())


def test_results_that_are_there_are_shown_without_a_run(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    done = Result("optuna", "optuna==5.0.0", classes=12, inserted=12, batches=12, green=True).as_json()
    (tmp_path / "results/optuna.json").write_text(json.dumps(done))
    command = [sys.executable, "-m", "tests.corpus", "optuna", "--json", "--server", "embedded"]
    shown = subprocess.run(
        [*command, "--cache", str(tmp_path)], cwd=REPOSITORY, capture_output=True, text=True
    )

    assert shown.returncode == 0 and json.loads(shown.stdout) == [done], shown.stderr
    wrong = subprocess.run([*command[:3], "nothing"], cwd=REPOSITORY, capture_output=True, text=True)
    assert wrong.returncode == 2 and "no project nothing; there are galaxy" in wrong.stderr
