"""Run tcgen on hostile projects: ``python -m tests.hostile [NAME…] [-j N]``."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed

from tests.hostile.broken import BROKEN
from tests.hostile.case import Case
from tests.hostile.interrupted import INTERRUPTED
from tests.hostile.named import NAMED
from tests.hostile.run import new_cache, problems
from tests.hostile.trust import TRUST

GROUPS = {"broken": BROKEN, "interrupted": INTERRUPTED, "names": NAMED, "trust": TRUST}
EXAMPLES = """examples:
  python -m tests.hostile                  all of them
  python -m tests.hostile names trust      two groups: broken, interrupted, names, trust
  python -m tests.hostile pyproject -j 2   those whose name begins so
  python -m tests.hostile --list

Each project is made in a folder of its own and is gone afterwards. Those that mount a full or a read-only disk need
root, and are left out, and counted, without it.
"""


def main() -> int:
    """Try what is asked for; the status is 1 unless all is clean."""
    options = _options()
    cases = [one for group, every in GROUPS.items() for one in every if _is_asked(group, one, options.names)]
    if options.list:
        print("\n".join(one.name for one in cases))
        return 0
    left_out = [one for one in cases if one.needs_root and os.geteuid() != 0]
    cases = [one for one in cases if one not in left_out]
    cache, clean = new_cache(), 0
    try:
        with ThreadPoolExecutor(options.jobs) as pool:
            tried = {pool.submit(problems, one, cache): one for one in cases}
            for future in as_completed(tried):
                found = future.result()
                clean += not found
                for problem in found:
                    print(f"{tried[future].name}: {problem}", flush=True)
    finally:
        shutil.rmtree(cache, ignore_errors=True)
    rest = f", left out {len(left_out)} that need root" if left_out else ""
    print(f"tried {len(cases)}, clean {clean}{rest}")
    return int(not cases or clean < len(cases))


def _is_asked(group: str, case: Case, names: list[str]) -> bool:
    return not names or group in names or any(case.name.startswith(one) for one in names if one not in GROUPS)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.hostile",
        description="Run tcgen on broken and hostile projects, and tell what does not hold.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="groups, or what names of projects begin with"
    )
    parser.add_argument("-j", "--jobs", type=int, default=2, metavar="N", help="projects at a time [2]")
    parser.add_argument("--list", action="store_true", help="name the projects, run nothing")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
