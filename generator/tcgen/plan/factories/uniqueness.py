"""Which columns need a value of their own in every row, so that no unique constraint is ever broken."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from math import lcm

from tcgen.ir.runtime import BATCH
from tcgen.ir.schema import ForeignKeyFact, TableFact
from tcgen.plan.constraints.attribute import Attribute, Tables
from tcgen.plan.constraints.type_parts import length_of
from tcgen.plan.constraints.unique_keys import UniqueKey, unique_keys_of
from tcgen.plan.constraints.value_kinds import KINDS, PREFERENCE, kind_of, value_kind_of
from tcgen.plan.constraints.value_ranges import few_values


@dataclass(frozen=True)
class Distinct:
    """How the rows of a table are kept apart.

    Attributes:
        counted: Columns whose every value is made from a number that is used once.
        cycled: Columns that go round the few values they may have.
        most_rows: As many rows as those values allow; None for no bound.
    """

    counted: frozenset[str]
    cycled: frozenset[str]
    most_rows: int | None


def fresh_keys(keys: Iterable[ForeignKeyFact], tables: Tables) -> list[frozenset[str]]:
    """Return columns that together differ in every row, each time copied from a new parent.

    They are whole keys, and parts of them that parents are asked to differ in: see ``wanted_of_parents``.

    Args:
        keys: Those that every row gets a parent for.
        tables: All tables.
    """
    found: list[frozenset[str]] = []
    for key in keys:
        own = dict(zip(key.target_columns, key.columns, strict=True))
        parts = [part for part in tables.wanted.get(key.target, ()) if set(part) <= own.keys()]
        found.append(frozenset(key.columns))
        found += [
            frozenset(own[name] for name in part)
            for part in parts
            if _is_copied_whole(part, tables.tables[key.target])
            or any(_can_be_counted(name, tables.tables[key.target], tables) for name in part)
        ]
    return found


def _is_copied_whole(part: tuple[str, ...], table: TableFact) -> bool:
    """Tell whether columns hold the whole key of another row, which each row has a new one of."""
    return any(set(key.columns) <= set(part) for key in table.foreign_keys if key.target != table.key)


def _can_be_counted(name: str, table: TableFact, tables: Tables) -> bool:
    """Tell whether a column surely takes a value of its own in each row of its table."""
    attribute = Attribute(name, table.key, tables.columns[(table.key, name)])
    asked = any(re.search(rf"\b{re.escape(name)}\b", check.sql) for check in table.checks)
    copied = any(name in key.columns for key in table.foreign_keys)
    return not asked and not copied and _best([attribute]) is not None


def keep_apart(
    table: TableFact,
    attributes: dict[str, Attribute],
    parents: Collection[frozenset[str]] = (),
    wanted: Iterable[tuple[str, ...]] = (),
    copied: frozenset[str] = frozenset(),
) -> Distinct:
    """Choose the columns that make each row differ from every other, for each unique constraint.

    Args:
        table: The table.
        attributes: Column name → attribute, of the columns this class maps.
        parents: Keys that are different in every row already: each is copied from a new parent.
        wanted: More columns that had better differ: see ``wanted_of_parents``.
        copied: The key of a joined table, which the mapper copies: it differs as a whole.
    """
    fresh = frozenset().union(*parents)
    counted: set[str] = set()
    cycled: set[str] = set()
    bounds: list[int] = []
    groups = [*unique_keys_of(table), *(UniqueKey(one, optional=True) for one in wanted)]
    for group in sorted(groups, key=lambda one: len(one.columns)):
        if copied and copied <= set(group.columns):
            continue
        if any(name in counted or _differs(attributes.get(name), group.strict) for name in group.columns):
            continue
        own = [attributes[name] for name in group.columns if name in attributes and name not in fresh]
        has_parent = any(key <= set(group.columns) for key in parents)
        # several rows may be given one parent: what is required besides tells them apart
        best = _best([one for one in own if one.required] if has_parent else own)
        if best is not None:
            counted.add(best.column.name)
        elif has_parent:
            # rows that are given one parent go round, as long as there are values enough for a batch
            few = _few([one for one in own if one.required])
            cycled |= {name for name, size in few.items() if size >= BATCH}
        elif not group.optional:
            few = _few(own)
            cycled |= few.keys()
            bounds += [lcm(*few.values())] if few else []
    return Distinct(frozenset(counted), frozenset(cycled), min(bounds, default=None))


def _few(candidates: list[Attribute]) -> dict[str, int]:
    """Return the columns of few values: each takes its own in turn, so that together they last longer."""
    found = {one.column.name: few_values(one) for one in candidates}
    return {name: size for name, size in found.items() if size}


def _differs(attribute: Attribute | None, strict: bool) -> bool:
    if attribute is None:
        return False
    column = attribute.column
    if column.autoincrement or column.identity or column.default == "sequence":
        return True
    if column.default == "callable" and KINDS[kind_of(column.type)].fresh:
        return True
    if column.server_default and ("nextval" in column.server_default or "uuid" in column.server_default):
        return True
    if strict or attribute.filled or attribute.limits.null is False:
        return False
    # NULLs never collide
    return column.nullable and not column.primary_key


def _best(candidates: list[Attribute]) -> Attribute | None:
    def rank(attribute: Attribute) -> tuple[int, int, int]:
        kind = kind_of(attribute.type)
        length = length_of(attribute.type)
        cramped = int(kind == "string" and length is not None and length < 4)
        return (int(not attribute.required), cramped, PREFERENCE.index(kind))

    usable = [one for one in candidates if KINDS[value_kind_of(one.type)].differs and few_values(one) is None]
    return min(usable, key=rank, default=None)
