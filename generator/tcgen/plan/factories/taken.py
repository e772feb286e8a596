"""Values that were found by trying, because the database or the application refused the planned ones."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from tcgen.ir.plan import TakenPlan
from tcgen.plan.factories.providers import provider_code
from tcgen.plan.source.code import Code

JUST_FOUND = "\0"
"""``instead_of`` of a value that was found for the plan as it is now."""


def still_taken(
    found: Iterable[TakenPlan], planned: Mapping[str, Code], names: Collection[str]
) -> tuple[TakenPlan, ...]:
    """Return the values that still hold: what they stand in for is planned as it was.

    Args:
        found: Those that were found for a class.
        planned: Attribute → what is planned without them.
        names: Attributes that may have one.
    """
    kept: list[TakenPlan] = []
    for one in found:
        now = planned[one.name].text if one.name in planned else ""
        if one.name in names and one.instead_of in (now, JUST_FOUND):
            kept.append(one.model_copy(update={"instead_of": now}))
    return tuple(sorted(kept, key=lambda one: one.name))


def taken_code(taken: TakenPlan) -> Code:
    """Return such a value as code."""
    refused = f"what was planned was refused: {taken.reason}" if taken.reason else "taken when it was tried"
    return replace(provider_code(taken.code), reason=refused)
