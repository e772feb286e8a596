"""What the application commits stays in the test; its pages and commands answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from desk.db import Scoped, SessionLocal, store

from .factories.note import NoteFactory

if TYPE_CHECKING:
    from fastapi import FastAPI
    from fastapi.testclient import TestClient
    from typer.testing import Result


@pytest.mark.parametrize(
    "open_session",
    [
        pytest.param(SessionLocal, id="desk.db:SessionLocal"),
        pytest.param(Scoped.session_factory, id="desk.db:Scoped"),
        pytest.param(store.open_session, id="desk.db:store.open_session"),
    ],
)
def test_commits_stay_in_the_test(
    open_session: Callable[[], Session], db_session: Session, engine: Engine
) -> None:
    count = select(func.count()).select_from(NoteFactory.__model__)
    before = db_session.scalar(count) or 0
    with open_session() as session:
        session.add(NoteFactory.build())
        session.commit()
    assert db_session.scalar(count) == before + 1
    with engine.connect() as other:
        assert other.scalar(count) == before


def paths(app: FastAPI) -> list[str]:
    """Return the paths that are asked for without parameters."""
    return sorted(
        path
        for path, methods in app.openapi()["paths"].items()
        if "get" in methods and "{" not in path
    )


def test_every_page_answers(app: FastAPI, client: TestClient) -> None:
    failed: dict[str, object] = {}
    for path in paths(app):
        try:
            status = client.get(path, follow_redirects=False).status_code
        except Exception as error:  # the application's: the client lets it through
            failed[path] = error
        else:
            if status >= 500:
                failed[path] = status
    assert failed == {}


def test_the_command_line_answers(run_command: Callable[..., Result]) -> None:
    result = run_command(["--help"])
    assert result.exit_code == 0, result.output
