"""The folder in which all are run: one project, tcgen's suite in it, and a folder for each other contender."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from tests.benchmarks.isolation.contenders import CONTENDERS, EMPTY
from tests.benchmarks.isolation.project import write_django_project, write_project
from tests.benchmarks.isolation.server import Server

HERE = Path(__file__).parent
SUITE = Path("project", "tests", "integration")
# what steers pytest, a suite or a contender: a measurement must not depend on who started it
_STEERING = (
    "PYTEST_",
    "PYTHON",
    "TEST_",
    "PMR_",
    "POSTGRES_",
    "DJANGO_",
    "CI",
    "DATABASE_URL",
    "XDG_CACHE_HOME",
)


class Failed(Exception):
    """A run of pytest that did not do what was asked: the reason."""


@dataclass(frozen=True)
class Run:
    """A run of pytest.

    Attributes:
        wall: Its seconds, from start to exit.
        seconds: Those of each test but the last, where they were measured.
        peak: Its largest size in MB, where it was measured.
    """

    wall: float
    seconds: list[float] = field(default_factory=list)
    peak: float = 0


@dataclass(frozen=True)
class Place:
    """Where contenders are run.

    Attributes:
        folder: Holds everything.
        python: The interpreter that has the contenders.
        server: What all are given.
        patience: Seconds after which a run is stopped.
    """

    folder: Path
    python: Path
    server: Server
    patience: float = 180

    def has(self, name: str) -> bool:
        """Whether the generated suite has what a contender is about."""
        if name == "tcgen-kept":
            return (self.folder / SUITE / "kept.py").exists()
        if name in ("tcgen-fresh", "tcgen-async"):
            fixture = CONTENDERS[name].fixture
            return f"def {fixture}(" in (self.folder / SUITE / "conftest.py").read_text()
        return True

    def measure(self, name: str, seconds: float, profile: Path | None = None, loop: str = "") -> Run:
        """Run the tests of a contender for so many seconds, with a stopwatch in pytest.

        Args:
            name: The contender.
            seconds: How long tests are begun.
            profile: Where cProfile's findings are written, if they are wanted.
            loop: The scope of the loops of a contender's coroutines: `session` or `function`.
        """
        report = self.folder / "report.json"
        variables = {"BENCH_REPORT": str(report), "BENCH_SECONDS": str(seconds)}
        variables |= {"BENCH_PROFILE": str(profile)} if profile else {}
        variables |= {"BENCH_LOOP": loop} if loop else {}
        wall = self._pytest(name, "test_rows.py", ["-p", "stopwatch", *_on(loop)], variables)
        return Run(wall, **json.loads(report.read_text()))

    def first(self, name: str, variables: dict[str, str]) -> Run:
        """Run one test."""
        return Run(self._pytest(name, "test_first.py::test_row", [], variables))

    def all(self, name: str, workers: int) -> Run:
        """Run all tests with so many workers, which are none where it is one."""
        options = ["-p", "xdist.plugin", "-n", str(workers)] if workers > 1 else []
        return Run(self._pytest(name, "test_rows.py", options, {}))

    def cool(self) -> None:
        """Take away what earlier runs left: databases, compiled code, caches."""
        self.server.sweep()
        for cache in [*self.folder.rglob("__pycache__"), self.folder / "cache"]:
            shutil.rmtree(cache, ignore_errors=True)

    def _pytest(self, name: str, tests: str, options: list[str], variables: dict[str, str]) -> float:
        contender = CONTENDERS[name]
        folder = self.folder / _folder(name)
        loaded = [word for plugin in contender.plugins for word in ("-p", plugin)]
        command = [str(self.python), "-m", "pytest", "-q", "-p", "no:cacheprovider", *loaded, *options]
        command += [*contender.options, str(folder / _module(name, tests))]
        log = self.folder / "log.txt"
        started = perf_counter()
        try:
            with log.open("w") as out:
                done = subprocess.run(
                    command,
                    cwd=self.folder / "project" if contender.is_generated else folder,
                    env=self._environment(contender.variables | variables),
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    timeout=self.patience,
                    check=False,
                )
        except subprocess.TimeoutExpired:
            raise Failed(f"more than {self.patience:.0f} s") from None
        wall = perf_counter() - started
        if done.returncode:
            raise Failed(_reason(log.read_text()))
        return wall

    def _environment(self, variables: dict[str, str]) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_STEERING)}
        own = {
            # each loads its own plugins and no other's
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTHONPATH": os.pathsep.join(str(self.folder / name) for name in ("project", "plugins")),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "BENCH_PROJECT": str(self.folder / "project"),
        }
        return kept | own | self.server.variables() | variables


def _on(loop: str) -> Iterator[str]:
    settings = [f"asyncio_default_{what}_loop_scope={loop}" for what in ("test", "fixture")]
    for setting in ["asyncio_mode=auto", *settings] if loop else []:
        yield from ("-o", setting)


def _folder(name: str) -> Path:
    return SUITE if CONTENDERS[name].is_generated else Path(name.replace("-", "_"))


def _module(name: str, tests: str) -> str:
    """Return the tests' file: tcgen's contenders share a folder."""
    if not CONTENDERS[name].is_generated:
        return tests
    return tests.replace("test_", f"test_{name.replace('-', '_')}_", 1)


def _reason(log: str) -> str:
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = [line[1:].strip() for line in lines if line.startswith("E  ")]
    return (errors[:1] or lines[-1:] or ["no output"])[0][:200]


@contextmanager
def furnished(
    python: Path, server: Server, names: list[str], tables: int, revisions: int, tests: int
) -> Iterator[Place]:
    """Write a project of so many tables, have tcgen write its suite, and write everybody's folder.

    Args:
        python: The interpreter that has the contenders.
        server: What all are given.
        names: The contenders that are wanted.
        tables: How many the project has.
        revisions: How many make them; none where the models do.
        tests: How many everybody has.
    """
    with TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder:
        root = Path(folder)
        asynchronous = any(CONTENDERS[name].asynchronous for name in names)
        write_project(root / "project", tables, revisions, asynchronous)
        if any(CONTENDERS[name].is_generated for name in names):
            init = [sys.executable, "-m", "tcgen", "init", "--yes", "--no-prove", "--python", str(python)]
            done = subprocess.run(init, cwd=root / "project", capture_output=True, text=True, check=False)
            if done.returncode:
                raise Failed(f"tcgen init: {done.stderr.strip()}")
        if any(CONTENDERS[name].body == "django" for name in names):
            write_django_project(root / "project", tables)
        (root / "plugins").mkdir()
        shutil.copy(HERE / "plugin.py", root / "plugins" / "stopwatch.py")
        for name in [EMPTY, *names]:
            _write_contender(root, name, tests)
        yield Place(root, python, server)


def _write_contender(root: Path, name: str, tests: int) -> None:
    contender = CONTENDERS[name]
    folder = root / _folder(name)
    folder.mkdir(exist_ok=True)
    for file, count in (("test_rows.py", tests), ("test_first.py", 1)):
        (folder / _module(name, file)).write_text(contender.tests(count))
    if folder != root / SUITE:
        (folder / "pytest.ini").write_text("[pytest]\n")
    if contender.recipe:
        shutil.copy(HERE / "recipes" / f"{contender.recipe}.py", folder / "conftest.py")
        shutil.copy(HERE / "recipes" / "shared.py", folder / "shared.py")
