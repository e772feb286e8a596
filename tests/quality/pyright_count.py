"""Fails when pyright, strict, finds more errors in generator/tcgen than tests/quality/pyright.txt allows.

    python tests/quality/pyright_count.py           # exit status 0; 1 where there are more; 2 where nothing can be counted
    python tests/quality/pyright_count.py --lower   # writes a smaller number down; it never raises one

It needs the test requirements in the versions of .ci/constraints.txt, Python 3.11 or later (on 3.10 SQLAlchemy is an
older one, with other types) and Node.js on PATH. It downloads nothing, and takes half a minute.
"""

from __future__ import annotations

import collections
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
CEILING = Path(__file__).with_name("pyright.txt")
SECONDS = 300
WIDTH = 200


def errors(config: Path) -> list[str]:
    """Return the place, the rule and the message of each error that pyright finds by its settings in a file."""
    # Without these, pyright would fetch Node.js, or another version of itself.
    settings = {"PYRIGHT_PYTHON_GLOBAL_NODE": "1", "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PYRIGHT_PYTHON_")
    }
    # A group of its own: pyright is a process of Node.js below one of Python, and both have to end with the time.
    with subprocess.Popen(
        [
            sys.executable,
            "-m",
            "pyright",
            "-p",
            config.name,
            "--pythonpath",
            sys.executable,
            "--outputjson",
        ],
        cwd=config.parent,
        env=environment | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as pyright:
        try:
            out, said = pyright.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(pyright.pid, signal.SIGKILL)
            raise SystemExit(f"pyright was not done after {SECONDS} seconds") from None
    try:
        answer = json.loads(out)
    except json.JSONDecodeError:
        raise SystemExit(f"pyright gave no answer:\n{out}{said}") from None
    if not answer["summary"]["filesAnalyzed"]:
        raise SystemExit("pyright found no files")
    found = (each for each in answer["generalDiagnostics"] if each["severity"] == "error")
    return sorted(line(each, config.parent) for each in found)


def line(error: dict[str, Any], root: Path) -> str:
    """Return an error as one line, its rule first, its place relative to a folder."""
    place = Path(error["file"]).relative_to(root)
    message = error["message"].split("\n", 1)[0]
    return f"{error.get('rule', 'syntax')} {place}:{error['range']['start']['line'] + 1} {message[:WIDTH]}"


def main() -> int:
    """Count, compare, and say what there is."""
    if sys.version_info < (3, 11) or not shutil.which("node"):
        print(
            "pyright's errors are counted with Python 3.11 or later, and with node on PATH", file=sys.stderr
        )
        return 2
    found = errors(REPOSITORY / "pyproject.toml")
    ceiling = int(CEILING.read_text(encoding="utf-8"))
    if len(found) > ceiling:
        print(*found, sep="\n")
    for rule, number in collections.Counter(each.split(" ", 1)[0] for each in found).most_common():
        print(f"{number:5} {rule}")
    print(f"{len(found):5} errors; {CEILING.relative_to(REPOSITORY)} allows {ceiling}")
    if len(found) < ceiling and "--lower" in sys.argv[1:]:
        CEILING.write_text(f"{len(found)}\n", encoding="utf-8")
    elif len(found) < ceiling:
        print("Fewer than allowed: write that down with --lower")
    return int(len(found) > ceiling)


if __name__ == "__main__":
    sys.exit(main())
