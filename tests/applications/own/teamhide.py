import pytest
from sqlalchemy import select

from app.user.domain.entity.user import User

from .factories.user import UserFactory

NEW = {
    "email": "new@example.org",
    "password1": "correct horse",
    "password2": "correct horse",
    "nickname": "new",
    "lat": 1.0,
    "lng": 2.0,
}


@pytest.mark.asyncio
async def test_a_user_is_made(async_client, async_db_session):
    answer = await async_client.post("/api/v1/user", json=NEW)
    assert answer.status_code == 200, answer.text
    assert (await async_db_session.scalars(select(User.nickname))).all() == ["new"]


@pytest.mark.asyncio
async def test_a_nickname_is_taken_once(async_client):
    await UserFactory.create_async(nickname="new")
    assert (await async_client.post("/api/v1/user", json=NEW)).status_code == 400


@pytest.mark.asyncio
async def test_nothing_is_left(async_db_session):
    assert (await async_db_session.scalars(select(User))).all() == []
