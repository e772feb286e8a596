"""Values that were found by trying stand in for those that were planned, as long as these are planned."""

from __future__ import annotations

from tcgen.ir.plan import TakenPlan
from tcgen.plan.factories.taken import JUST_FOUND, still_taken, taken_code
from tcgen.plan.source.code import Code

FOUND = TakenPlan(name="desk", code="3", instead_of=JUST_FOUND)


def test_it_remembers_what_it_stands_in_for() -> None:
    (first,) = still_taken([FOUND], {"desk": Code("Use(fake.random_int)")}, {"desk"})
    assert first.instead_of == "Use(fake.random_int)"
    assert still_taken([first], {"desk": Code("Use(fake.random_int)")}, {"desk"}) == (first,)
    assert still_taken([first], {"desk": Code("Use(fake.word)")}, {"desk"}) == ()
    assert still_taken([first], {}, {"desk"}) == ()
    (unset,) = still_taken([FOUND], {}, {"desk"})
    assert unset.instead_of == ""


def test_an_attribute_that_is_gone_or_has_a_value_of_the_users_own_has_none() -> None:
    assert still_taken([FOUND], {"desk": Code("1")}, {"room"}) == ()


def test_it_tells_where_it_comes_from() -> None:
    code = taken_code(FOUND.model_copy(update={"code": "Use(shop.codes.make)"}))
    assert (code.text, code.imports) == ("Use(make)", {"from shop.codes import make"})
    assert code.reason == "taken when it was tried"
    told = taken_code(FOUND.model_copy(update={"reason": "ValueError: no desk"}))
    assert told.reason == "what was planned was refused: ValueError: no desk"
