"""Run tcgen on published projects: ``python -m tests.corpus [NAME…] --jobs N --json``."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.corpus import first, report
from tests.corpus.projects import LIST, LOCKS, Project, load
from tests.corpus.server import is_installed, server
from tests.corpus.trial import Result, Setting, run, stop

PAGE = Path(__file__).resolve().parents[2] / "docs" / "corpus.md"
EXAMPLES = """examples:
  python -m tests.corpus                       all projects that have no result yet
  python -m tests.corpus galaxy mwdb --again   two of them, once more
  python -m tests.corpus --jobs 2 --page       and write docs/corpus.md
  python -m tests.corpus anitya --first        and keep its figures, where it was never run
  python -m tests.corpus --report --json       what is known already
  python -m tests.corpus --list mine.jsonl     other projects, such as {"name": "shop", "mapped_classes": 4,
                                               "source": "github:them/shop@0123456789abcdef"}

Environments, projects and results are kept in --cache; a run that was stopped goes on where it was. What is installed
is copied for each run, so that no run finds what another left.
"""


def main() -> int:
    """Run what is asked for; the status is 1 when a class is lost or a suite is not green."""
    options = _options()
    projects = _chosen(options)
    results = options.cache / "results"
    results.mkdir(parents=True, exist_ok=True)
    todo = [one for one in projects if options.again or not (results / f"{one.name}.json").is_file()]
    if not options.report:
        _run_all(todo, options, results)
    found = _read(results, projects)
    if options.first:
        added = first.record(found)
        print(f"first figures of {', '.join(added) or 'none'}", file=sys.stderr)
    known = first.load()
    if options.json:
        print(json.dumps([one.as_json() for one in found], indent=1))
    else:
        print(report.table(found, known) + "\n" + report.failures(found) + report.marks(found))
    if options.page:
        PAGE.write_text(report.page(found, known), encoding="utf-8")
    return int(any(one.lost or not one.green for one in found) or len(found) < len(projects))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.corpus",
        description="Run tcgen init and the suite it writes on published projects, as a newcomer would.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    home = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="projects; all of the list when none is named"
    )
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="projects at a time [1]")
    parser.add_argument("--json", action="store_true", help="print results as JSON")
    parser.add_argument("--again", action="store_true", help="run those with a result, too")
    parser.add_argument("--report", action="store_true", help="run nothing, show what is known")
    parser.add_argument("--first", action="store_true", help="keep the figures of those that have none yet")
    parser.add_argument("--page", action="store_true", help="write docs/corpus.md")
    parser.add_argument(
        "--list",
        type=Path,
        action="append",
        metavar="FILE",
        help=f"a list of projects, may be given several times [{LIST.name}]",
    )
    parser.add_argument("--locks", type=Path, default=LOCKS, metavar="DIR", help="their pinned requirements")
    parser.add_argument(
        "--sources", type=Path, metavar="DIR", help="sdists and checkouts that are there already"
    )
    parser.add_argument(
        "--limit",
        type=float,
        default=900,
        metavar="SECONDS",
        help="for init and suite of a project [%(default)s]",
    )
    parser.add_argument("--cache", type=Path, default=home / "tcgen-corpus", metavar="DIR")
    parser.add_argument(
        "--server",
        default="system" if is_installed() else "container",
        metavar="KIND",
        help="system, or what $TEST_DATABASE takes: container, embedded, a URL [%(default)s]",
    )
    return parser.parse_args()


def _chosen(options: argparse.Namespace) -> list[Project]:
    projects = [one for path in options.list or [LIST] for one in load(path)]
    unknown = sorted(set(options.names) - {one.name for one in projects})
    if unknown:
        known = ", ".join(one.name for one in projects)
        print(f"error: no project {', '.join(unknown)}; there are {known}", file=sys.stderr)
        raise SystemExit(2)
    return [one for one in projects if not options.names or one.name in options.names]


def _run_all(projects: list[Project], options: argparse.Namespace, results: Path) -> None:
    if not projects:
        return
    with server(options.server) as database, ThreadPoolExecutor(options.jobs) as pool:
        setting = Setting(options.cache, options.locks, options.sources, database, options.limit)
        stopped = threading.Event()
        jobs = [pool.submit(_run_one, one, setting, results, stopped) for one in projects]
        try:
            for job in jobs:
                job.result()
        except BaseException:
            stopped.set()
            pool.shutdown(wait=False, cancel_futures=True)
            stop()
            raise


def _run_one(project: Project, setting: Setting, results: Path, stopped: threading.Event) -> None:
    result = run(project, setting)
    if stopped.is_set():
        return
    # whole or not at all: its presence says that the project is done
    whole = results / f"{project.name}.part"
    whole.write_text(json.dumps(result.as_json(), indent=1), encoding="utf-8")
    whole.replace(results / f"{project.name}.json")
    told = f"{result.inserted} of {result.possible} inserted, {len(result.marks)} marked, {result.lost} lost"
    print(f"{project.name}: {told}, {'green' if result.green else 'not green'}", file=sys.stderr, flush=True)


def _read(results: Path, projects: list[Project]) -> list[Result]:
    paths = [results / f"{one.name}.json" for one in projects]
    return [Result(**json.loads(path.read_text(encoding="utf-8"))) for path in paths if path.is_file()]


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("stopped: what is done is kept, the next call goes on")
