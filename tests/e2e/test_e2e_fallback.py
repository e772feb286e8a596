"""Migrations that fail on an empty database are noticed by `init`, which then goes by the models."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from e2e_support import init, pytest_in, tcgen, write

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
    done = init(root, **on_a_url)

    assert "a_function_of_last_year() does not exist" in done.text
    assert "create_all(engine)" in (root / "tests/integration/schema.py").read_text()
    run = pytest_in(root, "tests/integration", **on_a_url)
    assert (run.status, run.outcomes()) == (0, {"passed"}), run.text
    assert "tests/integration/test_migrations.py::test_schema_is_at_the_only_head" in run.cases

    # known by now: nothing to try, nothing to write, and no server needed to remember it
    assert "everything is up to date" in init(root, TEST_DATABASE="postgresql://nobody@nowhere/x_test").err


def test_a_newer_revision_is_tried_again(sample: Sample, on_a_url: dict[str, str]) -> None:
    root = sample("mended")
    add_revision(root, "0004", "0003", "SELECT a_function_of_last_year()")
    init(root, **on_a_url)
    add_revision(root, "0004", "0003", "SELECT 1")
    add_revision(root, "0005", "0004", "SELECT 2")
    done = init(root, **on_a_url)

    assert "migrations fail" not in done.text and "update    tests/integration/schema.py" in done.err
    assert "command.upgrade" in (root / "tests/integration/schema.py").read_text()


def test_nothing_is_concluded_without_a_server(sample: Sample) -> None:
    root = sample("alone")
    add_revision(root, "0004", "0003", "SELECT a_function_of_last_year()")
    done = tcgen("init", "--yes", cwd=root, TEST_DATABASE="postgresql://nobody@127.0.0.1:1/x_test")

    assert done.status == 0 and "migrations fail" not in done.text
    assert "command.upgrade" in (root / "tests/integration/schema.py").read_text()
