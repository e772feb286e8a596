"""Seconds and memory of tcgen itself, and how they grow with the models: ``python -m tests.benchmarks.own_time``."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from tests.benchmarks.updates import BARE, write_project

PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks-own-time.md"
SIZES = (8, 300, 3000)
ROUNDS = 3
LARGE = 1000
SHORT_ROUNDS = 15
EXAMPLES = """examples:
  python -m tests.benchmarks.own_time                      a table
  python -m tests.benchmarks.own_time --sizes 8 300        without the long one
  python -m tests.benchmarks.own_time --page               and write docs/benchmarks-own-time.md

$TEST_DATABASE says where the proof of `tcgen init` has its database, as it does to a generated suite [embedded].
"""
# whoever imports the models leaves a mark
COUNTING = 'import os\n\nopen(os.environ["OWN_TIME_IMPORTS"], "a").write(".")\n'
IMPORT, WRITE, INIT = "import the models", "init --no-prove", "init"
NOTHING, HELP = "python -c pass", "tcgen --help"


@dataclass(frozen=True)
class Run:
    """What a command took.

    Attributes:
        seconds: By the clock.
        cpu: Seconds of processor, of all its processes that it waited for.
        megabytes: The most that any one of these held.
        imports: How often the models were imported.
    """

    seconds: float
    cpu: float
    megabytes: float
    imports: int = 0


Rounds = dict[str, list[Run]]


def run(command: list[str], root: Path) -> Run:
    """Run a command to its end.

    Raises:
        SystemExit: It failed.
    """
    marks = root / "imports"
    marks.write_bytes(b"")
    variables = {"TEST_DATABASE": "embedded", **os.environ, "OWN_TIME_IMPORTS": str(marks)}
    with tempfile.TemporaryFile() as output:
        started = time.perf_counter()
        child = subprocess.Popen(command, cwd=root, env=variables, stdout=output, stderr=output)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        if child.returncode:
            raise SystemExit(output.read().decode(errors="replace"))
    kilobytes = usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return Run(seconds, usage.ru_utime + usage.ru_stime, kilobytes / 1024, len(marks.read_bytes()))


def measure(count: int, rounds: int) -> Rounds:
    """Take turns at a project of so many models: importing them, writing its suite, and running that too."""
    found: Rounds = {IMPORT: [], WRITE: [], INIT: []}
    init = [sys.executable, "-m", "tcgen", "init", "--yes", "--python", sys.executable]
    with tempfile.TemporaryDirectory(prefix="own-time-") as folder:
        untouched = Path(folder, "untouched")
        write_project(untouched, count)
        base = untouched / "shop" / "base.py"
        base.write_text(COUNTING + base.read_text())
        # the first import writes bytecode
        run([sys.executable, "-c", BARE], untouched)
        for _ in range(rounds):
            found[IMPORT].append(run([sys.executable, "-c", BARE], untouched))
            for name, command in {WRITE: [*init, "--no-prove"], INIT: init}.items():
                root = Path(folder, "project")
                shutil.copytree(untouched, root)
                found[name].append(run(command, root))
                shutil.rmtree(root)
    return found


def measure_start(rounds: int) -> Rounds:
    """Take turns at starting Python, and at asking tcgen for its help."""
    commands = {
        NOTHING: [sys.executable, "-c", "pass"],
        HELP: [sys.executable, "-m", "tcgen", "--help"],
    }
    found: Rounds = {name: [] for name in commands}
    with tempfile.TemporaryDirectory(prefix="own-time-") as folder:
        for _ in range(rounds):
            for name, command in commands.items():
                found[name].append(run(command, Path(folder)))
    return found


def middle(runs: list[Run], field: str = "seconds") -> float:
    """Return the median of what the runs took."""
    return float(median(getattr(one, field) for one in runs))


def spread(runs: list[Run]) -> str:
    """Return the median of the seconds, and the least and the most."""
    every = [one.seconds for one in runs]
    return f"{median(every):.2f} ({min(every):.2f}–{max(every):.2f})"


def table(found: dict[int, Rounds]) -> str:
    """Return a Markdown table, a column a size."""
    lines = [["", *(f"{count:,} models" for count in found)], ["---", *("---:" for _ in found)]]
    lines.append(["rounds", *(str(len(one[INIT])) for one in found.values())])
    for name in (IMPORT, WRITE, INIT):
        lines.append([f"{name}, s", *(spread(one[name]) for one in found.values())])
    for name in (WRITE, INIT):
        lines.append([f"{name}, s of CPU", *(f"{middle(one[name], 'cpu'):.2f}" for one in found.values())])
    for name in (WRITE, INIT):
        lines.append([f"{name} : import", *(f"{_ratio(one, name):.1f}" for one in found.values())])
    for name in (WRITE, INIT):
        beyond = (1000 * _beyond(one, name) / count for count, one in found.items())
        lines.append([f"{name}, ms a model beyond one import", *(f"{one:.1f}" for one in beyond)])
    for name in (WRITE, INIT):
        lines.append(
            [
                f"imports of the models, {name}",
                *(f"{middle(one[name], 'imports'):.0f}" for one in found.values()),
            ]
        )
    for name in (IMPORT, INIT):
        lines.append(
            [
                f"largest process, {name}, MB",
                *(f"{middle(one[name], 'megabytes'):.0f}" for one in found.values()),
            ]
        )
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _ratio(rounds: Rounds, name: str) -> float:
    return middle(rounds[name]) / middle(rounds[IMPORT])


def _beyond(rounds: Rounds, name: str) -> float:
    return middle(rounds[name]) - middle(rounds[IMPORT])


def _load() -> str:
    """Say whether the machine had other work; what it had to wait for is in the seconds, and not in those of CPU."""
    return f"The machine's load averaged {os.getloadavg()[2]:.1f} in the last quarter of an hour."


def start_table(found: Rounds) -> str:
    """Return a Markdown table of what starting takes."""
    ratio = middle(found[HELP]) / middle(found[NOTHING])
    lines = [["", "s", "MB"], ["---", "---:", "---:"]]
    lines += [[f"`{name}`", spread(runs), f"{middle(runs, 'megabytes'):.0f}"] for name, runs in found.items()]
    lines.append(["help : nothing", f"{ratio:.1f}", ""])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def page(found: dict[int, Rounds], start: Rounds) -> str:
    """Return ``docs/benchmarks-own-time.md``."""
    return f"""\
# tcgen's own time

Written by `python -m tests.benchmarks.own_time --page`: {os.cpu_count()} CPUs, Python {platform.python_version()}, a
process a command, in turns, {len(start[HELP])} rounds of `--help`: the median, and in brackets the least and the most.
{_load()}

A project of so many models, 30 a module and seven columns each, every one with a required key to another but the first:
the way to the root has up to seven. `{IMPORT}` is a process that does this, configures the mappers, and ends.
`{WRITE}` reads the project and writes its suite; `{INIT}` runs it too, on a real database: the suite is collected, each
factory inserts one row, and 25. The processor's seconds are those of tcgen and the processes that it waits for, not
those of the database's server.

{table(found)}

The models are imported once to be described, with whatever is around them, and once by the run of pytest that proves
the suite: its fixtures set the database's variables before the models are there, so a process that has imported them
without is of no use. Further imports are those of the application's tests, of an env.py that is asked which variables
its URL is made of, and of runs with other values, where rows are refused.

{start_table(start)}
"""


def main(arguments: list[str] | None = None) -> int:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.own_time",
        description="Seconds, memory and imports of `tcgen init`, beside importing the models alone.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=SIZES, metavar="N", help="models [8 300 3000]"
    )
    parser.add_argument(
        "--rounds",
        type=int,
        default=ROUNDS,
        metavar="N",
        help=f"of init; one of {LARGE:,} models and more [{ROUNDS}]",
    )
    parser.add_argument("--json", action="store_true", help="print every round, as JSON")
    parser.add_argument("--page", action="store_true", help=f"write docs/{PAGE.name}")
    options = parser.parse_args(arguments)
    start = measure_start(SHORT_ROUNDS)
    found: dict[int, Rounds] = {}
    for count in options.sizes:
        print(f"{count} models …", file=sys.stderr)
        found[count] = measure(count, options.rounds if count < LARGE else 1)
    if options.json:
        every = {"start": start, **{str(count): one for count, one in found.items()}}
        print(json.dumps(every, indent=1, default=asdict))
    else:
        print(f"{table(found)}\n\n{start_table(start)}")
    if options.page:
        PAGE.write_text(page(found, start), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
