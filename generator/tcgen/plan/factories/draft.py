"""What the factory of one class sets, and which rows it needs first; how that is written down comes later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tcgen.ir.diagnostics import Diagnostic
from tcgen.ir.plan import TakenPlan
from tcgen.ir.schema import MapperFact
from tcgen.plan.constraints.attribute import Attribute, Tables, is_whole
from tcgen.plan.constraints.checks import limits_of
from tcgen.plan.constraints.domains import within_domain
from tcgen.plan.constraints.limits import Limits
from tcgen.plan.constraints.unique_keys import unique_keys_of
from tcgen.plan.factories.comparisons import compared, make_room
from tcgen.plan.factories.constructors import bypasses_init, for_constructor
from tcgen.plan.factories.parents import Link, required_links
from tcgen.plan.factories.polymorphism import identified, identity_code, set_by_the_mapper
from tcgen.plan.factories.providers import provider_code
from tcgen.plan.factories.taken import still_taken, taken_code
from tcgen.plan.factories.uniqueness import fresh_keys, keep_apart
from tcgen.plan.source.code import Code, quoted
from tcgen.plan.values import value_for
from tcgen.plan.values.diagnostics import remarks as diagnostics_of


@dataclass(frozen=True)
class Draft:
    """A class with everything decided except how it is written down.

    Attributes:
        awaited: A parent that is made after the row, which its key is deferred for: it needs the row in turn.
        common: Classes of which all rows share one that are made for a row of this class.
    """

    mapper: MapperFact
    values: dict[str, Code]
    links: tuple[Link, ...]
    bypass_init: bool
    most_rows: int | None
    diagnostics: tuple[Diagnostic, ...]
    taken: tuple[TakenPlan, ...] = ()
    common: tuple[MapperFact, ...] = ()
    awaited: Link | None = None


def draft_of(
    mapper: MapperFact, tables: Tables, providers: dict[str, str], found_before: tuple[TakenPlan, ...]
) -> Draft:
    """Decide what the factory of a class sets, and which rows it needs first.

    Args:
        mapper: The class.
        tables: All tables and classes.
        providers: Values of the user's own, by ``module.Class.attribute``.
        found_before: Values that were found by trying; the user's own come before them.
    """
    attributes = tables.attributes(mapper)
    by_column = {
        (one.table, one.column.name): name for name, columns in attributes.items() for one in columns
    }
    merged = {name: columns[-1] for name, columns in attributes.items()}
    keyed = _keyed(mapper, tables, by_column)
    needed = {name for name, one in merged.items() if one.required}
    needed |= {name for name in keyed if merged[name].filled and not merged[name].column.autoincrement}
    needed -= set_by_the_mapper(mapper)
    merged = _limited(mapper, tables, identified(mapper, merged), by_column, needed)
    needed |= {name for name, one in merged.items() if one.limits.null is False}
    needed -= set_by_the_mapper(mapper)
    found = required_links(mapper, tables, by_column, needed)
    fresh = fresh_keys([link.key for link in found.links if not link.self_reference], tables)
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
    values.update(for_constructor(mapper, values, found.links))
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
    notes = tuple(diagnostics_of(mapper.cls.dotted, merged, values, tables.dialect))
    order = {attribute.key: position for position, attribute in enumerate(mapper.attributes)}
    ordered = dict(sorted(values.items(), key=lambda item: order.get(item[0], len(order))))
    bypasses = bypasses_init(mapper.constructor, ordered, found.links)
    if bypasses:
        ordered.update(identity_code(mapper, merged))
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
        checks = [*(check.sql for check in fact.checks), *mapper.checks]
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
            checks,
            required=required | defaulted | once,
            whole=whole,
            values=values,
            known=known,
            avoided={column for key in fact.foreign_keys if key.target == table for column in key.columns},
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
        shared = {column for (table_, column), name in by_column.items() if table_ == table and name in known}
        key = frozenset(tables.tables[table].primary_key)
        copied = key if key <= shared else frozenset[str]()
        known |= {name for (table_, _), name in by_column.items() if table_ == table}
        own = {
            column: replace(marked[name], column=tables.columns[(table, column)])
            for (table_, column), name in by_column.items()
            if table_ == table
        }
        apart = keep_apart(tables.tables[table], own, fresh, tables.wanted.get(table, ()), copied)
        for column in apart.counted | apart.cycled:
            name = by_column[(table, column)]
            if name not in set_by_the_mapper(mapper):
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
