"""`init` tries the migrations: where they fail on an empty database it goes by the models, and where they make
another database than the models say it goes by that database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from e2e_support import init, pytest_in, replace, tcgen, write

pytestmark = pytest.mark.e2e

Sample = Callable[[str], Path]

REVISION = """
    from alembic import op

    revision = {revision!r}
    down_revision = {down!r}
    branch_labels = None
    depends_on = None


    def upgrade() -> None:
        op.execute({statement!r})


    def downgrade() -> None:
        pass
"""


def add_revision(root: Path, revision: str, down: str, statement: str) -> None:
    script = REVISION.format(revision=revision, down=down, statement=statement)
    write(root / f"migrations/versions/{revision}.py", script)


def test_tables_come_from_the_models_then(sample: Sample, on_a_url: dict[str, str]) -> None:
    root = sample("failing")
    add_revision(root, "0004", "0003", "SELECT a_function_of_last_year()")
    done = init(root, prove=True, **on_a_url)

    assert "a_function_of_last_year() does not exist" in done.text
    assert "create_all(connection)" in (root / "tests/integration/schema.py").read_text()
    run = pytest_in(root, "tests/integration", **on_a_url)
    assert (run.status, run.outcomes()) == (0, {"passed"}), run.text
    assert "tests/integration/test_migrations.py::test_schema_is_at_the_only_head" in run.cases

    # known by now: nothing to try, nothing to write, and no server needed to remember it
    assert (
        "everything is up to date"
        in init(root, prove=True, TEST_DATABASE="postgresql://nobody@nowhere/x_test").err
    )


def test_a_newer_revision_is_tried_again(sample: Sample, on_a_url: dict[str, str]) -> None:
    root = sample("mended")
    add_revision(root, "0004", "0003", "SELECT a_function_of_last_year()")
    init(root, prove=True, **on_a_url)
    add_revision(root, "0004", "0003", "SELECT 1")
    add_revision(root, "0005", "0004", "SELECT 2")
    done = init(root, prove=True, **on_a_url)

    assert "migrations fail" not in done.text and "update    tests/integration/schema.py" in done.err
    assert "command.upgrade" in (root / "tests/integration/schema.py").read_text()


def test_nothing_is_concluded_without_a_server(sample: Sample) -> None:
    root = sample("alone")
    add_revision(root, "0004", "0003", "SELECT a_function_of_last_year()")
    done = tcgen("init", "--yes", cwd=root, TEST_DATABASE="postgresql://nobody@127.0.0.1:1/x_test")

    assert done.status == 0 and "migrations fail" not in done.text
    assert "command.upgrade" in (root / "tests/integration/schema.py").read_text()


DEMANDS = """
    ALTER TABLE categories ADD CONSTRAINT one_name UNIQUE (name);
    ALTER TABLE authors ADD CONSTRAINT named_so FOREIGN KEY (name) REFERENCES categories (name);
    ALTER TABLE authors ALTER COLUMN biography SET NOT NULL;
    ALTER TABLE authors ADD CONSTRAINT long_enough CHECK (char_length(biography) > 20);
    ALTER TABLE books ALTER COLUMN title TYPE varchar(9);
"""


def test_factories_follow_the_database_where_it_demands_more(
    sample: Sample, on_a_url: dict[str, str]
) -> None:
    root = sample("stricter")
    add_revision(root, "0004", "0003", DEMANDS)
    done = init(root, prove=True, **on_a_url)

    assert "the database demands more than the models of authors, books, categories" in done.err
    factory = (root / "tests/integration/factories/author.py").read_text()
    assert "CategoryFactory" in factory and "biography" in factory
    run = pytest_in(root, "tests/integration", **on_a_url)
    assert (run.status, run.outcomes()) == (0, {"passed"}), run.text

    # it is in the record, so that whoever has no server gets the same suite
    alone = {"TEST_DATABASE": "postgresql://nobody@nowhere/x_test"}
    assert "everything is up to date" in init(root, prove=True, **alone).err
    assert tcgen("check", cwd=root, **alone).status == 0


def test_a_project_that_runs_failed_tests_first(sample: Sample, on_a_url: dict[str, str]) -> None:
    root = sample("failed_first")
    options = "[tool.pytest.ini_options]\n"
    replace(root / "pyproject.toml", options, f'{options}addopts = "--failed-first"\n')
    done = init(root, prove=True, **on_a_url)
    assert "test cases collected" in done.err, done.text
    assert not (root / ".pytest_cache").exists()
    assert tcgen("verify", cwd=root, **on_a_url).status == 0
