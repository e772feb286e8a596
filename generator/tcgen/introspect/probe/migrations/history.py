"""Reads the migration scripts: heads, and whether they start from nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from alembic.script import ScriptDirectory

from ..common import Live, Notes
from .location import Location, make_config

NAME = r'["`\[]?(?:\w+["`\]]?\.)?["`\[]?(\w+)'
CREATED = re.compile(rf"\bCREATE\s+(?:UNLOGGED\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?{NAME}", re.I)
ALTERED = re.compile(rf"\bALTER\s+TABLE\s+(?:ONLY\s+)?{NAME}", re.I)
SCHEMAS = re.compile(r"\bCREATE\s+SCHEMA\s+(?:IF\s+NOT\s+EXISTS\s+)?\"?(\w+)", re.I)
EXTENSIONS = re.compile(r"\bCREATE\s+EXTENSION\s+(?:IF\s+NOT\s+EXISTS\s+)?[\\\"']*([\w-]+)", re.I)
INSERTS = re.compile(r"\bbulk_insert\(|\.insert\(\)|\binsert\(|\bINSERT\s+INTO\b", re.I)
FIRST = frozenset(["add_column", "alter_column", "drop_column", "batch_alter_table", "create_table_comment"])
SECOND = frozenset(
    [
        "create_index",
        "create_unique_constraint",
        "create_check_constraint",
        "create_primary_key",
        "drop_constraint",
    ]
)
GUARDS = re.compile(
    r"has_table|get_table_names|table_exists|_exists\(|checkfirst|inspect\(|IF EXISTS|dialect"
)


class Effect(NamedTuple):
    """What a script does: ``made`` or ``needed`` a table, ``untold`` which one, or made ``all``."""

    kind: str
    table: str


class History:
    """Heads and effects of the scripts in the order they run.

    Attributes:
        independent: The heads belong to branches that share no script, so that ``upgrade heads`` is meant.
    """

    def __init__(self, heads: list[str], paths: list[Path], independent: bool = False) -> None:
        self.heads = heads
        self.paths = paths
        self.independent = independent


def read(location: Location, notes: Notes) -> History:
    """The scripts from base to head; by their text alone where they cannot be imported."""
    try:
        script = ScriptDirectory.from_config(make_config(location, "postgresql://", notes))
        revisions = list(script.walk_revisions("base", "heads"))
        heads = sorted(script.get_heads())
        paths = [Path(r.path) for r in reversed(revisions)]
        return History(heads, paths, len(heads) > 1 and _are_independent(script, heads))
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        notes.add(
            "warning",
            "revisions-not-loaded",
            f"Alembic cannot load the scripts in {location.script.name}: {type(error).__name__}: {error}",
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
    return History(sorted(set(found) - parents), [found[r][0] for r in ordered])


def parse(path: Path) -> ast.Module:
    """The syntax tree of a script; an empty one where it cannot be parsed."""
    with suppress(OSError, SyntaxError, ValueError, UnicodeDecodeError):
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
            with suppress(ValueError, TypeError, SyntaxError):
                values[target.id] = ast.literal_eval(node.value)  # type: ignore[attr-defined]
    return values


def starts_on_existing(history: History, tables: set[str]) -> str | None:
    """The first table of the metadata that a script needs and none before it makes; None when all are made.

    A script that asks whether a table is there before it touches it needs nothing. A table that no script
    ever makes counts too, unless some script makes tables whose names its text does not tell.
    """
    made: set[str] = set()
    untold = False
    for path in history.paths:
        for effect in _effects(path):
            if effect.kind == "all":
                return None
            untold = untold or effect.kind == "untold"
            if effect.kind == "made":
                made.add(effect.table)
            elif effect.kind == "needed" and effect.table in tables and effect.table not in made:
                return effect.table
    never = sorted(tables - made)
    return never[0] if made and never and not untold else None


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


def inserts_rows(history: History) -> bool:
    """Whether some script inserts rows."""
    return any(INSERTS.search(text) for text in _sources(history))


def _sources(history: History) -> Iterator[str]:
    for path in history.paths:
        with suppress(OSError, UnicodeDecodeError):
            yield path.read_text("utf-8")


def _effects(path: Path) -> Iterator[Effect]:
    tree = parse(path)
    constants = _constants(tree)
    functions = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}
    if "upgrade" in functions:
        guarded = GUARDS.search(ast.unparse(functions["upgrade"])) if hasattr(ast, "unparse") else None
        for effect in _walk(functions["upgrade"], functions, constants, {"upgrade"}):
            if effect.kind == "untold":
                # Made under a name that is worked out: any text of the script may be that name.
                yield from (Effect("made", text) for text in _texts(tree) if text.isidentifier())
            if effect.kind != "needed" or not guarded:
                yield effect


def _texts(tree: ast.Module) -> list[str]:
    return sorted(
        {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    )


def _walk(
    node: ast.AST, functions: dict[str, ast.FunctionDef], constants: dict[str, Live], seen: set[str]
) -> Iterator[Effect]:
    if isinstance(node, ast.Call):
        name = called(node)
        yield from _call_effects(node, name, constants)
        if isinstance(node.func, ast.Name) and name in functions and name not in seen:
            seen.add(name)
            yield from _walk(functions[name], functions, constants, seen)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield from (Effect("made", t) for t in CREATED.findall(node.value))
        yield from (Effect("needed", t) for t in ALTERED.findall(node.value))
    for child in ast.iter_child_nodes(node):
        yield from _walk(child, functions, constants, seen)


def called(node: ast.Call) -> str:
    """The last part of the name that a call is made by; "" where it has none."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _is_op(node: ast.Call) -> bool:
    return (
        isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "op"
    )


def _call_effects(node: ast.Call, name: str, constants: dict[str, Live]) -> Iterator[Effect]:
    if name == "create_all":
        yield Effect("all", "")
    elif name == "create" and isinstance(node.func, ast.Attribute):
        # ``sa.Table("x", …).create(bind)``; a variable that holds one is not followed.
        inner = node.func.value
        if isinstance(inner, ast.Call) and called(inner) == "Table":
            yield from _named("made", inner, 0, "name", constants)
        elif "table" in ast.dump(inner).lower():
            yield Effect("untold", "")
    elif name == "Table" and not _is_op(node):
        return
    if not _is_op(node):
        return
    if name == "create_table":
        yield from _named("made", node, 0, "table_name", constants)
    elif name == "rename_table":
        yield from _named("needed", node, 0, "old_table_name", constants)
        yield from _named("made", node, 1, "new_table_name", constants)
    elif name in FIRST:
        yield from _named("needed", node, 0, "table_name", constants)
    elif name in SECOND:
        yield from _named("needed", node, 1, "table_name", constants)
    elif name == "create_foreign_key":
        yield from _named("needed", node, 1, "source_table", constants)
        yield from _named("needed", node, 2, "referent_table", constants)


def _named(
    kind: str, node: ast.Call, position: int, keyword: str, constants: dict[str, Live]
) -> Iterator[Effect]:
    values = [k.value for k in node.keywords if k.arg == keyword]
    if not values and len(node.args) > position:
        values = [node.args[position]]
    for value in values:
        literal: Live = None
        if isinstance(value, ast.Constant):
            literal = value.value
        elif isinstance(value, ast.Name):
            literal = constants.get(value.id)
        if isinstance(literal, str):
            yield Effect(kind, literal)
        elif kind == "made":
            yield Effect("untold", "")
