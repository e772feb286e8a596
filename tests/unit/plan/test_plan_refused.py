"""What was refused stays on record while the factories give the same, and goes when they give something else."""

from __future__ import annotations

from tcgen.ir.plan import FactoryPlan, FieldPlan, ParentPlan, RefusalPlan
from tcgen.plan.factories.refused import NOTHING, Refused, with_refusals

ONE = RefusalPlan(test="one", label="shop.Child", reason="no")
OF_PARENT = RefusalPlan(test="many", label="shop.Parent", reason="never")


def factory(name: str, code: str, *parents: ParentPlan) -> FactoryPlan:
    return FactoryPlan(
        slug=name.lower(),
        name=f"{name}Factory",
        model=name,
        label=f"shop.{name}",
        table=name.lower(),
        imports=(),
        fields=(FieldPlan(name="code", code=code, reason=""),),
        parents=parents,
    )


def kept(before: tuple[FactoryPlan, ...], now: tuple[FactoryPlan, ...]) -> tuple[RefusalPlan, ...]:
    refused = Refused({"shop.Child": (ONE, OF_PARENT)}, {one.label: one.given for one in before})
    (child,) = (one for one in with_refusals(now, refused) if one.label == "shop.Child")
    return child.refused


def test_it_stays_while_nothing_changes() -> None:
    both = (factory("Child", "1"), factory("Parent", "2"))
    assert kept(both, both) == (ONE, OF_PARENT)
    assert with_refusals(both, NOTHING) == both


def test_another_value_is_tried_again() -> None:
    before = (factory("Child", "1"), factory("Parent", "2"))
    assert kept(before, (factory("Child", "3"), factory("Parent", "2"))) == ()
    assert kept(before, (factory("Child", "1"), factory("Parent", "3"))) == (ONE,)
    key = ParentPlan(factory="ParentFactory", module="parent", keys={"parent_id": "id"})
    assert kept(before, (factory("Child", "1", key), factory("Parent", "2"))) == ()
    assert kept(before, (factory("Child", "1"),)) == (ONE,)
