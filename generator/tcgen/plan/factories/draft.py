"""A ``FactoryPlan`` for every mapped class."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from tcgen.ir.diagnostics import Diagnostic
from tcgen.ir.plan import FactoryPlan, FieldPlan, ParentPlan, TakenPlan
from tcgen.ir.schema import ConstructorFact, ImportRef, MapperFact, Schema
from tcgen.plan.constraints.attribute import Attribute, Tables, is_whole
from tcgen.plan.constraints.checks import limits_of
from tcgen.plan.constraints.domains import within_domain
from tcgen.plan.constraints.limits import Limits
from tcgen.plan.constraints.unique_keys import unique_keys_of
from tcgen.plan.factories.capacity import capacities
from tcgen.plan.factories.comparisons import compared, make_room
from tcgen.plan.factories.parents import Link, required_links
from tcgen.plan.factories.providers import provider_code
from tcgen.plan.factories.taken import still_taken, taken_code
from tcgen.plan.factories.uniqueness import keep_apart
from tcgen.plan.source.code import Code, quoted
from tcgen.plan.source.imports import apart, bound_names, model_name, names_in, sorted_imports
from tcgen.plan.source.layout import assignment
from tcgen.plan.source.naming import assign_names, bare_name, is_plain_name
from tcgen.plan.source.reserved import arrange, reserved_code
from tcgen.plan.values import value_for
from tcgen.plan.values.diagnostics import remarks as diagnostics_of

Names = dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Draft:
    """A class with everything decided except how it is written down."""

    mapper: MapperFact
    values: dict[str, Code]
    links: tuple[Link, ...]
    bypass_init: bool
    most_rows: int | None
    diagnostics: tuple[Diagnostic, ...]
    taken: tuple[TakenPlan, ...] = ()


def plan_factories(
    schema: Schema,
    packages: tuple[str, ...],
    providers: dict[str, str],
    taken: Mapping[str, tuple[TakenPlan, ...]] = {},
) -> tuple[tuple[FactoryPlan, ...], tuple[Diagnostic, ...]]:
    """Plan a factory for each class that can have rows.

    Args:
        schema: What the probe found.
        packages: The project's own top-level packages, for the order of imports.
        providers: ``[tool.tcgen.providers]``: ``module.Class.attribute`` → expression of the user's own.
        taken: Label of a class → values that were found by trying; the user's own come before them.

    Returns:
        The factories ordered by label, and remarks about classes left out.
    """
    tables = Tables(schema)
    usable = sorted((one for one in schema.mappers if _usable(one)), key=lambda one: one.cls.dotted)
    remarks = [_left_out(one) for one in schema.mappers if not _usable(one) and not one.abstract]
    names = assign_names(one.cls for one in usable)
    drafts = _with_capacities(
        _without_cycles([_draft(one, tables, providers, taken.get(one.cls.dotted, ())) for one in usable])
    )
    for draft in drafts:
        remarks += draft.diagnostics
    return tuple(_write(draft, names, packages) for draft in drafts), tuple(remarks)


def _usable(mapper: MapperFact) -> bool:
    return mapper.reachable and (mapper.registry is not None or is_plain_name(mapper.cls.dotted))


def _left_out(mapper: MapperFact) -> Diagnostic:
    return Diagnostic(
        level="warning",
        code="class-not-importable",
        message=f"{mapper.cls.dotted} has no factory: that name does not lead back to the class",
        hint="define it at the top level of its module",
    )


def _draft(
    mapper: MapperFact, tables: Tables, providers: dict[str, str], found_before: tuple[TakenPlan, ...]
) -> Draft:
    attributes = tables.attributes(mapper)
    by_column = {
        (one.table, one.column.name): name for name, columns in attributes.items() for one in columns
    }
    merged = {name: columns[-1] for name, columns in attributes.items()}
    keyed = _keyed(mapper, tables, by_column)
    needed = {name for name, one in merged.items() if one.required}
    needed |= {name for name in keyed if merged[name].filled and not merged[name].column.autoincrement}
    needed -= _set_by_the_mapper(mapper)
    merged = _limited(mapper, tables, _identified(mapper, merged), by_column, needed)
    needed |= {name for name, one in merged.items() if one.limits.null is False}
    needed -= _set_by_the_mapper(mapper)
    found = required_links(mapper, tables, by_column, needed)
    fresh = [frozenset(link.key.columns) for link in found.links if not link.self_reference]
    merged, most_rows = _distinct(mapper, tables, merged, by_column, fresh)
    linked = {name for link in found.links for name in link.pairs}
    merged = make_room(merged, needed)
    values = {
        name: value_for(one)
        for name, one in merged.items()
        if name in needed - linked or ((one.distinct or one.cycled) and name not in linked)
    }
    values.update(compared(merged, values))
    values.update(_itself(found.links, merged, values))
    values.update(_for_constructor(mapper, values, found.links))
    own_names = {name for name in merged if f"{mapper.cls.dotted}.{name}" in providers}
    taken = still_taken(found_before, values, merged.keys() - own_names)
    values.update({one.name: taken_code(one) for one in taken})
    for name in merged:
        if (own := providers.get(f"{mapper.cls.dotted}.{name}")) is not None:
            values[name] = provider_code(own)
    remarks = tuple(
        Diagnostic(
            level="warning",
            code="parent-not-mapped",
            message=f"{mapper.cls.dotted} needs a row in {target}, which no mapped class makes",
            hint=f'give the key a value: [tool.tcgen.providers] "{mapper.cls.dotted}.ATTRIBUTE" = "…"',
        )
        for target in found.unreachable
    )
    notes = tuple(diagnostics_of(mapper.cls.dotted, merged, values))
    order = {attribute.key: position for position, attribute in enumerate(mapper.attributes)}
    ordered = dict(sorted(values.items(), key=lambda item: order.get(item[0], len(order))))
    bypasses = _bypasses(mapper.constructor, ordered, found.links)
    if bypasses:
        ordered.update(_identity(mapper, merged))
    return Draft(mapper, ordered, found.links, bypasses, most_rows, remarks + notes, taken)


def _keyed(mapper: MapperFact, tables: Tables, by_column: dict[tuple[str, str], str]) -> set[str]:
    """Return attributes that belong to a foreign key: a default cannot know that its row exists."""
    return {
        by_column[(table, column)]
        for table in mapper.tables
        for key in tables.tables[table].foreign_keys
        for column in key.columns
        if (table, column) in by_column
    }


def _set_by_the_mapper(mapper: MapperFact) -> set[str]:
    names = {mapper.version_id} if mapper.version_id else set()
    if mapper.discriminator and mapper.polymorphic_identity is not None:
        names.add(mapper.discriminator)
    return {str(name) for name in names}


def _identified(mapper: MapperFact, merged: dict[str, Attribute]) -> dict[str, Attribute]:
    """Say what the mapper sets: a condition on the kind of a row is already decided."""
    name = mapper.discriminator
    if name is None or name not in merged:
        return merged
    member, value = _read_identity(mapper)
    enum = merged[name].type.enum
    if member and enum is not None:
        value = dict(zip(enum.members, enum.values, strict=False)).get(member)
    if not isinstance(value, str):
        return merged
    return merged | {name: replace(merged[name], limits=Limits(one_of=(value,)))}


def _read_identity(mapper: MapperFact) -> tuple[str | None, object]:
    """Return the polymorphic identity's value, before it the member's name if it is one of an enum.

    The value is None where there is none, or its text does not tell it.
    """
    text = mapper.polymorphic_identity or "None"
    member = re.fullmatch(r"<\w+\.(\w+): (.+)>", text)
    with suppress(ValueError, SyntaxError):
        return member and member[1], ast.literal_eval(member[2] if member else text)
    return member and member[1], None


def _limited(
    mapper: MapperFact,
    tables: Tables,
    merged: dict[str, Attribute],
    by_column: dict[tuple[str, str], str],
    needed: set[str],
) -> dict[str, Attribute]:
    limited = dict(merged)
    for table in mapper.tables:
        fact = tables.tables[table]
        required = {column.name for column in fact.columns if by_column.get((table, column.name)) in needed}
        defaulted = {
            column.name
            for column in fact.columns
            if column.default is not None or column.server_default is not None
        }
        whole = {column.name for column in fact.columns if is_whole(column.type)}
        checks = [check.sql for check in fact.checks]
        values = {one.name: one.type.enum.values for one in fact.columns if one.type.enum is not None}
        # a constraint lets NULL be there once
        once = {column for group in unique_keys_of(fact) if group.strict for column in group.columns}
        # a class may map columns of several of its tables to one attribute
        known = {
            column: limited[name].limits
            for (of, column), name in by_column.items()
            if of == table and limited[name].limits != Limits()
        }
        found = limits_of(
            checks, required=required | defaulted | once, whole=whole, values=values, known=known
        )
        for column, limits in found.items():
            name = by_column.get((table, column))
            if name is not None:
                limited[name] = replace(limited[name], limits=limits)
    return {name: replace(one, limits=within_domain(one.limits, one.type)) for name, one in limited.items()}


def _distinct(
    mapper: MapperFact,
    tables: Tables,
    merged: dict[str, Attribute],
    by_column: dict[tuple[str, str], str],
    fresh: list[frozenset[str]],
) -> tuple[dict[str, Attribute], int | None]:
    """Mark the attributes that keep rows apart; return them and how many rows there can be."""
    marked = dict(merged)
    bounds: list[int] = []
    known: set[str] = set()
    for table in mapper.tables:
        # the mapper copies a joined table's key from the table before it
        copied = {column for (table_, column), name in by_column.items() if table_ == table and name in known}
        known |= {name for (table_, _), name in by_column.items() if table_ == table}
        own = {
            column: replace(marked[name], column=tables.columns[(table, column)])
            for (table_, column), name in by_column.items()
            if table_ == table
        }
        parents = [*fresh, *([frozenset(copied)] if copied else [])]
        apart = keep_apart(tables.tables[table], own, parents, tables.wanted.get(table, ()))
        for column in apart.counted | apart.cycled:
            name = by_column[(table, column)]
            if name not in _set_by_the_mapper(mapper):
                marked[name] = replace(
                    marked[name], distinct=column in apart.counted, cycled=column in apart.cycled
                )
        bounds += [apart.most_rows] if apart.most_rows else []
    return marked, min(bounds, default=None)


def _itself(links: Iterable[Link], merged: dict[str, Attribute], values: dict[str, Code]) -> dict[str, Code]:
    """Let a row whose key to its own table must not be NULL point at itself."""
    found: dict[str, Code] = {}
    for link in links:
        if not link.self_reference:
            continue
        for mine, theirs in link.pairs.items():
            if mine == theirs:
                continue
            if theirs not in values:
                found[theirs] = value_for(replace(merged[theirs], distinct=True))
            found[mine] = Code(
                f"PostGenerated(lambda _, values: values[{quoted(theirs)}])",
                reason="points at itself",
            )
    return found


def _for_constructor(mapper: MapperFact, values: dict[str, Code], links: tuple[Link, ...]) -> dict[str, Code]:
    """Give a dataclass every argument its ``__init__`` asks for."""
    constructor = mapper.constructor
    if constructor.kind != "dataclass":
        return {}
    given: dict[str, Code] = {}
    relationships = {one.key: one for one in mapper.relationships}
    through = {link.relationship.key for link in links if link.relationship}
    keyed = {name for link in links if not link.relationship for name in link.pairs}
    for name in constructor.required:
        if name in values or name in through or name in keyed:
            continue
        many = name in relationships and relationships[name].uselist
        given[name] = Code("Use(list)" if many else "None", reason="__init__ asks for it")
    return given


def _bypasses(constructor: ConstructorFact, values: dict[str, Code], links: tuple[Link, ...]) -> bool:
    wanted = set(values) | {link.relationship.key for link in links if link.relationship}
    wanted |= {name for link in links if not link.relationship for name in link.pairs}
    if constructor.kind in ("declarative", "sqlmodel"):
        return False
    if constructor.kind == "dataclass":
        return not wanted <= set(constructor.parameters)
    if constructor.kind == "none":
        return bool(wanted)
    return not (constructor.calls_default and constructor.accepts_any and not constructor.required)


def _identity(mapper: MapperFact, merged: dict[str, Attribute]) -> dict[str, Code]:
    """Say which class of a hierarchy a row is, as ``__init__`` would have made SQLAlchemy do."""
    name, (member, value) = mapper.discriminator, _read_identity(mapper)
    if name is None or name not in merged:
        return {}
    enum = merged[name].type.enum
    if member is None or enum is None or enum.cls is None:
        return {} if value is None else {name: Code(quoted(value), reason="polymorphic identity")}
    top = enum.cls.qualname.partition(".")[0]
    imports = frozenset({f"from {enum.cls.module} import {top}"})
    return {name: Code(f"{enum.cls.qualname}.{member}", imports, reason="polymorphic identity")}


def _without_cycles(drafts: list[Draft]) -> list[Draft]:
    """Cut required keys that go in a circle: no order of single inserts can satisfy them."""
    by_class = {draft.mapper.cls.dotted: draft for draft in drafts}
    done: dict[str, Draft] = {}
    path: list[str] = []

    def visit(name: str) -> None:
        draft = by_class[name]
        path.append(name)
        kept, remarks = [], list(draft.diagnostics)
        for link in draft.links:
            target = link.owner.cls.dotted
            if link.self_reference:
                continue
            if target in path:
                remarks.append(_circle(draft.mapper.cls, path[path.index(target) :]))
                continue
            if target not in done and target in by_class:
                visit(target)
            kept.append(link)
        path.pop()
        done[name] = replace(draft, links=tuple(kept), diagnostics=tuple(remarks))

    for draft in drafts:
        if draft.mapper.cls.dotted not in done:
            visit(draft.mapper.cls.dotted)
    return [done[draft.mapper.cls.dotted] for draft in drafts]


def _with_capacities(drafts: list[Draft]) -> list[Draft]:
    found = capacities(
        {one.mapper.cls.dotted: one.most_rows for one in drafts},
        {one.mapper.cls.dotted: [link.owner.cls.dotted for link in one.links] for one in drafts},
    )
    return [replace(one, most_rows=found[one.mapper.cls.dotted]) for one in drafts]


def _circle(cls: ImportRef, path: list[str]) -> Diagnostic:
    return Diagnostic(
        level="warning",
        code="required-keys-in-a-circle",
        message=f"{cls.dotted}: NOT NULL foreign keys go in a circle: {' → '.join([*path, path[0]])}",
        hint="make one of them nullable, or write a provider for it",
    )


def _write(draft: Draft, names: Names, packages: tuple[str, ...]) -> FactoryPlan:
    mapper = draft.mapper
    slug, name = names[mapper.cls.dotted]
    values = apart(draft.values, {names[link.owner.cls.dotted][1]: "." for link in draft.links})
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
                ParentPlan(factory=parent, module=parent_slug, keys=link.pairs, convert=link.convert)
            )
    for attribute, code in values.items():
        imports |= code.imports
        base_names |= _BASE_WORDS & names_in(code.text)
        fields.append(FieldPlan(name=attribute, code=code.text.strip(), reason=code.reason))
    used = {word for word in ("Use", "PostGenerated") if any(f"{word}(" in one.code for one in fields)}
    if used:
        imports.add(f"from polyfactory import {', '.join(sorted(used, key=str.lower))}")
    imports.add(f"from .base import {', '.join(sorted(base_names, key=lambda one: (one.islower(), one)))}")
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
        reserved_code=reserved_code(arranged),
        model_code=model_code,
        bypass_init=draft.bypass_init,
        most_rows=draft.most_rows if draft.most_rows and draft.most_rows < 25 else None,
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
        calls.append(f"Parent({parent.factory}, {{{keys}}}{convert})")
    return (
        assignment("__parents__", f"({calls[0]},)" if len(calls) == 1 else f"({', '.join(calls)})")
        if calls
        else ""
    )


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


_BASE_WORDS = {"fake", "in_turn", "serial", "short_text", "spelled"}
