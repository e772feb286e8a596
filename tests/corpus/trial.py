"""One project, the way its owner would go: ``tcgen init``, then ``pytest``."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.corpus.environment import CorpusError, install, prepare, site_packages
from tests.corpus.projects import Project, filled, placeholders
from tests.corpus.server import Server

ONE, MANY = "test_inserts_a_row", "test_inserts_25_rows"
MODULE = "corpus_setup"
SECONDS = 1200


@dataclass
class Result:
    """What came of a project.

    Attributes:
        classes: Mapped classes, the ones nobody can make a row of included.
        abstract: Those of them that can have no rows of their own.
        inserted: Classes whose factory inserted a row at the first try.
        batches: Classes whose factory inserted 25.
        migrated: The migrations led to the newest revision: ``yes``, ``no``, ``stamped``, or ``none`` to run.
        failures: Class or stage → reason.
        seconds: Stage → seconds.
    """

    name: str
    package: str
    classes: int
    abstract: int = 0
    inserted: int = 0
    batches: int = 0
    migrated: str = "none"
    failures: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)


def run(project: Project, cache: Path, locks: Path, server: Server) -> Result:
    """Install, generate, test, and report; whatever goes wrong is part of the result."""
    result = Result(project.name, project.package, project.mapped)
    folder = cache / project.name
    try:
        python = _timed(
            result,
            "install",
            lambda: prepare(folder, locks / f"{project.name}.txt", project.package),
        )
        values = _values(folder, python, server)
        root = _scratch(project, folder, values)
        environment = _environment(project, values, server)
        generated = _timed(result, "init", lambda: _init(project, root, python, environment, values))
        result.classes, result.abstract = generated["mapped_classes"], generated["abstract_classes"]
        if generated["missing"]:
            install(python, generated["missing"])
        cases = _timed(result, "test", lambda: _test(root, python, environment, generated["dest"]))
        _count(result, generated, cases)
    except CorpusError as error:
        result.failures["(project)"] = str(error)
    return result


def _timed(result: Result, stage: str, work: Any) -> Any:
    started = time.monotonic()
    print(f"{result.name}: {stage} …", file=sys.stderr, flush=True)
    try:
        return work()
    finally:
        result.seconds[stage] = round(time.monotonic() - started, 1)


def _values(folder: Path, python: Path, server: Server) -> dict[str, str]:
    work = folder / "work"
    (work / "raw" / folder.name).mkdir(parents=True, exist_ok=True)
    return placeholders(site_packages(python), work, server.address)


def _scratch(project: Project, folder: Path, values: dict[str, str]) -> Path:
    """A project that depends on the published one, as far as its owner would have to write it."""
    root = folder / "project"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    requirement = json.dumps([project.package])
    (root / "pyproject.toml").write_text(
        f'[project]\nname = "corpus-{project.name}"\nversion = "0"\ndependencies = {requirement}\n',
        encoding="utf-8",
    )
    if project.setup:
        setup = filled(project.setup, values)
        lines = ["bases = dict(enumerate(globals().get('TARGETS', ())))", "globals().update("]
        lines += ["    {f'base_{n}': base for n, base in bases.items()}", ")", ""]
        (root / f"{MODULE}.py").write_text(setup + "\n".join(lines), encoding="utf-8")
    return root


def _environment(project: Project, values: dict[str, str], server: Server) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "PYTHON"))}
    own = {name: filled(value, values) for name, value in project.env.items()}
    return kept | own | {"TEST_DATABASE": server.choice, "NO_COLOR": "1"}


def _init(
    project: Project, root: Path, python: Path, environment: dict[str, str], values: dict[str, str]
) -> dict[str, Any]:
    flags = ["--yes", "--json", "--python", str(python), "--ci", "none"]
    for target in _targets(project):
        flags += ["--models", target]
    places = [filled(path, values) for path in project.alembic]
    flags += [part for path in places if Path(path).exists() for part in ("--alembic-config", path)][:2]
    done = subprocess.run(
        [sys.executable, "-m", "tcgen", "init", *flags],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=SECONDS,
    )
    (root.parent / "init.log").write_text(done.stdout + done.stderr, encoding="utf-8")
    if not done.stdout.startswith("{"):
        raise CorpusError(f"tcgen init: {_short(done.stderr)}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer.get("data", answer)


def _targets(project: Project) -> list[str]:
    own = [MODULE] if project.setup else []
    named = [f"{MODULE}:base_{number}" for number in range(_bases(project.setup))]
    return [*own, *named, *project.targets]


def _bases(setup: str) -> int:
    found = re.search(r"^TARGETS\s*=\s*\[(.*)\]", setup, re.MULTILINE)
    return len(found.group(1).split(",")) if found else 0


def _test(root: Path, python: Path, environment: dict[str, str], dest: str) -> dict[str, tuple[str, str]]:
    report = root.parent / "report.xml"
    report.unlink(missing_ok=True)
    options = ["-q", "-p", "no:cacheprovider", "-W", "ignore", "--tb=short", f"--junitxml={report}"]
    with (root.parent / "test.log").open("w") as log:
        subprocess.run(
            [str(python), "-m", "pytest", dest, *options],
            cwd=root,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            timeout=SECONDS,
        )
    if not report.is_file():
        raise CorpusError(f"pytest: {_short((root.parent / 'test.log').read_text())}")
    return _cases(report)


def _cases(report: Path) -> dict[str, tuple[str, str]]:
    """Read a JUnit report: case → outcome and message."""
    found = {}
    for case in ElementTree.parse(report).iter("testcase"):
        bad = [child for child in case if child.tag in ("failure", "error", "skipped")]
        message = "\n".join(f"{child.get('message') or ''}\n{child.text or ''}" for child in bad)
        found[str(case.get("name"))] = (bad[0].tag if bad else "passed", message)
    return found


def _count(result: Result, generated: dict[str, Any], cases: dict[str, tuple[str, str]]) -> None:
    outcomes: Counter[str] = Counter()
    for name, (outcome, message) in cases.items():
        test, _, label = name.partition("[")
        if outcome == "passed":
            outcomes[test] += 1
        else:
            key = label.removesuffix("]") or test
            result.failures.setdefault(key, _reason(message))
    result.inserted, result.batches = outcomes[ONE], outcomes[MANY]
    for one in generated["diagnostics"]:
        if one["code"] == "class-not-importable":
            result.failures.setdefault(one["message"].split(" ")[0], "no importable name")
    migrations = [outcome for name, (outcome, _) in cases.items() if name.startswith("test_schema_is_at")]
    if migrations:
        codes = {one["code"] for one in generated["diagnostics"]}
        stamped = codes & {"migrations-fail"}
        result.migrated = "no" if "passed" not in migrations else "stamped" if stamped else "yes"


def _reason(message: str) -> str:
    """Return the line that tells most: the last exception's."""
    lines = [line.removeprefix("E").strip() for line in message.splitlines() if line.startswith("E ")]
    told = [line for line in lines if line and not line.startswith(("[SQL", "[parameters", "(Background"))]
    return _short(" ".join(told[:3]) or message)


def _short(text: str) -> str:
    return " ".join(text.split())[-400:] if text.startswith("Traceback") else " ".join(text.split())[:400]
