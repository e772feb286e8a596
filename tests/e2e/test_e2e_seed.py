"""One seed repeats every value: test by test, in any order, in any process."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from e2e_support import SuiteRun, init, long_row, pytest_in, write

pytestmark = pytest.mark.e2e

MODELS = """
    from decimal import Decimal
    from uuid import UUID, uuid4

    from sqlalchemy import CheckConstraint, Numeric, String
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class Guest(Base):
        __tablename__ = "guest"
        id: Mapped[UUID] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(String(80))
        email: Mapped[str] = mapped_column(unique=True)
        amount: Mapped[Decimal] = mapped_column(Numeric(8, 2))

    class Seat(Base):
        __tablename__ = "seat"
        __table_args__ = (CheckConstraint("number BETWEEN 1 AND 6"),)
        id: Mapped[int] = mapped_column(primary_key=True)
        number: Mapped[int] = mapped_column(unique=True)
"""
NOTES = """
    import json
    import os
    from pathlib import Path

    import pytest

    from .factories.guest import GuestFactory
    from .factories.seat import SeatFactory

    @pytest.fixture(scope="module")
    def hosts():
        return {GuestFactory.build().email for _ in range(2)}

    def note(name, hosts=frozenset()):
        guests = GuestFactory.create_batch_sync(2)
        seats = SeatFactory.create_batch_sync(2)
        values = [[str(g.id), g.name, g.email, str(g.amount)] for g in guests] + [s.number for s in seats]
        assert not {g.email for g in guests} & hosts
        Path(os.environ["NOTES"], name).write_text(json.dumps(values))

    @pytest.mark.parametrize("number", range(3))
    def test_plain(number, request, db_session):
        note(request.node.name)

    @pytest.mark.parametrize("number", range(2))
    def test_wide(number, hosts, request, db_session):
        note(request.node.name, hosts)

    def test_that_fails(db_session):
        assert GuestFactory.create_sync().name == ""
"""

WITHOUT = """
    import sys

    from sqlalchemy import text

    def test_without_factories(db_session):
        assert db_session.scalar(text("SELECT 1")) == 1
        assert not {"faker", "polyfactory"} & sys.modules.keys()
"""
LATE = """
    import json
    import os
    from pathlib import Path

    import pytest

    @pytest.mark.parametrize("number", range(2))
    def test_late(number, request, db_session):
        from .factories.guest import GuestFactory
        from .factories.seat import SeatFactory

        guest, seats = GuestFactory.create_sync(), SeatFactory.create_batch_sync(2)
        values = [guest.name, guest.email, *(seat.number for seat in seats)]
        Path(os.environ["NOTES"], request.node.name).write_text(json.dumps(values))
"""


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a suite, and tests that note the values they are given."""
    root = tmp_path_factory.mktemp("hall") / "hall-project"
    write(root / "pyproject.toml", '[project]\nname = "hall"\nversion = "1"\n')
    write(root / "hall/__init__.py", "")
    write(root / "hall/models.py", MODELS)
    init(root)
    write(root / "tests/integration/test_notes.py", NOTES)
    return root


def noted(root: Path, folder: Path, *arguments: str, **extra: str) -> tuple[SuiteRun, dict[str, object]]:
    folder.mkdir()
    done = pytest_in(root, *arguments, NOTES=str(folder), **extra)
    return done, {path.name: json.loads(path.read_text()) for path in folder.iterdir()}


def test_the_same_values_in_any_order_and_process(
    hall: Path, tmp_path: Path, on_a_url: dict[str, str]
) -> None:
    notes, seeded = "tests/integration/test_notes.py", {"TEST_SEED": "4711"} | on_a_url
    first, values = noted(hall, tmp_path / "first", "tests/integration", **seeded)
    assert "factories: TEST_SEED=4711\n" in first.out
    plain = {name: value for name, value in values.items() if "plain" in name}
    assert len(plain) == 3
    assert len({json.dumps(value) for value in values.values()}) == len(values) == 5

    _, again = noted(hall, tmp_path / "again", "tests/integration", **seeded)
    assert again == values
    _, spread = noted(hall, tmp_path / "spread", "tests/integration", "-n", "2", **seeded)
    assert {name: spread[name] for name in plain} == plain
    last = "test_plain[2]"
    _, alone = noted(hall, tmp_path / "alone", f"{notes}::{last}", **seeded)
    assert alone == {last: plain[last]}
    _, elsewhere = noted(hall / "tests", tmp_path / "elsewhere", "integration/test_notes.py", **seeded)
    assert elsewhere == values
    _, other = noted(hall, tmp_path / "other", notes, **on_a_url, TEST_SEED="4712")
    assert all(other[name] != value for name, value in values.items())


@pytest.mark.parametrize("workers", long_row(["0", "2"], "2"))
def test_a_failure_says_how_to_repeat_it(
    hall: Path, tmp_path: Path, on_a_url: dict[str, str], workers: str
) -> None:
    done, values = noted(hall, tmp_path / "unseeded", "-n", workers, **on_a_url)
    assert done.status == 1
    assert "factories: TEST_SEED" not in done.out  # nobody gave one
    said = re.findall(r"^TEST_SEED=(\w+) repeats these values$", done.out, re.MULTILINE)
    assert len(said) == 1, done.out  # once, with the one that failed
    failed = next(
        line for line in done.out.splitlines() if line.startswith("E ") and "AssertionError" in line
    )
    repeated, same = noted(hall, tmp_path / "seeded", "-n", workers, **on_a_url, TEST_SEED=said[0])
    assert failed in repeated.out
    assert {name: same[name] for name in same if "plain" in name} == {
        name: values[name] for name in values if "plain" in name
    }


def test_factories_are_imported_with_the_first_test_that_uses_them(
    hall: Path, tmp_path: Path, on_a_url: dict[str, str]
) -> None:
    write(hall / "tests/integration/test_a_without.py", WITHOUT)
    write(hall / "tests/integration/test_late.py", LATE)
    both = ("tests/integration/test_a_without.py", "tests/integration/test_late.py")
    seeded = {"TEST_SEED": "4711", "PYTEST_ADDOPTS": "-p no:faker"} | on_a_url
    done, values = noted(hall, tmp_path / "late", *both, **seeded)
    assert list(done.cases.values()) == ["passed"] * 3, done.text
    first, second = values["test_late[0]"], values["test_late[1]"]
    assert first != second
    assert first[2:] == second[2:] == [1, 2]  # type: ignore[index]
    # where other tests import them before any test
    _, early = noted(hall, tmp_path / "early", both[1], "tests/integration/test_notes.py", **seeded)
    assert {name: early[name] for name in values} == values
