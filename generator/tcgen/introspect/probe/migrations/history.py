"""Reads the migration scripts: heads, and what they make beside tables."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from alembic.script import ScriptDirectory

from .. import dialect
from ..common import NOT_PYTHON, Live, Notes, words_of
from .location import Location, make_config

SCHEMAS = re.compile(r"\bCREATE\s+SCHEMA\s+(?:IF\s+NOT\s+EXISTS\s+)?\"?(\w+)", re.I)
EXTENSIONS = re.compile(r"\bCREATE\s+EXTENSION\s+(?:IF\s+NOT\s+EXISTS\s+)?[\\\"']*([\w-]+)", re.I)
INSERTS = re.compile(r"\bbulk_insert\(|\.insert\(\)|\binsert\(|\bINSERT\s+INTO\b", re.I)


class History:
    """Heads, and the scripts in the order they run.

    Attributes:
        independent: The heads belong to branches that share no script, so that ``upgrade heads`` is meant.
        loaded: By Alembic; else they are known by their text alone.
    """

    def __init__(
        self, heads: list[str], paths: list[Path], independent: bool = False, loaded: bool = True
    ) -> None:
        self.heads = heads
        self.paths = paths
        self.independent = independent
        self.loaded = loaded


def read(location: Location, notes: Notes) -> History:
    """The scripts from base to head; by their text alone where they cannot be imported."""
    try:
        script = ScriptDirectory.from_config(make_config(location, f"{dialect.name()}://", notes))
        revisions = list(script.walk_revisions("base", "heads"))
        heads = sorted(script.get_heads())
        paths = [Path(r.path) for r in reversed(revisions)]
        return History(heads, paths, len(heads) > 1 and _are_independent(script, heads))
    except BaseException as error:
        notes.add(
            "warning",
            "revisions-not-loaded",
            f"Alembic cannot load the scripts in {location.script.name}: {type(error).__name__}: {words_of(error)}",
            "Run `alembic history` in the project to see why.",
        )
    return _by_text(location.script / "versions")


def _are_independent(script: Live, heads: list[str]) -> bool:
    labels = [set(script.get_revision(head).branch_labels) for head in heads]
    if all(labels) and sum(map(len, labels)) == len(set().union(*labels)):
        return True  # branches that were given names are meant to stay apart
    lineages = [{r.revision for r in script.iterate_revisions(head, "base")} for head in heads]
    return sum(map(len, lineages)) == len(set().union(*lineages))


def _by_text(folder: Path) -> History:
    found: dict[str, tuple[Path, list[str]]] = {}
    for path in sorted(folder.glob("*.py")):
        values = _constants(parse(path))
        if isinstance(values.get("revision"), str):
            down = values.get("down_revision")
            found[values["revision"]] = (
                path,
                list(down) if isinstance(down, (list, tuple)) else [down or ""],
            )
    parents = {p for _, downs in found.values() for p in downs}
    ordered: list[str] = []
    todo = sorted(found)
    while todo:
        ready = [r for r in todo if all(p in ordered or p not in found for p in found[r][1])] or todo[:1]
        ordered += ready
        todo = [r for r in todo if r not in ready]
    return History(sorted(set(found) - parents), [found[r][0] for r in ordered], loaded=False)


def parse(path: Path) -> ast.Module:
    """The syntax tree of a script; an empty one where it cannot be parsed."""
    with suppress(OSError, *NOT_PYTHON):
        return ast.parse(path.read_text("utf-8"))
    return ast.Module(body=[], type_ignores=[])


def _constants(tree: ast.Module) -> dict[str, Live]:
    values: dict[str, Live] = {}
    for node in tree.body:
        target: Live = None
        if isinstance(node, ast.Assign):
            target = node.targets[0]
        elif isinstance(node, ast.AnnAssign):
            target = node.target
        if isinstance(target, ast.Name) and getattr(node, "value", None) is not None:
            with suppress(TypeError, *NOT_PYTHON):
                values[target.id] = ast.literal_eval(node.value)  # type: ignore[attr-defined]
    return values


def loads_alone(history: History) -> bool:
    """Whether loading the scripts, which comes before running them, asks nothing of the database."""
    return not any(_uses_op(node) for path in history.paths for node in parse(path).body)


def _uses_op(node: ast.AST) -> bool:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return False
    return any(
        isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Name) and inner.value.id == "op"
        for inner in ast.walk(node)
    )


def extensions_created(history: History) -> list[str]:
    """Extensions the scripts create themselves."""
    return sorted({name for text in _sources(history) for name in EXTENSIONS.findall(text)})


def schemas_created(history: History) -> list[str]:
    """Schemas the scripts create themselves."""
    return sorted(
        {
            name
            for text in _sources(history)
            for name in (*SCHEMAS.findall(text), *re.findall(r"CreateSchema\(\s*[\"'](\w+)", text))
        }
    )


def argument_of(folder: Path) -> str:
    """The name of what each script's ``upgrade`` is told, as those of a web framework's binds are which one it is."""
    found = {
        tuple(argument.arg for argument in node.args.args)
        for path in folder.glob("versions/*.py")
        for node in parse(path).body
        if isinstance(node, ast.FunctionDef) and node.name == "upgrade"
    }
    names = found.pop() if len(found) == 1 else ()
    return names[0] if len(names) == 1 else ""


def inserts_rows(history: History) -> bool:
    """Whether some script inserts rows."""
    return any(INSERTS.search(text) for text in _sources(history))


def _sources(history: History) -> Iterator[str]:
    for path in history.paths:
        with suppress(OSError, UnicodeDecodeError):
            yield path.read_text("utf-8")
