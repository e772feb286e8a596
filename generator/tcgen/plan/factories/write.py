"""A drafted factory as source: its fields, its imports, the names in it."""

from __future__ import annotations

from tcgen.ir.base import ImportRef
from tcgen.ir.plan import FactoryPlan, FieldPlan, ParentPlan
from tcgen.ir.runtime import BATCH, HELPERS
from tcgen.ir.schema import MapperFact
from tcgen.plan.factories.draft import Draft
from tcgen.plan.source.code import quoted
from tcgen.plan.source.imports import apart, bound_names, model_name, names_in, sorted_imports
from tcgen.plan.source.layout import assignment
from tcgen.plan.source.naming import bare_name
from tcgen.plan.source.reserved import arrange, reserved_code

Names = dict[str, tuple[str, str]]


def write_factory(draft: Draft, names: Names, packages: tuple[str, ...], package: str = "") -> FactoryPlan:
    """Return a draft as source.

    Args:
        draft: What was decided.
        names: Dotted class name → slug and name of its factory, of all classes.
        packages: The project's own top-level packages, for the order of imports.
        package: Of the factories, as seen from that of the suite's first database; "" for that itself.
    """
    mapper = draft.mapper
    slug, name = names[mapper.cls.dotted]
    common = [names[one.cls.dotted] for one in draft.common]
    made = [names[link.owner.cls.dotted] for link in draft.links]
    values = apart(draft.values, {one: "." for _, one in (*made, *common)})
    theirs = {
        bound for code in values.values() for line in code.imports for bound in _bound(line, mapper.cls)
    }
    model_import, model = _model_import(mapper, theirs)
    imports = {model_import}
    base_names = {"ModelFactory"}
    model_code = ""
    if mapper.registry is not None:
        imports.add("from typing import Any")
        base_names.add("mapped_class")
        found = f"mapped_class({mapper.registry.qualname}, {quoted(mapper.cls.dotted)})"
        model_code = f"{model} = {assignment(model, found, indent=0)}"
    imports |= {f"from .{module} import {one}" for module, one in common}
    base_names |= {"Awaited"} if draft.awaited else set()
    fields: list[FieldPlan] = []
    parents: list[ParentPlan] = []
    for link in draft.links:
        parent_slug, parent = names[link.owner.cls.dotted]
        if parent_slug != slug:
            imports.add(f"from .{parent_slug} import {parent}")
        if link.relationship is not None:
            fields.append(FieldPlan(name=link.relationship.key, code=parent, reason="a required parent"))
        else:
            base_names.add("Parent")
            imports |= {"from uuid import UUID"} if link.convert == "UUID" else set()
            parents.append(
                ParentPlan(
                    factory=parent,
                    module=parent_slug,
                    keys=link.pairs,
                    convert=link.convert,
                    circle=link.circle,
                )
            )
    for attribute, code in values.items():
        imports |= code.imports
        base_names |= HELPERS & names_in(code.text)
        fields.append(FieldPlan(name=attribute, code=code.text.strip(), reason=code.reason))
    used = {word for word in ("Use", "PostGenerated") if any(f"{word}(" in one.code for one in fields)}
    if used:
        imports.add(f"from polyfactory import {', '.join(sorted(used, key=str.lower))}")
    # a further database has a base class of its own, and the rest from the first
    helpers = base_names - {"ModelFactory"} if package else set()
    imports |= {f"from ...factories.base import {', '.join(helpers)}"} if helpers else set()
    imports.add(f"from .base import {', '.join(base_names - helpers)}")
    arranged = arrange(fields)
    return FactoryPlan(
        slug=slug,
        name=name,
        model=model,
        label=mapper.cls.dotted,
        table=mapper.table,
        imports=sorted_imports(imports, packages),
        fields=tuple(_laid_out(one) for one in arranged),
        parents=tuple(parents),
        parents_code=_parents_code(parents),
        awaited_code=_awaited_code(draft, names, package),
        common_code=_tuple_code("__common__", [one for _, one in common]),
        reserved_code=reserved_code(arranged),
        model_code=model_code,
        bypass_init=draft.bypass_init,
        labelled=mapper.elsewhere,
        given_last=bool(mapper.indirect and fields),
        most_rows=draft.most_rows if draft.most_rows and draft.most_rows < BATCH else None,
        uses_short_text="short_text" in base_names,
        uses_spelled="spelled" in base_names,
        uses_in_turn="in_turn" in base_names,
        taken=draft.taken,
    )


def _laid_out(field: FieldPlan) -> FieldPlan:
    return field if field.reserved else field.model_copy(update={"code": assignment(field.name, field.code)})


def _parents_code(parents: list[ParentPlan]) -> str:
    calls = []
    for parent in parents:
        keys = ", ".join(f"{quoted(ours)}: {quoted(theirs)}" for ours, theirs in parent.keys.items())
        convert = f", {parent.convert}" if parent.convert else ""
        circle = f", circle={quoted(parent.circle)}" if parent.circle else ""
        calls.append(f"Parent({parent.factory}, {{{keys}}}{convert}{circle})")
    return _tuple_code("__parents__", calls)


def _awaited_code(draft: Draft, names: Names, package: str) -> str:
    if draft.awaited is None:
        return ""
    module, factory = names[draft.awaited.owner.cls.dotted]
    keys, circle = quoted(draft.awaited.pairs), quoted(draft.awaited.circle)
    return assignment(
        "__awaited__", f"Awaited({quoted(f'{package}.{module}')}, {quoted(factory)}, {keys}, {circle})"
    )


def _tuple_code(name: str, items: list[str]) -> str:
    if not items:
        return ""
    return assignment(name, f"({', '.join(items)}{',' if len(items) == 1 else ''})")


def _model_import(mapper: MapperFact, others: set[str]) -> tuple[str, str]:
    """Return how to import a model, or the registry that knows it, and what it is called then.

    It must not be called like something of the factory's own.
    """
    cls, known_by = mapper.cls, mapper.registry
    if known_by is not None:
        top = known_by.qualname.partition(".")[0]
        return f"from {known_by.module} import {top}", bare_name(cls)
    top, dot, rest = cls.qualname.partition(".")
    name = model_name(top, others)
    line = f"from {cls.module} import {top if name == top else f'{top} as {name}'}"
    return line, f"{name}{dot}{rest}"


def _bound(line: str, cls: ImportRef) -> dict[str, str]:
    """Return what a statement binds; nothing where it imports from the model's own module."""
    return {} if line.startswith(f"from {cls.module} import ") else bound_names(line)
