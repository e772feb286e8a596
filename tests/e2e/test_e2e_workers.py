"""The migrations run once a run, whatever pytest-xdist does with the tests, and each worker has a database of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from e2e_support import Server, long_row, pytest_in, write

pytestmark = pytest.mark.e2e

TESTS = """
    import pytest
    from sqlalchemy import func, select

    from bookshop.models import Author

    from .factories.author import AuthorFactory

    @pytest.mark.xdist_group("one")
    @pytest.mark.parametrize("number", range(6))
    def test_alone(db_session, committed_db, database_url, number):
        AuthorFactory.create_sync()
        assert db_session.scalar(select(func.count()).select_from(Author)) == 0
        print("DATABASE", database_url.database)

    class TestOthers:
        @pytest.mark.parametrize("number", range(6))
        def test_within(self, db_session, number):
            AuthorFactory.create_sync()
            assert db_session.scalar(select(func.count()).select_from(Author)) == 1
"""


@pytest.fixture
def counted(demo: Path) -> Path:
    """A project whose migrations leave a line each time they run."""
    write(demo / "tests/integration/test_workers.py", TESTS)
    env = demo / "migrations/env.py"
    write(env, env.read_text() + '\nwith open("made.log", "a") as file:\n    file.write("made\\n")\n')
    return demo


MODES = {
    "load": ["-n", "3"],
    "loadscope": ["-n", "2", "--dist", "loadscope"],
    "loadgroup": ["-n", "2", "--dist", "loadgroup"],
    "worksteal": ["-n", "2", "--dist", "worksteal"],
    "no xdist": ["-p", "no:xdist"],
}


@pytest.mark.parametrize(
    "mode",
    long_row(MODES, "worksteal", "no xdist"),
)
def test_migrations_run_once(
    mode: str, counted: Path, shared_postgres: Server, on_a_url: dict[str, str]
) -> None:
    before = shared_postgres.databases()
    done = pytest_in(counted, "tests/integration/test_workers.py", *MODES[mode], **on_a_url)
    assert list(done.cases.values()) == ["passed"] * 12, done.text
    assert (counted / "made.log").read_text() == "made\n"
    assert shared_postgres.databases() == before


def test_those_that_failed_last_are_run_alone(counted: Path, on_a_url: dict[str, str]) -> None:
    red = "\n\ndef test_red(db_session):\n    AuthorFactory.create_sync()\n    assert False\n"
    path = counted / "tests/integration/test_workers.py"
    path.write_text(path.read_text() + red)
    cache = ["-p", "cacheprovider", "-o", f"cache_dir={counted / '.cache'}"]
    for arguments, cases in ((["-n", "2"], 13), (["--lf", "-n", "2"], 1), (["--lf"], 1)):
        done = pytest_in(counted, str(path), *cache, *arguments, **on_a_url)
        assert (len(done.cases), done.status) == (cases, 1), done.text
    assert (counted / "made.log").read_text() == "made\n" * 3
