"""Run the sample project's suite many times: ``python -m tests.soak [--runs N] [--jobs N] [--database SOURCE]``."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.soak.left import MARK, counts

from tcgen.sample import write_sample

EXAMPLES = """examples:
  python -m tests.soak                               200 runs on an embedded server each, 4 at once, 2 workers
  python -m tests.soak --database container          the same with containers; tests/engine/up has an engine
  python -m tests.soak --runs 20 --jobs 2 --reuse    with $TEST_REUSE=1

All runs are in one folder of one project. What failed is kept in the log that is named at the end.
"""
PATIENCE = 90
"""Seconds after which Ryuk, which waits for 10, must have removed what it removes."""


def main() -> int:
    """Run the suite so many times; the status is 1 where one failed, or something is left."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        root = Path(folder, "demo")
        write_sample(root)
        init = [sys.executable, "-m", "tcgen", "init", "--yes", "--no-prove", "--python", sys.executable]
        subprocess.run(init, cwd=root, check=True, capture_output=True)
        own = Path(folder, "t")
        own.mkdir()
        options.environment = {MARK: str(own), "TMPDIR": str(own)}
        _run(root, options, 0)  # what is made once: compiled files, a wheel's own cache
        before, started = counts(own), time.monotonic()
        with ThreadPoolExecutor(options.jobs) as pool:
            ended = list(pool.map(lambda number: _run(root, options, number), range(1, options.runs + 1)))
        took = time.monotonic() - started
        left = _left(own, before)
    outcomes = Counter(status for status, _ in ended)
    print(f"runs {options.runs}, {options.jobs} at once, {options.database}: {took:.0f} s")
    print("status " + ", ".join(f"{status}: {number}" for status, number in sorted(outcomes.items())))
    for kind, things in before.items():
        more = sorted(left.get(kind, ()))
        print(
            f"{kind}: {len(things)} before, {len(more)} more after{': ' + ', '.join(more[:5]) if more else ''}"
        )
    failed = [text for status, text in ended if status]
    if failed:
        log = Path(tempfile.gettempdir(), "soak-failures.log")
        log.write_text("\n\n".join(failed))
        print(f"what failed: {log}")
    return int(bool(failed or any(left.values())))


def _run(root: Path, options: argparse.Namespace, number: int) -> tuple[int, str]:
    command = [sys.executable, "-m", "pytest", "tests/integration", "-q", "-p", "no:cacheprovider"]
    command += ["-n", str(options.workers)] if options.workers else []
    environment = {**os.environ, **options.environment, "TEST_DATABASE": options.database, "CI": "1"}
    if options.reuse:
        environment["TEST_REUSE"] = "1"
    done = subprocess.run(
        command,
        cwd=root,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        print(f"run {number}: status {done.returncode}: {done.stdout.strip().splitlines()[-1:]}", flush=True)
    elif number and number % 20 == 0:
        print(f"run {number} of {options.runs} …", file=sys.stderr, flush=True)
    return done.returncode, done.stdout


def _left(own: Path, before: dict[str, set[str]]) -> dict[str, set[str]]:
    """Return what there is more than before, once it grows no less."""
    last = time.monotonic() + PATIENCE
    while True:
        more = {kind: things - before.get(kind, set()) for kind, things in counts(own).items()}
        if not any(more.values()) or time.monotonic() > last:
            return more
        time.sleep(1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.soak",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--runs", type=int, default=200, help="how many times (200)")
    parser.add_argument("--jobs", type=int, default=4, help="how many at once (4)")
    parser.add_argument("--workers", type=int, default=2, help="pytest-xdist's, of each run; 0 for none (2)")
    parser.add_argument(
        "--database", default="embedded", help="$TEST_DATABASE: embedded, container, a URL (embedded)"
    )
    parser.add_argument("--reuse", action="store_true", help="with $TEST_REUSE=1")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
