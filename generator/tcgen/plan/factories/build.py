"""A ``FactoryPlan`` for every mapped class: drafted, freed of circles, bounded, written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from tcgen.ir.diagnostics import Diagnostic
from tcgen.ir.plan import FactoryPlan, TakenPlan
from tcgen.ir.schema import MapperFact, Schema
from tcgen.plan.constraints.attribute import Tables
from tcgen.plan.factories.ancestors import with_common
from tcgen.plan.factories.capacity import capacities
from tcgen.plan.factories.cycles import with_deferred, without_cycles
from tcgen.plan.factories.draft import Draft, draft_of
from tcgen.plan.factories.write import write_factory
from tcgen.plan.source.naming import assign_names, is_plain_name


def plan_factories(
    schema: Schema,
    packages: tuple[str, ...],
    providers: dict[str, str],
    taken: Mapping[str, tuple[TakenPlan, ...]] = MappingProxyType({}),
    package: str = "",
) -> tuple[tuple[FactoryPlan, ...], tuple[Diagnostic, ...]]:
    """Plan a factory for each class that can have rows.

    Args:
        schema: What the probe found.
        packages: The project's own top-level packages, for the order of imports.
        providers: ``[tool.tcgen.providers]``: ``module.Class.attribute`` → expression of the user's own.
        taken: Label of a class → values that were found by trying; the user's own come before them.
        package: As in ``write_factory``.

    Returns:
        The factories ordered by label, and remarks about classes left out.
    """
    tables = Tables(schema)
    usable = sorted((one for one in schema.mappers if _usable(one)), key=lambda one: one.cls.dotted)
    remarks = [_left_out(one) for one in schema.mappers if not _usable(one) and not one.abstract]
    names = assign_names(one.cls for one in usable)
    drafts = [draft_of(one, tables, providers, taken.get(one.cls.dotted, ())) for one in usable]
    drafts = with_common(_with_capacities(without_cycles(with_deferred(drafts, tables))), tables)
    for draft in drafts:
        remarks += draft.diagnostics
    return tuple(write_factory(draft, names, packages, package) for draft in drafts), tuple(remarks)


def _usable(mapper: MapperFact) -> bool:
    return mapper.reachable and (mapper.registry is not None or is_plain_name(mapper.cls.dotted))


def _left_out(mapper: MapperFact) -> Diagnostic:
    return Diagnostic(
        level="warning",
        code="class-not-importable",
        message=f"{mapper.cls.dotted} has no factory: that name does not lead back to the class",
        hint="define it at the top level of its module",
    )


def _with_capacities(drafts: list[Draft]) -> list[Draft]:
    found = capacities(
        {one.mapper.cls.dotted: one.most_rows for one in drafts},
        {one.mapper.cls.dotted: [link.owner.cls.dotted for link in one.links] for one in drafts},
    )
    return [replace(one, most_rows=found[one.mapper.cls.dotted]) for one in drafts]
