"""What the planner counts on at run time is what the templates spell out."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tcgen.ir.runtime import BASE_NAMES, BATCH, FIRST_SERIAL
from tcgen.plan.constraints.regex import PLACES, room_in, spelled
from tcgen.render.engine import render_text
from tcgen.template.location import template_folder

SUITE = template_folder() / "templates" / "suite" / "{{ suite.dest }}"
PLAN = Path(__file__).parents[2] / "golden" / "cases" / "legacy" / "plan.txt"


def template(name: str) -> str:
    """The source of a generated file; conditions may stand around its name, and its body elsewhere."""
    (found,) = (path for path in SUITE.rglob("*.jinja") if name in path.name and "{% yield" not in str(path))
    included = re.match(r'{% include "(.+)" -%}\n$', found.read_text())
    return Path(template_folder(), included[1]).read_text() if included else found.read_text()


@pytest.fixture(scope="module")
def base() -> ModuleType:
    """The helpers as they are rendered for a project that needs them."""
    plan = PLAN.read_text().replace('"uses_spelled": false', '"uses_spelled": true')
    files = render_text(plan)
    for name in ("current", "factories.base"):
        source = files[f"tests/integration/{name.replace('.', '/')}.py"]
        module = ModuleType(f"rendered.{name}")
        sys.modules[module.__name__] = module
        exec(compile(source, f"{name}.py", "exec"), vars(module))
    return module


def test_numbers_start_where_the_planner_thinks(base: ModuleType) -> None:
    assert next(base.serial) == FIRST_SERIAL
    starts = re.findall(r"serial = Counter\((\d+)", template("base.py"))
    assert starts and {int(one) for one in starts} == {FIRST_SERIAL - 1}


def test_a_batch_is_what_the_planner_bounds(base: ModuleType) -> None:
    sizes = re.findall(r"(?:min\(|create_batch_sync\(|== )(\d+)", template("test_factories.py"))
    assert sizes and {int(one) for one in sizes} == {BATCH}
    assert f"__most_rows__: ClassVar[int] = {BATCH}" in template("base.py")


def test_every_name_is_in_the_template() -> None:
    text = template("base.py")
    assert [
        name for name in sorted(BASE_NAMES) if not re.search(rf"(def|class) {name}\b|^{name}\b", text, re.M)
    ] == []


@pytest.mark.parametrize("form", ["##", "co-####", "^?#-x", "02:00:00:##:##:##"])
def test_both_write_a_number_alike(base: ModuleType, form: str) -> None:
    numbers = {*range(40), FIRST_SERIAL, room_in(form) - 1}
    assert base.PLACES == PLACES
    assert [base.spelled(one, form) for one in numbers] == [spelled(one, form) for one in numbers]
