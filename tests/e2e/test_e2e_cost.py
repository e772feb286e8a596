"""A row costs itself and the rows it requires, however many relations its class has."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from benchmarks.objects.suite import database, generated, session_on
from e2e_support import REPOSITORY, Server, environment
from sqlalchemy import event, func, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

pytestmark = pytest.mark.e2e

CONNECTED = ("Alpha", "Bravo", "Charlie", "Delta", "Echo", "Foxtrot", "Golf")
CHAIN = ("Country", "Region", "Town", "Street", "House")


@pytest.fixture(scope="module")
def bench(shared_postgres: Server) -> Iterator[Engine]:
    """The models everybody is measured on, their factories, and a database with their tables."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEST_DATABASE", shared_postgres.url("app_test"))
        with generated(), database() as engine:
            yield engine


@pytest.fixture
def session(bench: Engine) -> Iterator[Session]:
    with session_on(bench) as session:
        importlib.import_module("generated.factories.base").ModelFactory.__session__ = session
        yield session


def factory(model: str) -> Any:
    return getattr(importlib.import_module(f"generated.factories.{model.lower()}"), f"{model}Factory")


@pytest.fixture
def inserted(session: Session) -> Counter[str]:
    """How many objects of each class were inserted."""
    found: Counter[str] = Counter()
    event.listen(session, "pending_to_persistent", lambda _, one: found.update([type(one).__name__]))
    return found


@pytest.fixture
def inserts(session: Session) -> list[str]:
    """The tables of all INSERT statements, in order."""
    found: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if statement.startswith("INSERT INTO "):
            found.append(statement.split()[2])

    event.listen(session.get_bind(), "before_cursor_execute", note)
    return found


@pytest.mark.parametrize("model", CONNECTED)
def test_a_class_with_six_relations_is_one_object(
    inserted: Counter[str], inserts: list[str], model: str
) -> None:
    built = factory(model).build()
    assert [name for name, value in vars(built).items() if name in map(str.lower, CONNECTED) and value] == []
    factory(model).create_sync()
    assert inserted == {model: 1}
    assert inserts == [model.lower()]


@pytest.mark.parametrize("depth", range(1, 6))
def test_cost_grows_with_the_depth(inserted: Counter[str], depth: int) -> None:
    factory(CHAIN[depth - 1]).create_sync()
    assert inserted == dict.fromkeys(CHAIN[:depth], 1)


def test_a_batch_takes_one_statement_a_level(inserted: Counter[str], inserts: list[str]) -> None:
    factory("House").create_batch_sync(25)
    assert inserts == [one.lower() for one in CHAIN]
    assert inserted == dict.fromkeys(CHAIN, 25)


def test_a_batch_takes_one_statement_a_level_where_keys_are_copied(
    session: Session, inserted: Counter[str], inserts: list[str]
) -> None:
    rows = factory("Tribe").create_batch_sync(25)
    assert inserts == ["continent", "nation", "tribe"]
    assert inserted == dict.fromkeys(["Continent", "Nation", "Tribe"], 25)
    assert len({row.nation_id for row in rows}) == 25
    given = factory("Nation").create_sync()
    inserts.clear()
    rows = factory("Tribe").create_batch_sync(25, nation_id=given.id)
    assert inserts == ["tribe"]
    assert {row.nation_id for row in rows} == {given.id}
    assert factory("Tribe").create_batch_sync(0) == []


def test_two_ways_to_one_parent_end_at_one(session: Session, inserted: Counter[str]) -> None:
    league = importlib.import_module("bench.diamond").League
    factory("Match").create_sync()
    assert inserted == {"Match": 1, "Team": 1, "Referee": 1, "League": 1}
    shared = factory("League").create_sync()
    team, referee = (factory(one).create_sync(league=shared) for one in ("Team", "Referee"))
    factory("Match").create_sync(team=team, referee=referee)
    assert session.scalar(select(func.count()).select_from(league)) == 2


def test_factories_of_the_projects_own_are_left_alone(session: Session) -> None:
    from polyfactory.factories.sqlalchemy_factory import SQLAlchemyFactory

    house = importlib.import_module("bench.chain").House
    own = type("Own", (SQLAlchemyFactory,), {"__model__": house, "__module__": __name__})
    assert own.build().street.name is not None  # polyfactory's own, not our base with nothing declared


@pytest.mark.matrix
def test_the_benchmark_runs() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "objects", "--quick"],
        cwd=REPOSITORY,
        env=environment(TEST_DATABASE="embedded"),
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("## PostgreSQL\n")
    lines = [line.split("|") for line in done.stdout.splitlines() if line.startswith("|")][2:]
    assert [line[2].strip() for line in lines] == ["build", "create"] * 3
    assert all(line[4].strip() not in ("", "fails") for line in lines)
