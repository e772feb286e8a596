"""One project, the way a newcomer would go: ``tcgen init``, what it says is missing, then ``pytest``, each once."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from threading import RLock
from typing import Any, TypeVar

from tests.corpus.environment import install, interpreter, prepare, site_packages
from tests.corpus.projects import Project, filled, placeholders
from tests.corpus.server import Server
from tests.corpus.sources import CorpusError

ONE, MANY = "test_inserts_a_row", "test_inserts_25_rows"
MODULE = "corpus_setup"
REPOSITORY = Path(__file__).resolve().parents[2]
RUNNING: set[int] = set()
"""Leaders of the sessions that run now."""
_STARTING = RLock()  # the interrupt comes in the main thread, which may be starting one itself
T = TypeVar("T")


@dataclass
class Result:
    """What came of a project.

    Attributes:
        source: ``wheel``, ``sdist`` or ``github``.
        settings: What had to be said before the project could be read: variables, flags, a module.
        classes: Mapped classes, the ones nobody can make a row of included.
        abstract: Those of them that can have no rows of their own.
        inserted: Classes whose factory inserted a row, in a test without a mark.
        batches: Classes whose factory inserted 25.
        marks: Class → why its test is marked as one that fails.
        green: The suite as it was handed over ended with status 0.
        migrated: The migrations led to the newest revision: ``yes``, ``no``, ``stamped``, or ``none`` to run.
        failures: Class or stage → reason, of what is neither inserted nor marked.
        seconds: Stage → seconds.
        tcgen: Its version, and the day of the last change to it.
    """

    name: str
    package: str
    classes: int
    source: str = "wheel"
    settings: int = 0
    abstract: int = 0
    inserted: int = 0
    batches: int = 0
    marks: dict[str, str] = field(default_factory=dict)
    green: bool = False
    migrated: str = "none"
    failures: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    tcgen: str = ""

    @property
    def possible(self) -> int:
        """Classes that can have rows."""
        return self.classes - self.abstract

    @property
    def lost(self) -> int:
        """Classes that can have rows, and for which there is neither a test that passes nor a mark that says why."""
        return max(self.possible - self.inserted - len(self.marks), 0)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)


@dataclass(frozen=True)
class Ran:
    """What pytest said: its status, and case → outcome and message."""

    status: int
    cases: dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Setting:
    """What all projects of one call are run with.

    Attributes:
        cache: Environments and scratch projects.
        locks: Pinned requirements.
        sources: Sdists and checkouts that are there already.
        seconds: How long ``init`` and the suite may take together.
    """

    cache: Path
    locks: Path
    sources: Path | None
    server: Server
    seconds: float


def run(project: Project, setting: Setting) -> Result:
    """Install, generate, test, and report; whatever goes wrong is part of the result."""
    result = Result(project.name, project.package, project.mapped, project.source, project.settings)
    result.tcgen = _tcgen()
    folder = setting.cache / project.name
    lock = setting.locks / f"{project.name}.txt"
    try:
        root = _timed(result, "install", lambda: prepare(project, folder, lock, setting.sources))
        _generate_and_test(project, root, setting, result)
    except CorpusError as error:
        result.failures["(project)"] = str(error)
    return result


def _generate_and_test(project: Project, root: Path, setting: Setting, result: Result) -> None:
    folder, python = setting.cache / project.name, interpreter(root)
    values = _values(folder, python, setting.server)
    if project.source == "wheel":
        _scratch(project, root, values)
    environment = _environment(project, values, setting.server)
    flags = _flags(project, python, values)
    deadline = time.monotonic() + setting.seconds
    generated = _timed(result, "init", lambda: _init(root, folder, environment, flags, deadline))
    result.classes = max(project.mapped, generated["mapped_classes"])
    result.abstract = generated["abstract_classes"]
    missing = [*(generated["missing"] or ()), *setting.server.requirements]
    if missing:
        install(python, missing)
    ran = _timed(result, "test", lambda: _test(root, folder, environment, generated["command"], deadline))
    _count(result, generated, ran)


def _tcgen() -> str:
    command = ["git", "-C", str(REPOSITORY), "log", "-1", "--format=%cs", "--", "generator", "templates"]
    changed = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return f"{metadata.version('tcgen')} of {changed or 'an unknown day'}"


def _timed(result: Result, stage: str, work: Callable[[], T]) -> T:
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


def _scratch(project: Project, root: Path, values: dict[str, str]) -> None:
    """A project that depends on the published one, as far as its owner would have to write it."""
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


def _environment(project: Project, values: dict[str, str], server: Server) -> dict[str, str]:
    foreign = ("PYTEST_", "PYTHON", "VIRTUAL_ENV")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    own = {name: filled(value, values) for name, value in project.env.items()}
    return kept | own | {"TEST_DATABASE": server.choice, "NO_COLOR": "1"}


def _flags(project: Project, python: Path, values: dict[str, str]) -> list[str]:
    """A project that was published with its files needs none; one made around a wheel has no models of its own."""
    if project.source != "wheel":
        return []
    flags = ["--python", str(python), "--ci", "none"]
    for target in _targets(project):
        flags += ["--models", target]
    places = [filled(path, values) for path in project.alembic]
    return flags + [part for path in places if Path(path).exists() for part in ("--alembic-config", path)][:2]


def _init(
    root: Path, folder: Path, environment: dict[str, str], flags: list[str], deadline: float
) -> dict[str, Any]:
    command = [sys.executable, "-m", "tcgen", "init", "--yes", "--json", *flags]
    answer = folder / "init.json"
    _run(command, root, environment, answer, folder / "init.log", deadline)
    text = answer.read_text(encoding="utf-8")
    if not text.startswith("{"):
        raise CorpusError(f"tcgen init: {_short((folder / 'init.log').read_text(encoding='utf-8'))}")
    data: dict[str, Any] = json.loads(text)
    if data.get("kind") == "error":
        raise CorpusError(
            f"tcgen init: {data['code']}: {_short(data['message'])}: {_short(data['detail'] or '')}"
        )
    return data


def _run(
    command: list[str], root: Path, environment: dict[str, str], out: Path, log: Path, deadline: float
) -> int:
    """Run a command that must end in time, with all that it started; return its status."""
    with out.open("w") as stdout, log.open("w") as stderr:
        with _STARTING:
            process = subprocess.Popen(
                command,
                cwd=root,
                env=environment,
                stdout=stdout,
                stderr=stderr,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
            RUNNING.add(process.pid)
        try:
            return process.wait(max(deadline - time.monotonic(), 1))
        except subprocess.TimeoutExpired:
            raise CorpusError("took too long") from None
        finally:
            RUNNING.discard(process.pid)
            _end(process.pid)
            process.wait()


def stop() -> None:
    """End what runs: it is in sessions of its own, which no interrupt reaches."""
    with _STARTING:
        for leader in tuple(RUNNING):
            _end(leader)


def _end(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def _targets(project: Project) -> list[str]:
    own = [MODULE] if project.setup else []
    named = [f"{MODULE}:base_{number}" for number in range(_bases(project.setup))]
    return [*own, *named, *project.targets]


def _bases(setup: str) -> int:
    found = re.search(r"^TARGETS\s*=\s*\[(.*)\]", setup, re.MULTILINE)
    return len(found.group(1).split(",")) if found else 0


def _test(root: Path, folder: Path, environment: dict[str, str], said: str, deadline: float) -> Ran:
    """Run what ``init`` says is to be typed next."""
    report, log = folder / "report.xml", folder / "test.log"
    report.unlink(missing_ok=True)
    command = [str(interpreter(root)), "-m", *shlex.split(said), "-q", "--tb=short", f"--junitxml={report}"]
    status = _run(command, root, environment, log, folder / "test.err", deadline)
    if not report.is_file():
        raise CorpusError(f"pytest: {_short(log.read_text() + (folder / 'test.err').read_text())}")
    return Ran(status, _cases(report))


def _cases(report: Path) -> dict[str, tuple[str, str]]:
    """Read a JUnit report: case → outcome and message."""
    found = {}
    for case in ElementTree.parse(report).iter("testcase"):
        bad = [child for child in case if child.tag in ("failure", "error", "skipped")]
        message = "\n".join(f"{child.get('message') or ''}\n{child.text or ''}" for child in bad)
        outcome = bad[0].tag if bad else "passed"
        marked = outcome == "skipped" and bad[0].get("type") == "pytest.xfail"
        found[str(case.get("name"))] = ("marked" if marked else outcome, message)
    return found


def _count(result: Result, generated: dict[str, Any], ran: Ran) -> None:
    outcomes: Counter[str] = Counter()
    for name, (outcome, message) in ran.cases.items():
        test, _, label = name.partition("[")
        key = label.removesuffix("]") or test
        if outcome == "passed":
            outcomes[test] += 1
        elif outcome == "marked":
            if test == ONE:
                result.marks[key] = _reason(message)
        elif outcome != "skipped" or test == ONE:  # a service's test is skipped where it cannot run
            result.failures.setdefault(key, _reason(message))
    result.inserted, result.batches = outcomes[ONE], outcomes[MANY]
    result.green = ran.status == 0
    for one in generated["diagnostics"]:
        if one["code"] == "class-not-importable":
            result.failures.setdefault(one["message"].split(" ")[0], "no importable name")
    migrations = [outcome for name, (outcome, _) in ran.cases.items() if name.startswith("test_schema_is_at")]
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
