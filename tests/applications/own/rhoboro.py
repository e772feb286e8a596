import pytest
from sqlalchemy import select

from app.models import Notebook

from .factories.notebook import NotebookFactory


@pytest.mark.asyncio
async def test_a_notebook_is_made(async_client, async_db_session):
    answer = await async_client.post("/api/notebooks", json={"title": "mine", "notes": []})
    assert answer.status_code == 200, answer.text
    assert (await async_db_session.scalars(select(Notebook.title))).all() == ["mine"]


@pytest.mark.asyncio
async def test_notebooks_are_listed(async_client):
    notebook = await NotebookFactory.create_async()
    answer = await async_client.get("/api/notebooks")
    assert [one["id"] for one in answer.json()["notebooks"]] == [notebook.id]


@pytest.mark.asyncio
async def test_nothing_is_left(async_db_session):
    assert (await async_db_session.scalars(select(Notebook))).all() == []
