"""The comparison of ways to isolate tests runs, and a way that does not isolate them is found out; no figure is asserted."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks.isolation import compare, environment, pages, plot, text
from benchmarks.isolation.contenders import BARE, CONTENDERS, EMPTY, MEASURES
from benchmarks.isolation.place import Failed, furnished
from benchmarks.isolation.report import coroutines_table
from benchmarks.isolation.rounds import Rounds, Scope
from benchmarks.isolation.server import Server, started

pytestmark = pytest.mark.e2e

HERE = environment.given(Path(sys.executable), [])
SMALL = Scope((3,), 1, 0.1, 5, (1,), (3,))


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with started() as server:
        yield server


def test_everybody_has_a_figure_and_a_place_on_the_page() -> None:
    missing = environment.Environment(HERE.python, {"pytest-postgresql": "no such package"}, HERE.versions)
    found = compare(missing, ["classic", "pytest-postgresql"], SMALL)

    assert found["missing"] == {"pytest-postgresql": "no such package"}
    for by_name in found["overhead"].values():
        assert list(by_name) == [EMPTY, BARE, "classic"]
        assert all(len(one["seconds"]) == 1 and min(one["peak"]) > 1 for one in by_name.values())
    assert {kind for entry in found["first"].values() for kind in entry} == {
        f"{EMPTY}|given",
        "classic|given",
    }
    assert list(found["workers"]) == [EMPTY, BARE, "classic"]

    page = pages(found)["benchmarks.md"]
    assert "fails" not in page
    assert page.count(f"\n| {CONTENDERS['classic'].title} |") == 4
    assert f"- {CONTENDERS['pytest-postgresql'].title}: no such package" in page
    assert all(line in page for line in text(found).splitlines())
    ElementTree.fromstring(pages(found)["benchmarks.svg"])


@pytest.mark.matrix
def test_coroutines_are_measured_on_both_kinds_of_loop(server: Server) -> None:
    scope = Scope((), 1, 0.1, 5, (), (), (3,))
    names = [*MEASURES, "tcgen-async", "async-core", "async-orm", "async-classic"]
    found = {"coroutines": Rounds(server, HERE.python, names, scope, containers=False).coroutines()}

    (of_all,) = found["coroutines"].values()
    assert list(of_all) == [
        f"{name}|{loop}"
        for loop in ("session", "function")
        for name in names
        if CONTENDERS[name].asynchronous
    ]
    assert {entry: why for entry, why in of_all.items() if isinstance(why, str)} == {}
    assert all(len(one["seconds"][0]) > 0 for one in of_all.values())
    table = coroutines_table(found)
    assert "fails" not in table
    assert table.count(f"\n| {CONTENDERS['tcgen-async'].title} |") == 2


def test_the_profile_names_whose_time_it_is(server: Server) -> None:
    profile = Rounds(server, HERE.python, ["tcgen"], SMALL, containers=False).profile()
    assert profile["tests"] == SMALL.tests - 1
    assert {"the suite", "sqlalchemy", "pytest", "waiting for PostgreSQL"} <= set(profile["packages"])
    assert profile["total"] == pytest.approx(sum(profile["packages"].values()))


def test_rows_that_stay_are_found_out(server: Server) -> None:
    with furnished(HERE.python, server, ["classic"], tables=2, revisions=0, tests=3) as place:
        conftest = place.folder / "classic" / "conftest.py"
        conftest.write_text(conftest.read_text().replace("bind=connection", "bind=engine"))
        with pytest.raises(Failed, match="duplicate key"):
            place.measure("classic", 1)


def test_the_plot_has_a_line_for_everybody_however_many_there_are() -> None:
    lines = {f"contender <{number}>": {10: 0.5 + number, 1000: 40.0} for number in range(2 * len(CONTENDERS))}
    lines |= {"never measured": {}, "faster than an empty test, on a busy machine": {10: -0.1}}
    drawn = plot.svg(lines)
    shown = [one.text for one in ElementTree.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")]
    assert {name for name in lines if name.startswith("contender")} <= set(shown)
    assert not {"never measured", "faster than an empty test, on a busy machine"} & set(shown)
    assert plot.svg(lines) == drawn
