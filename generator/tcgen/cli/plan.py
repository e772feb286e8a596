"""``tcgen plan``: every decision, as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator

from tcgen.ir.plan import SuitePlan


def plan_for_people(plan: SuitePlan) -> Iterator[str]:
    """Give the lines that tell, for each factory, what it sets and why."""
    for factory in plan.factories:
        yield f"{factory.label} → {factory.name}"
        for parent in factory.parents:
            yield f"  {', '.join(parent.keys)}: from {parent.factory}"
        for field in factory.fields:
            yield f"  {field.name} = {' '.join(field.code.split())}  # {field.reason}"
