"""What the application commits stays in the test."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import Engine
from sqlalchemy.ext.asyncio import AsyncSession

from async_shop.db import Session as ApplicationSession

from .factories.account import AccountFactory


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "open_session",
    [
        pytest.param(ApplicationSession, id="async_shop.db:Session"),
    ],
)
async def test_async_commits_stay_in_the_test(
    open_session: Callable[[], AsyncSession],
    async_db_session: AsyncSession,
    engine: Engine,
) -> None:
    count = select(func.count()).select_from(AccountFactory.__model__)
    before = await async_db_session.scalar(count) or 0
    async with open_session() as session:
        session.add(AccountFactory.build())
        await session.commit()
    assert await async_db_session.scalar(count) == before + 1
    with engine.connect() as other:
        assert other.scalar(count) == before
