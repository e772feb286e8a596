"""What the application commits stays in the test; each of its pages answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import anyio
import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import Engine
from sqlalchemy.ext.asyncio import AsyncSession

from ferry.db import SessionLocal

from .factories.boat import BoatFactory

if TYPE_CHECKING:
    from fastapi import FastAPI
    from httpx import AsyncClient


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "open_session",
    [
        pytest.param(SessionLocal, id="ferry.db:SessionLocal"),
    ],
)
async def test_async_commits_stay_in_the_test(
    open_session: Callable[[], AsyncSession],
    async_db_session: AsyncSession,
    engine: Engine,
) -> None:
    count = select(func.count()).select_from(BoatFactory.__model__)
    before = await async_db_session.scalar(count) or 0
    async with open_session() as session:
        session.add(BoatFactory.build())
        await session.commit()
    assert await async_db_session.scalar(count) == before + 1
    with engine.connect() as other:
        assert other.scalar(count) == before


def paths(app: FastAPI) -> list[str]:
    """Return the paths that are asked for without parameters."""
    return sorted(
        path
        for path, methods in app.openapi()["paths"].items()
        if "get" in methods and "{" not in path
    )


@pytest.mark.asyncio
async def test_every_page_answers(app: FastAPI, async_client: AsyncClient) -> None:
    failed: dict[str, object] = {}
    for path in paths(app):
        try:
            with anyio.fail_after(30):
                status = (await async_client.get(path)).status_code
        except Exception as error:  # the application's: the client lets it through
            failed[path] = error
        else:
            if status >= 500:
                failed[path] = status
    assert failed == {}
