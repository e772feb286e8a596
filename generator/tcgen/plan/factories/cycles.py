"""Required foreign keys that go in a circle."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tcgen.ir.base import ImportRef
from tcgen.ir.diagnostics import Diagnostic
from tcgen.plan.constraints.attribute import Tables
from tcgen.plan.factories.draft import Draft
from tcgen.plan.factories.parents import Link
from tcgen.plan.source.code import Code
from tcgen.plan.values import value_for


def with_deferred(drafts: list[Draft], tables: Tables) -> list[Draft]:
    """Let one of two classes that need each other wait for the other, where its key is deferrable.

    Both keys are known beforehand then: the row that waits is inserted with the key that the other one will have.
    """
    found = {one.mapper.cls.dotted: one for one in drafts}
    for name in found:
        for link in found[name].links:
            other = found.get(link.owner.cls.dotted)
            back = _only_link(other, found[name]) if other is not None and not link.self_reference else None
            if other is None or back is None or not _can_wait(link, other, tables):
                continue
            found[name] = _waiting(found[name], link, back, tables)
            found[other.mapper.cls.dotted] = _waited_for(other, link, back, tables)
            break
    return list(found.values())


def _only_link(draft: Draft, to: Draft) -> Link | None:
    links = [one for one in draft.links if one.owner.cls == to.mapper.cls]
    return links[0] if len(links) == 1 and draft.awaited is None else None


def _can_wait(link: Link, other: Draft, tables: Tables) -> bool:
    """Tell whether a key may be checked late, and leads to a column that takes a value from outside."""
    targets = tables.attributes(other.mapper)
    free = all(
        targets[name][-1].column.identity != "always" and not name.startswith("_")
        for name in link.pairs.values()
    )
    return link.key.deferrable and not link.convert and free


def _waiting(draft: Draft, link: Link, back: Link, tables: Tables) -> Draft:
    keys = _keys(draft, link.pairs, "a row that follows", tables)
    links = tuple(one for one in draft.links if one is not link)
    awaited = replace(link, circle={ours: theirs for theirs, ours in back.pairs.items()})
    return replace(draft, links=links, values=keys | draft.values, awaited=awaited)


def _waited_for(draft: Draft, link: Link, back: Link, tables: Tables) -> Draft:
    keys = _keys(draft, link.pairs.values(), "known beforehand", tables)
    by_keys = replace(back, relationship=None, circle=link.pairs)
    links = tuple(by_keys if one is back else one for one in draft.links)
    return replace(draft, links=links, values=keys | draft.values)


def _keys(draft: Draft, names: Iterable[str], reason: str, tables: Tables) -> dict[str, Code]:
    """Return a value of its own in every row for each of some attributes."""
    attributes = tables.attributes(draft.mapper)
    own = (replace(attributes[name][-1], distinct=True) for name in names)
    return {one.name: replace(value_for(one), reason=reason) for one in own}


def without_cycles(drafts: list[Draft]) -> list[Draft]:
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


def _circle(cls: ImportRef, path: list[str]) -> Diagnostic:
    return Diagnostic(
        level="warning",
        code="required-keys-in-a-circle",
        message=f"{cls.dotted}: NOT NULL foreign keys go in a circle: {' → '.join([*path, path[0]])}",
        hint="make one of them nullable or deferrable, or write a provider for it",
    )
