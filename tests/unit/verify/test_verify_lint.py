"""What the lint's report says about each class."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest

from tcgen.errors import TcgenError
from tcgen.verify.check_factories import Refusal, _check_it_ran, _results

REFUSED = """\
app.models.Owner: name, size refused by
  ValueError: no &lt; at all
  second line
A value for it goes into pyproject.toml; `tcgen verify` looks for one:
  [tool.tcgen.providers]
  "app.models.Owner.name" = "…"
  "app.models.Owner.size" = "…"
"""
LABELS = ("app.models.Owner", "app.models.Pet")


def cases(*xml: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(f"<suite>{''.join(xml)}</suite>"))


def case(name: str, inside: str = "") -> str:
    return f'<testcase name="{name}">{inside}</testcase>'


def test_a_refused_parent_is_named() -> None:
    found = _results(
        cases(
            case("test_inserts_a_row[app.models.Pet]", f'<failure message="Failed: x">{REFUSED}</failure>'),
            case("test_inserts_25_rows[app.models.Pet]"),
            case("test_inserts_a_row[app.models.Owner]"),
            case("test_of_mine[app.models.Owner]", "<failure/>"),
        ),
        LABELS,
    )
    pet, owner = found["app.models.Pet", 0], found["app.models.Owner", 0]
    assert (pet.one, pet.many, pet.passed) == (False, True, False)
    assert pet.refusals == [Refusal("ValueError: no < at all", "app.models.Owner", ("name", "size"))]
    assert (owner.one, owner.many, owner.passed) == (True, None, True)


def test_what_is_no_refusal_has_its_first_line() -> None:
    failure = '<error message="&#10;failed on setup&#10;more">a page</error>'
    found = _results(cases(case("test_inserts_25_rows[app.models.Pet]", failure)), LABELS)
    assert found["app.models.Pet", 0].refusals == [Refusal("failed on setup", test="many", in_setup=True)]


def test_trials_and_backends_are_told_apart() -> None:
    found = _results(
        cases(
            case("test_inserts_a_row[7-asyncio-app.models.Pet]"),
            case("test_inserts_a_row[7-trio-app.models.Pet]", '<failure message="no">no</failure>'),
            case("test_inserts_a_row[app.models.Pet-asyncio-8]"),
        ),
        LABELS,
    )
    assert {place: one.passed for (_, place), one in found.items()} == {7: False, 8: True}


def test_all_skipped_is_no_result() -> None:
    skipped = '<skipped message="no PostgreSQL"/>'
    _check_it_ran(cases(case("a"), case("b", skipped)))
    with pytest.raises(TcgenError, match="no PostgreSQL"):
        _check_it_ran(cases(case("a", skipped), case("b", skipped)))
