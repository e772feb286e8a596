"""What is on record is read into values, whatever version wrote it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tcgen.ir.plan import RefusalPlan
from tcgen.record.answers import Record
from tcgen.record.lines import read_lines
from tcgen.verify.check_factories import recorded_suite
from tcgen.verify.overlay import Environment

CASES = Path(__file__).parents[2] / "golden" / "cases"
COURIER = (CASES / "courier" / "plan.txt").read_text()


def test_a_plan_with_services_is_told_apart() -> None:
    plan = read_lines(COURIER)
    assert {"kafka", "redis"} < {one.choice.name for one in plan.services}
    assert [one.label for one in plan.factories] == ["courier.models.Parcel"]
    assert plan.suite.dest == "tests/integration"


def test_a_suite_with_services_can_be_verified(tmp_path: Path) -> None:
    """Its services are no classes: `tcgen verify` ended with a KeyError."""
    test = tmp_path / "tests/integration/test_factories.py"
    test.parent.mkdir(parents=True)
    test.touch()
    record = Record(text=COURIER, plan=read_lines(COURIER), version="v1", url="")
    suite = recorded_suite(tmp_path, Environment("python"), record)
    assert suite.fields.keys() == {"courier.models.Parcel"}
    assert suite.fields["courier.models.Parcel"] == ("address",)


def test_what_the_first_versions_recorded_is_read() -> None:
    suite, *rest = (json.loads(line) for line in COURIER.splitlines())
    choices = suite.pop("user_choices")
    assert choices == {"alembic_config": None, "database": "", "models": []}
    for name in ("database", "requirements", "python_versions", "source_roots", "requirements_group"):
        del suite[name]
    suite["asked"] = {"models": ["courier.models"], "alembic_config": None}
    suite["a_name_of_tomorrow"] = 1
    for row in rest:
        row["a_name_of_tomorrow"] = 2
    plan = read_lines("\n".join(map(json.dumps, (suite, *rest))))
    assert plan.suite.user_choices.models == ("courier.models",)
    assert plan.suite.requirements_group == "integration"
    assert plan.suite.database.drift == ()
    assert plan.services == read_lines(COURIER).services != ()


def test_refusals_are_read_and_another_form_of_them_is_passed_over() -> None:
    suite, *rest = (json.loads(line) for line in COURIER.splitlines())
    parcel = rest[-1]
    assert "refused" not in parcel  # most factories have none
    known = {"test": "one", "label": "courier.models.Parcel", "reason": "CheckViolation: no"}
    parcel["refused"] = [known, {"test": "a_thousand"}, "no"]
    (factory,) = read_lines("\n".join(map(json.dumps, (suite, *rest)))).factories
    assert factory.refused == (RefusalPlan(**known),)
    assert factory.given.keys() == {"address"}
    parcel["refused"] = {"test": "one"}
    (factory,) = read_lines("\n".join(map(json.dumps, (suite, *rest)))).factories
    assert factory.refused == ()


@pytest.mark.parametrize("text", ["", "[]", "1", '{"format": 1}', "{"])
def test_what_is_no_plan(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_lines(text)
