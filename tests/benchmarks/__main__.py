"""Rows a second, side by side with the peers: ``python -m tests.benchmarks``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
EXAMPLES = """examples:
  python -m tests.benchmarks                      a table
  python -m tests.benchmarks --json               every round, as JSON
  python -m tests.benchmarks --page               and write docs/benchmarks.md

$TEST_DATABASE chooses the PostgreSQL, as for a generated suite.
"""


def main(arguments: list[str] | None = None) -> int:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description="Rows a second of the generated factories, polyfactory, factory_boy and SQLAlchemy alone.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rows", type=int, default=200, metavar="N", help="objects a measurement [200]")
    parser.add_argument("--rounds", type=int, default=7, metavar="N", help="interleaved rounds [7]")
    parser.add_argument("--json", action="store_true", help="print results as JSON")
    parser.add_argument("--page", action="store_true", help=f"write docs/{PAGE.name}")
    options = parser.parse_args(arguments)

    from tests.benchmarks import report
    from tests.benchmarks.measure import measure

    print("generating the factories and starting PostgreSQL …", file=sys.stderr)
    found = measure(options.rows, options.rounds)
    print(json.dumps(found, indent=1) if options.json else report.table(found))
    if options.page:
        PAGE.write_text(report.page(found), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
