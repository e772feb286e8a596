"""Measures tcgen beside its peers: ``python -m tests.benchmarks``."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from pathlib import Path

from tests.benchmarks.parts import PARTS, CannotMeasure, load

DOCS = Path(__file__).resolve().parents[2] / "docs"
EXAMPLES = """examples:
  python -m tests.benchmarks isolation                    tables of one part
  python -m tests.benchmarks isolation --page             and docs/benchmarks.md with its plot
  python -m tests.benchmarks isolation --quick            a minute or two: do all contenders run here?
  python -m tests.benchmarks isolation --quick --contender classic --contender tcgen
  python -m tests.benchmarks objects --json               every round, as JSON
  python -m tests.benchmarks objects --page --database postgresql=embedded --database sqlite --database mariadb=container
                                                          on one after the other, and docs/benchmarks-objects.md
  python -m tests.benchmarks updates --page               docs/benchmarks-updates.md
"""


def main(arguments: list[str] | None = None) -> int:
    """Measure, and print what was found."""
    parts = "\n".join(f"  {name:<22}{about}" for name, about in PARTS.items())
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description=f"Measures tcgen beside its peers.\n\nparts, all of them by default:\n{parts}",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", nargs="*", metavar="NAME", help="a part")
    parser.add_argument(
        "--quick", action="store_true", help="small sizes once: whether it runs, not how fast"
    )
    parser.add_argument("--json", action="store_true", help="print all that was measured, as JSON")
    parser.add_argument("--page", action="store_true", help="write each part's page into docs/")
    loaded = {name: load(name) for name in PARTS}
    for name, part in loaded.items():
        part.add_options(parser.add_argument_group(f"options of {name}"))
    options = parser.parse_args(arguments)
    # whoever is stopped stops the servers that were started
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    for name in options.parts:
        if name not in PARTS:
            parser.error(f"{name}: there is {', '.join(PARTS)}")

    for name in options.parts or PARTS:
        try:
            found = loaded[name].measure(options)
        except CannotMeasure as error:
            parser.error(str(error))
        print(json.dumps(found, indent=1) if options.json else loaded[name].text(found))
        for file, text in loaded[name].pages(found).items() if options.page else ():
            (DOCS / file).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
