"""What was refused when factories were tried stays on record while they give the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tcgen.ir.plan import FactoryPlan, RefusalPlan

Given = Mapping[str, Mapping[str, str]]
"""Label of a class → what its factory gives each attribute."""


@dataclass(frozen=True)
class Refused:
    """What came of a trial.

    Attributes:
        tests: Label → the tests whose rows were refused.
        given: What the factories gave then.
    """

    tests: Mapping[str, tuple[RefusalPlan, ...]]
    given: Given


NOTHING = Refused({}, {})


def with_refusals(factories: tuple[FactoryPlan, ...], refused: Refused) -> tuple[FactoryPlan, ...]:
    """Put on record what was refused, but for factories that give something else by now.

    Args:
        factories: All of the suite.
        refused: What the last trial showed.
    """
    same = {one.label for one in factories if refused.given.get(one.label) == one.given}
    return tuple(
        one.model_copy(update={"refused": kept}) if (kept := _kept(one, refused, same)) else one
        for one in factories
    )


def _kept(factory: FactoryPlan, refused: Refused, same: set[str]) -> tuple[RefusalPlan, ...]:
    found = refused.tests.get(factory.label, ())
    return tuple(one for one in found if {factory.label, one.label} <= same)
