"""Rows that are needed by several ways, as the tenant of a row and the tenant of its host: one for all ways."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from tcgen.ir.schema import MapperFact
from tcgen.plan.constraints.attribute import Tables
from tcgen.plan.constraints.unique_keys import unique_keys_of
from tcgen.plan.factories.draft import Draft


def with_common(drafts: Iterable[Draft], tables: Tables) -> list[Draft]:
    """Say of each factory which rows all share that are made for one of its own; required keys go in no circle."""
    by_class = {one.mapper.cls.dotted: one for one in drafts}
    return [replace(one, common=_common(one, by_class, tables)) for one in by_class.values()]


def _common(draft: Draft, by_class: dict[str, Draft], tables: Tables) -> tuple[MapperFact, ...]:
    if _compares_keys(draft, tables):
        return ()
    rows = Counter({draft.mapper.cls.dotted: 1})
    shared: list[MapperFact] = []
    for name in _children_first(draft.mapper.cls.dotted, by_class):
        above = [one for one in rows if rows[one] and name in _parents(by_class[one])]
        ways = sum(rows[one] * _parents(by_class[one])[name] for one in above)
        if not above:  # it is where all begins
            continue
        rows[name] = ways
        if ways > 1 and _may_share([by_class[one] for one in above], by_class[name].mapper, rows, tables):
            rows[name] = 1
            shared.append(by_class[name].mapper)
    return tuple(shared)


def _compares_keys(draft: Draft, tables: Tables) -> bool:
    """Tell whether a condition speaks of two keys to parents: rows that share an ancestor may be equal in both."""
    keys = [{*link.key.columns} for link in draft.links]
    checks = [check.sql for table in draft.mapper.tables for check in tables.tables[table].checks]
    return any(sum(bool(key & {*re.findall(r"\w+", sql)}) for key in keys) > 1 for sql in checks)


def _children_first(start: str, by_class: dict[str, Draft]) -> list[str]:
    """Return the classes whose rows are needed, each before all that it needs itself."""
    found: list[str] = []

    def visit(name: str) -> None:
        if name not in found:
            for parent in _parents(by_class[name]):
                visit(parent)
            found.append(name)

    visit(start)
    return found[::-1]


def _parents(draft: Draft) -> Counter[str]:
    return Counter(link.owner.cls.dotted for link in draft.links if not link.self_reference)


def _may_share(above: list[Draft], shared: MapperFact, rows: Counter[str], tables: Tables) -> bool:
    """Tell whether one row may stand for all: two keys of one row may have to differ, and so may two rows."""
    if any(_parents(one)[shared.cls.dotted] > 1 for one in above):
        return False
    of_table = Counter(one.mapper.tables[0] for one in above for _ in range(rows[one.mapper.cls.dotted]))
    return all(
        of_table[one.mapper.tables[0]] == 1
        or not (_told_apart_by_parents(one, tables) or _is_the_only_one(one, shared))
        for one in above
    )


def _is_the_only_one(draft: Draft, parent: MapperFact) -> bool:
    """Tell whether a parent's attribute holds one row of a class: SQLAlchemy takes the key from the one before."""
    copied = _copied(draft)
    return any(
        not relationship.uselist
        and not relationship.viewonly
        and relationship.direction == "ONETOMANY"
        and relationship.remote_table in draft.mapper.tables
        and {remote for _, remote in relationship.pairs} <= copied
        for relationship in parent.relationships
    )


def _told_apart_by_parents(draft: Draft, tables: Tables) -> bool:
    """Tell whether nothing but its parents makes a row differ from others, under some constraint."""
    copied = _copied(draft)
    keys = (key for table in draft.mapper.tables for key in unique_keys_of(tables.tables[table]))
    return any(set(key.columns) <= copied for key in keys)


def _copied(draft: Draft) -> set[str]:
    """Return the columns that hold a key of a parent's."""
    return {column for link in draft.links for column in link.key.columns}
