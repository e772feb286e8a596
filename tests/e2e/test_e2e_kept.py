"""With $TEST_REUSE a run finds the migrated template of the one before, and never one of other files."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from e2e_support import Server, SuiteRun, environment, init, pytest_in, replace, tcgen, write

pytestmark = pytest.mark.e2e

TESTS = """
    import sys

    from sqlalchemy import inspect, text

    from bookshop.models import Author

    from .factories.author import AuthorFactory

    def test_the_database(db_session, committed_db, fresh_db, database_url):
        AuthorFactory.create_sync()
        columns = [column["name"] for column in inspect(db_session.connection()).get_columns("authors")]
        print("SEEN", database_url.database, columns)
        print("ALEMBIC", "alembic" in sys.modules)
"""


@pytest.fixture
def shop(sample: Callable[[str], Path], tmp_path: Path) -> Path:
    """A project whose migrations leave a line each time they run."""
    root = sample("shop")
    init(root)
    write(root / "tests/integration/test_kept.py", TESTS)
    env = root / "migrations/env.py"
    write(env, env.read_text() + '\nwith open("made.log", "a") as file:\n    file.write("made\\n")\n')
    return root


@pytest.fixture
def scratch(open_folder: Path) -> Iterator[Path]:
    """A folder for what a test's runs keep."""
    folder = Path(tempfile.mkdtemp(dir=open_folder))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def reusing(scratch: Path) -> dict[str, str]:
    """The environment of runs that keep what they make."""
    return {"TEST_REUSE": "1", "TMPDIR": str(scratch)}


def run(root: Path, *arguments: str, **extra: str) -> SuiteRun:
    """Run the suite's own test; it has to pass."""
    done = pytest_in(root, "tests/integration/test_kept.py", "-s", *arguments, **extra)
    assert done.outcomes() == {"passed"}, done.text
    return done


def times_made(root: Path) -> int:
    """Return how often the migrations ran."""
    return (root / "made.log").read_text().count("made")


def a_change_of_each_kind(root: Path) -> list[Callable[[], object]]:
    """Return changes after which a template of before is another than one of now."""
    versions = root / "migrations/versions"
    [latest] = [path for path in versions.glob("*.py") if "0003" in path.name]
    return [
        # a revision, a file beside them, a module that the models import
        lambda: write(
            versions / "0004_phone.py",
            """
            import sqlalchemy as sa
            from alembic import op

            revision = "0004"
            down_revision = "0003"

            def upgrade():
                op.add_column("authors", sa.Column("phone", sa.String(20)))

            def downgrade():
                op.drop_table("authors")
            """,
        ),
        lambda: replace(versions / "0004_phone.py", 'Column("phone"', 'Column("telephone"'),
        lambda: write(latest, latest.read_text() + "\n# another\n"),
        lambda: write(
            root / "bookshop/models/base.py", (root / "bookshop/models/base.py").read_text() + "\n# another\n"
        ),
        lambda: replace(root / "pyproject.toml", "[project]", "# another\n[project]"),
    ]


def test_the_second_run_finds_it_and_every_change_is_seen(shop: Path, reusing: dict[str, str]) -> None:
    chosen = {"TEST_DATABASE": "embedded", **reusing}
    assert "ALEMBIC True" in run(shop, **chosen).out
    run(shop, "-n", "2", **chosen)
    assert times_made(shop) == 1
    # what has no say in the schema makes nothing anew
    write(shop / "tests/integration/test_other.py", "def test_it(): pass\n")
    write(shop / "bookshop/unrelated.py", "ANSWER = 42\n")
    assert "ALEMBIC False" in run(shop, **chosen).out
    assert times_made(shop) == 1
    for number, change in enumerate(a_change_of_each_kind(shop), start=2):
        change()
        done = run(shop, **chosen)
        assert times_made(shop) == number, f"change {number - 1} was not seen: {done.text}"
    assert "'telephone'" in done.out


def test_on_a_server_of_ones_own_there_is_one_template(
    shop: Path, reusing: dict[str, str], shared_postgres: Server, on_a_url: dict[str, str]
) -> None:
    before = shared_postgres.databases()
    for times, change in enumerate(a_change_of_each_kind(shop)[:2]):
        run(shop, **on_a_url, **reusing)
        assert times_made(shop) == times + 1
        [kept] = shared_postgres.databases() - before
        change()
    run(shop, **on_a_url, **reusing)
    run(shop, **on_a_url, **reusing)
    assert times_made(shop) == 3
    assert shared_postgres.databases() - before == {kept}
    shared_postgres.query(f'DROP DATABASE "{kept}"')


def test_without_it_nothing_is_left(shop: Path, scratch: Path) -> None:
    run(shop, TEST_DATABASE="embedded", TMPDIR=str(scratch))
    run(shop, TEST_DATABASE="embedded", TMPDIR=str(scratch), TEST_REUSE="0")
    assert times_made(shop) == 2
    assert not list(scratch.glob("tcgen-kept-*"))


def test_clean_removes_it_and_nothing_else(
    shop: Path, reusing: dict[str, str], shared_postgres: Server, on_a_url: dict[str, str]
) -> None:
    before = shared_postgres.databases()
    run(shop, TEST_DATABASE="embedded", **reusing)
    run(shop, **on_a_url, **reusing)
    [kept] = shared_postgres.databases() - before
    listed = tcgen(
        "clean", "--dry-run", "--json", "--python", sys.executable, cwd=shop, **on_a_url, **reusing
    )
    assert f"database {kept}" in json.loads(listed.out)["kept"], listed.text
    assert shared_postgres.databases() - before == {kept}
    done = tcgen("clean", "--python", sys.executable, cwd=shop, **on_a_url, **reusing)
    assert (done.status, done.err) == (0, "removed\n"), done.text
    assert shared_postgres.databases() == before
    assert not list(Path(reusing["TMPDIR"]).glob("tcgen-kept-*/*"))
    again = tcgen("clean", "--python", sys.executable, cwd=shop, **on_a_url, **reusing)
    assert (again.status, again.err) == (0, "nothing is kept\n"), again.text


def test_a_run_beside_it_has_a_server_of_its_own(shop: Path, reusing: dict[str, str]) -> None:
    write(
        shop / "tests/integration/test_slow.py",
        """
        import time
        from pathlib import Path

        def test_it(db_session):
            Path("begun").touch()
            for _ in range(600):
                if Path("ended").exists():
                    break
                time.sleep(0.1)
        """,
    )
    chosen = {"TEST_DATABASE": "embedded", **reusing}
    slow = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", "tests/integration/test_slow.py"],
        cwd=shop,
        env=environment(**chosen),
        stdout=subprocess.PIPE,
    )
    try:
        wait_for(shop / "begun")
        run(shop, **chosen)
        assert times_made(shop) == 2
    finally:
        (shop / "ended").touch()
        slow.communicate(timeout=60)
    assert slow.returncode == 0


def test_after_a_run_that_was_killed_the_next_one_is_right(shop: Path, reusing: dict[str, str]) -> None:
    chosen = {"TEST_DATABASE": "embedded", **reusing}
    write(
        shop / "tests/integration/test_killed.py",
        """
        import os
        import signal

        def test_it(committed_db):
            os.kill(os.getpid(), signal.SIGKILL)
        """,
    )
    run(shop, **chosen)
    done = pytest_in(shop, "tests/integration/test_killed.py", **chosen)
    assert done.status == -signal.SIGKILL
    run(shop, **chosen)
    assert times_made(shop) == 1


def wait_for(path: Path) -> None:
    """Wait until there is a file."""
    for _ in range(600):
        if path.exists():
            return
        time.sleep(0.1)
    pytest.fail(f"{path.name} never came")


def test_a_container_goes_on_and_is_found(
    shop: Path, engine: dict[str, str], reusing: dict[str, str]
) -> None:
    chosen = {"TEST_DATABASE": "container", **engine, **reusing}
    try:
        run(shop, **chosen)
        run(shop, "-n", "2", **chosen)
        assert times_made(shop) == 1
        [container] = containers(shop, engine)
        subprocess.run(
            ["docker", "stop", container], check=True, env=os.environ | engine, capture_output=True
        )
        run(shop, **chosen)
        assert times_made(shop) == 2
        [other] = containers(shop, engine)
        assert other != container
    finally:
        for one in containers(shop, engine):
            subprocess.run(
                ["docker", "rm", "--force", "--volumes", one],
                check=True,
                env=os.environ | engine,
                capture_output=True,
            )


def containers(root: Path, engine: dict[str, str]) -> list[str]:
    """Return the containers that are kept for a project."""
    label = f"label=tcgen.folder={root / 'tests/integration'}"
    done = subprocess.run(
        ["docker", "ps", "--all", "--quiet", "--filter", label],
        check=True,
        env=os.environ | engine,
        capture_output=True,
        text=True,
    )
    return done.stdout.split()
