"""What the application commits stays in the test."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import Engine
from sqlalchemy.ext.asyncio import AsyncSession

from bank.engines import clients as application_clients

from .factories.client import ClientFactory


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "open_session",
    [
        pytest.param(
            partial(AsyncSession, application_clients), id="bank.engines:clients"
        ),
    ],
)
async def test_async_commits_stay_in_the_test(
    open_session: Callable[[], AsyncSession],
    async_db_session: AsyncSession,
    engine: Engine,
) -> None:
    count = select(func.count()).select_from(ClientFactory.__model__)
    before = await async_db_session.scalar(count) or 0
    async with open_session() as session:
        session.add(ClientFactory.build())
        await session.commit()
    assert await async_db_session.scalar(count) == before + 1
    with engine.connect() as other:
        assert other.scalar(count) == before
