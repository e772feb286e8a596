"""Rows a second, side by side with the peers: ``python -m tests.benchmarks``."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from tcgen.ir.schema import TITLES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
EXAMPLES = """examples:
  python -m tests.benchmarks                      a table
  python -m tests.benchmarks --json               every round, as JSON
  python -m tests.benchmarks --database sqlite    on another database
  python -m tests.benchmarks --page --database postgresql=embedded --database sqlite --database mariadb=container
                                                  on one after the other, and write docs/benchmarks.md

What follows a database's name is what $TEST_DATABASE says to a generated suite.
"""


def main(arguments: list[str] | None = None) -> int:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description="Rows a second of the generated factories, polyfactory, factory_boy and SQLAlchemy alone.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--database",
        action="append",
        metavar="NAME[=WHERE]",
        help=f"{', '.join(TITLES)}; may be given several times [postgresql]",
    )
    parser.add_argument("--rows", type=int, default=200, metavar="N", help="objects a measurement [200]")
    parser.add_argument("--rounds", type=int, default=7, metavar="N", help="interleaved rounds [7]")
    parser.add_argument("--json", action="store_true", help="print results as JSON")
    parser.add_argument("--page", action="store_true", help=f"write docs/{PAGE.name}")
    options = parser.parse_args(arguments)

    from tests.benchmarks import report
    from tests.benchmarks.measure import measure

    found = []
    for name, _, where in (one.partition("=") for one in options.database or ["postgresql"]):
        if name not in TITLES:
            parser.error(f"--database {name}: there is {', '.join(TITLES)}")
        os.environ.update({"TEST_DATABASE": where} if where else {})
        print(f"generating the factories and starting {TITLES[name]} …", file=sys.stderr)
        found.append(measure(name, options.rows, options.rounds))
    print(json.dumps(found, indent=1) if options.json else "\n".join(map(report.section, found)))
    if options.page:
        PAGE.write_text(report.page(found), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
