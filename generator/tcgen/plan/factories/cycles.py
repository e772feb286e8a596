"""Required foreign keys that go in a circle."""

from __future__ import annotations

from dataclasses import replace

from tcgen.ir.diagnostics import Diagnostic
from tcgen.ir.schema import ImportRef
from tcgen.plan.factories.draft import Draft


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
        hint="make one of them nullable, or write a provider for it",
    )
