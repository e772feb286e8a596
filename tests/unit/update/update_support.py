"""Projects with a suite, made from a recorded plan: no models are imported, so that a test takes a second."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tcgen.record.answers import read_record
from tcgen.render.engine import render_text
from tcgen.update.run import Update, prepare, write

PLAN = (Path(__file__).parents[2] / "golden" / "cases" / "bookshop" / "plan.txt").read_text()
FACTORIES = "tests/integration/factories"
Row = dict[str, Any]


def rows(plan: str = PLAN) -> list[Row]:
    return [json.loads(line) for line in plan.splitlines()]


def text(plan: list[Row]) -> str:
    return "".join(json.dumps(row, sort_keys=True) + "\n" for row in plan)


def row_of(plan: list[Row], slug: str) -> Row:
    return next(row for row in plan if row.get("slug") == slug)


def without(plan: list[Row], slug: str) -> list[Row]:
    return [row for row in plan if row.get("slug") != slug]


def small() -> list[Row]:
    """The suite with three of its models."""
    kept = ("author", "category", "customer")
    return [row for row in rows() if "slug" not in row or row["slug"] in kept]


def field(name: str, code: str) -> Row:
    return {"name": name, "code": code, "reason": "", "reserved": False}


def renamed(row: Row, model: str, slug: str, table: str | None = None) -> Row:
    """The same factory for a model of another name."""
    imports = [line.replace(f"import {row['model']}", f"import {model}") for line in row["imports"]]
    label = f"{row['label'].rpartition('.')[0]}.{model}"
    changed = {"slug": slug, "model": model, "name": f"{model}Factory", "label": label, "imports": imports}
    return row | changed | {"table": table or row["table"]}


def start(root: Path, plan: list[Row]) -> Path:
    """Write a suite as init does."""
    root.mkdir(parents=True, exist_ok=True)
    for path, content in render_text(text(plan)).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return root


def prepared(root: Path, plan: list[Row], template: str | None = None) -> Update:
    return prepare(root, text(plan), read_record(root), template)


def updated(root: Path, plan: list[Row], template: str | None = None) -> Update:
    """Update a suite as the command does."""
    found = prepared(root, plan, template)
    write(found)
    return found


def kinds(update: Update) -> dict[str, str]:
    """What happens to files besides the record and the README, whose example may be of a model that changed.

    Those left alone are not listed.
    """
    return {
        one.path: one.kind
        for one in update.changes
        if one.kind != "unchanged"
        and not one.path.startswith(".tcgen/")
        and not one.path.endswith("/README.md")
    }


def tree(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".git" not in path.parts
    }
