import pytest
from sqlalchemy import func, select

from app.db.models import User

NEW = {"email": "new@example.org", "password": "Correct-horse-1", "name": "New"}


@pytest.mark.asyncio
async def test_a_user_signs_up(async_client, async_db_session):
    answer = await async_client.post("/api/access/signup", json=NEW)
    assert answer.status_code == 201, answer.text
    assert (await async_db_session.scalars(select(User.email))).all() == ["new@example.org"]


@pytest.mark.asyncio
async def test_nothing_is_left(async_db_session):
    assert await async_db_session.scalar(select(func.count()).select_from(User)) == 0
