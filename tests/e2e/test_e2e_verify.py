"""What a value is refused by, in the lint and in `tcgen verify`, and the values that are found instead."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from e2e_support import (
    PROJECTS,
    Finished,
    SuiteRun,
    copy,
    init,
    long_row,
    pytest_in,
    replace,
    tcgen,
    tree,
    write,
)

pytestmark = pytest.mark.e2e

LINT = "checks/database/test_factories.py"
CLASSES = ("Booking", "Note", "Parcel", "Person", "Visit", "Voucher")
ASYNC_ENGINE = """
    from sqlalchemy.ext.asyncio import create_async_engine

    def engine(url: str):
        return create_async_engine(url)
"""


@pytest.fixture
def kiosk(tmp_path: Path) -> Path:
    """The project without a suite."""
    return copy(PROJECTS / "kiosk", tmp_path / "kiosk")


def verify(root: Path, *arguments: str, **extra: str) -> Finished:
    return tcgen("verify", "--python", sys.executable, *arguments, cwd=root, **extra)


def failures(done: SuiteRun) -> dict[str, str]:
    """Return what pytest printed about each case that failed."""
    found = re.split(r"^_+ (test_\S+) _+$", done.out.partition("short test summary")[0], flags=re.MULTILINE)
    return dict(zip(found[1::2], found[2::2], strict=True))


@pytest.mark.parametrize("drivers", long_row(["psycopg", "psycopg2 and asyncpg"], "psycopg"))
def test_the_lint_says_what_was_refused_and_where_a_value_goes(
    kiosk: Path, on_a_url: dict[str, str], drivers: str
) -> None:
    if drivers != "psycopg":
        write(kiosk / "kiosk/db.py", ASYNC_ENGINE)
        replace(kiosk / "pyproject.toml", '"psycopg[binary]>=3.1",', '"psycopg2>=2.9", "asyncpg>=0.29",')
    init(kiosk)
    assert ("async_db_session" in (kiosk / LINT).read_text()) == (drivers != "psycopg")
    # one weight in some thirty would be right by chance
    done = pytest_in(kiosk, "checks", **on_a_url, TEST_SEED="heavy")
    found = failures(done)
    assert {case.partition("[")[2] for case in found} == {
        f"kiosk.models.{one}]" for one in CLASSES if one != "Note"
    }
    for test in ("test_inserts_a_row", "test_inserts_25_rows"):
        booking, parcel, person, visit, voucher = (
            found[f"{test}[kiosk.models.{one}]"] for one in CLASSES if one != "Note"
        )
        assert (
            "kiosk.models.Booking: a value refused by\n  RaiseError: " in booking
            or "RaiseException: " in booking
        )
        assert re.search(r"there is no desk \d", booking)
        assert '\n  [tool.tcgen.providers]\n  "kiosk.models.Booking.ATTRIBUTE" = "…"\n' in booking
        assert 'violates check constraint "parcel_weight_check"' in parcel
        assert '  "kiosk.models.Parcel.weight" = "…"' in parcel
        assert "kiosk.models.Person: badge refused by\n  ValueError: a badge has six digits\n" in person
        assert '  "kiosk.models.Person.badge" = "…"' in visit  # its parent, not itself
        assert "Visit" not in visit
        assert "CheckViolation" in voucher
        assert 'violates check constraint "ck_code"' in voucher
        assert '  "kiosk.models.Voucher.code" = "…"' in voucher
    assert "Traceback" not in done.out
    assert max(text.count("\n") for text in found.values()) < 12


def test_verify_finds_values_and_the_person_the_rest(kiosk: Path, on_a_url: dict[str, str]) -> None:
    init(kiosk)
    before = (kiosk / "pyproject.toml").read_text()
    first = verify(kiosk, "--write", "--json", **on_a_url)
    assert first.status == 1, first.text
    document = json.loads(first.out)
    assert document["written"] == ["pyproject.toml"]
    # a single row may be taken by luck
    assert [(one["class"], one["many"]) for one in document["classes"]] == [
        (f"kiosk.models.{name}", name == "Note") for name in CLASSES
    ]
    proposed = {one["class"].rpartition(".")[2]: one["values"] for one in document["proposals"]}
    assert proposed.keys() == {"Booking", "Parcel", "Person", "Voucher"}
    desk = proposed["Booking"]["desk"]
    assert desk in ("3", "5")  # the trigger's word names the number it was given, which is tried first
    assert proposed["Parcel"] == {"weight": "28"}
    assert "06" in proposed["Person"]["badge"]
    assert proposed["Voucher"] == {}

    written = (kiosk / "pyproject.toml").read_text()
    assert [line for line in before.splitlines() if line not in written.splitlines()] == []
    booking = f'"kiosk.models.Booking.desk" = "{desk}"\n'
    assert booking in written
    assert "Voucher" not in written

    own = '"kiosk.models.Voucher.code" = "Use(kiosk.codes.voucher)"\n'
    replace(kiosk / "pyproject.toml", booking, booking + own)
    init(kiosk)
    second = verify(kiosk, **on_a_url)
    assert second.status == 0, second.text
    assert "6 of 6 classes pass" in second.out
    done = pytest_in(kiosk, "checks", **on_a_url)
    assert (done.status, done.outcomes()) == (0, {"passed"}), done.text


@pytest.mark.matrix
def test_a_suite_that_has_a_service(kiosk: Path, on_a_url: dict[str, str]) -> None:
    init(kiosk)
    added = tcgen("add-service", "redis", "--python", sys.executable, cwd=kiosk)
    assert added.status == 0, added.text
    done = verify(kiosk, "--json", **on_a_url)
    assert done.status == 1, done.text
    assert [one["class"] for one in json.loads(done.out)["classes"]] == [f"kiosk.models.{n}" for n in CLASSES]


# run whatever pytest is asked for; these factories are none of ours
OWN_TESTS = """
    import pytest

    @pytest.mark.parametrize("factory", [dict, list])
    def test_makes_something(factory):
        assert factory() == factory()
"""


def test_what_the_project_tells_pytest_does_not_matter(kiosk: Path, on_a_url: dict[str, str]) -> None:
    init(kiosk)
    write(kiosk / "own/test_own.py", OWN_TESTS)
    with (kiosk / "pyproject.toml").open("a") as file:
        file.write(
            "[tool.pytest.ini_options]\naddopts = \"own -n 2 -x -m 'not integration' -k nothing -vv\"\n"
        )
    before = tree(kiosk)
    done = verify(kiosk, **on_a_url, CI="true")
    assert done.status == 1, done.text
    assert re.search(r"^kiosk.models.Note +yes +yes$", done.out, re.MULTILINE)
    assert re.search(
        r"^kiosk.models.Visit +no +no +ValueError: a badge has six digits$", done.out, re.MULTILINE
    )
    assert done.out.endswith("1 of 6 classes pass\n")
    # the one it comes to first depends on the number that the trigger was given, and says
    assert re.search(r'^  "kiosk.models.Booking.desk" = "[35]"$', done.err, re.MULTILINE)
    assert '\n  "kiosk.models.Voucher.code" = "…"\n' in done.err
    assert "next: tcgen verify --write" in done.err
    assert tree(kiosk) == before


def test_no_suite_and_no_server_are_one_message(kiosk: Path) -> None:
    without = verify(kiosk)
    assert (without.status, without.out) == (2, "")
    assert "has no suite" in without.err
    assert "tcgen init" in without.err
    init(kiosk)
    done = verify(kiosk, TEST_DATABASE="mysql://nowhere/x")
    assert (done.status, done.out) == (2, "")
    assert "TEST_DATABASE must be container, embedded or postgresql://" in done.err
    (kiosk / LINT).unlink()
    gone = verify(kiosk, TEST_DATABASE="embedded")
    assert gone.status == 2
    assert "test_factories.py does not exist" in gone.err


def test_a_suite_that_cannot_start_shows_why(kiosk: Path, on_a_url: dict[str, str]) -> None:
    init(kiosk)
    replace(kiosk / LINT, "import pytest\n", "import pytest\nimport not_installed_anywhere\n")
    done = verify(kiosk, **on_a_url)
    assert done.status == 2
    assert "No module named 'not_installed_anywhere'" in done.err
    assert "Traceback (most recent call last)" not in done.err
