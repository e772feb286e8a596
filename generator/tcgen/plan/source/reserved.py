"""Attributes that cannot stand in a factory's class body under their own name."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from tcgen.ir.plan import FieldPlan
from tcgen.plan.source.code import quoted
from tcgen.plan.source.layout import assignment
from tcgen.plan.source.naming import is_plain_name

# what polyfactory's classes define; it passes over names with a leading underscore
TAKEN = frozenset(
    [
        "add_provider",
        "batch",
        "build",
        "coverage",
        "create_async",
        "create_batch_async",
        "create_batch_sync",
        "create_factory",
        "create_sync",
        "extract_field_build_parameters",
        "get_constrained_field_value",
        "get_factory_fields",
        "get_field_value",
        "get_field_value_coverage",
        "get_model_fields",
        "get_provider_map",
        "get_sqlalchemy_constraints",
        "get_sqlalchemy_types",
        "get_type_from_collection_class",
        "get_type_from_column",
        "is_batch_factory_type",
        "is_factory_type",
        "is_ignored_type",
        "is_supported_type",
        "process_kwargs",
        "process_kwargs_coverage",
        "seed_random",
        "should_column_be_set",
        "should_dataclass_init_field",
        "should_set_field_value",
        "should_set_none_value",
        "should_use_default_value",
        "should_use_example_value",
    ]
)


def arrange(fields: Iterable[FieldPlan]) -> tuple[FieldPlan, ...]:
    """Order fields so that none hides a name another one uses, and mark those that must be set by name."""
    ordered = list(fields)
    used = {field.name: _names_used(field.code) for field in ordered}
    ordered.sort(
        key=lambda field: any(field.name in names for own, names in used.items() if own != field.name)
    )
    marked = []
    for position, field in enumerate(ordered):
        hides = any(field.name in used[later.name] for later in ordered[position + 1 :])
        reserved = _is_taken(field.name) or hides
        marked.append(field.model_copy(update={"reserved": reserved}))
    return tuple(marked)


def reserved_code(fields: Sequence[FieldPlan]) -> str:
    """Return the dictionary of the fields that are set by name; "" where there are none."""
    items = [f"{quoted(field.name)}: {field.code}" for field in fields if field.reserved]
    return assignment("__reserved__", f"{{{', '.join(items)}}}") if items else ""


def _is_taken(name: str) -> bool:
    return not is_plain_name(name) or name.startswith("_") or name in TAKEN


def _names_used(code: str) -> set[str]:
    """Return the names an expression needs when it is evaluated, not when a lambda in it is called."""
    found: set[str] = set()
    waiting: list[ast.AST] = [ast.parse(code.strip(), mode="eval")]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name):
            found.add(node.id)
        if not isinstance(node, ast.Lambda):
            waiting += ast.iter_child_nodes(node)
    return found
