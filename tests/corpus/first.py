"""The figures of each project's first run, when nobody had tuned anything for it: the honest ones.

They stand in ``first.jsonl``, a line a project, and are never written over: not when tcgen has become better, and not
when the list has.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.corpus.trial import Result

FIRST = Path(__file__).with_name("first.jsonl")


def load(path: Path = FIRST) -> dict[str, dict[str, Any]]:
    """Return name → figures."""
    if not path.is_file():
        return {}
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {line["name"]: line for line in lines}


def record(results: Iterable[Result], path: Path = FIRST) -> list[str]:
    """Add the projects that have no figures yet, and return their names."""
    known = load(path)
    new = [one for one in results if one.name not in known]
    with path.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(_figures(one)) + "\n" for one in new)
    return [one.name for one in new]


def _figures(result: Result) -> dict[str, Any]:
    return {
        "name": result.name,
        "package": result.package,
        "source": result.source,
        "settings": result.settings,
        "classes": result.possible,
        "inserted": result.inserted,
        "marked": len(result.marks),
        "green": result.green,
        "tcgen": result.tcgen,
    }
