"""Suites for projects unlike the demo: only asynchronous; grown, with three ways of mapping."""

from __future__ import annotations

from pathlib import Path

import pytest
from e2e_support import PROJECTS, SuiteRun, copy, init, mapped_classes, pytest_in, write

pytestmark = pytest.mark.e2e

SHOP = ["Account", "Basket", "BasketItem", "Invoice", "Product"]

ASYNC_SESSIONS = """
    import pytest
    from sqlalchemy import func, select

    from async_shop.checkout import check_out
    from async_shop.models import Account, Basket, Invoice

    from .factories import all_factories

    factories = {factory.__name__: factory for factory in all_factories()}

    async def count(session, model):
        return await session.scalar(select(func.count()).select_from(model))

    @pytest.mark.asyncio
    @pytest.mark.parametrize("time", ["first", "second"])
    async def test_commit_is_gone_in_the_next_test(async_db_session, time):
        assert await count(async_db_session, Account) == 0
        await factories["AccountFactory"].create_async(email="A@example.org")
        await async_db_session.commit()
        await async_db_session.rollback()
        assert await count(async_db_session, Account) == 1

    @pytest.mark.asyncio
    async def test_application_code_that_commits(async_db_session):
        item = await factories["BasketItemFactory"].create_async(pieces=2)
        basket = await async_db_session.get_one(Basket, item.basket_id)
        invoice = await check_out(async_db_session, basket)
        assert invoice.total * 100 == item.product.price_cents * 2
        assert (await count(async_db_session, Basket), await count(async_db_session, Invoice)) == (0, 1)

    @pytest.mark.asyncio
    async def test_a_batch(async_db_session):
        rows = await factories["ProductFactory"].create_batch_async(3, price_cents=100)
        assert [row.price_cents for row in rows] == [100] * 3
"""

LEAGUE = """
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlmodel import Field, Session, SQLModel, select
    from sqlmodel.ext.asyncio.session import AsyncSession

    class Team(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        name: str = Field(unique=True)

    def names(session: Session) -> list[str]:
        return list(session.exec(select(Team.name)).all())

    async def names_at_once(session: AsyncSession) -> list[str]:
        return list((await session.exec(select(Team.name))).all())

    def connect(url: str):
        return create_async_engine(url)
"""
EXEC = """
    import pytest

    from league import names, names_at_once

    from .factories.team import TeamFactory

    def test_exec(db_session):
        TeamFactory.create_sync(name="reds")
        assert names(db_session) == ["reds"]

    @pytest.mark.asyncio
    async def test_exec_at_once(async_db_session):
        await TeamFactory.create_async(name="blues")
        assert await names_at_once(async_db_session) == ["blues"]
"""


def suite_of(name: str, tmp_path: Path) -> Path:
    root = copy(PROJECTS / name, tmp_path / name)
    done = init(root)
    assert "error:" not in done.err
    return root


def assert_green(done: SuiteRun, classes: list[str]) -> None:
    assert (done.status, done.outcomes()) == (0, {"passed"}), done.text
    assert done.ids("test_inserts_a_row") == classes
    assert done.ids("test_inserts_25_rows") == classes


def test_async_shop(tmp_path: Path) -> None:
    root = suite_of("async_shop", tmp_path)
    write(root / "tests/integration/test_async_sessions.py", ASYNC_SESSIONS)
    strict = ("-W", "error::sqlalchemy.exc.SAWarning")
    done = pytest_in(root, "tests/integration", "-n", "2", *strict, TEST_DATABASE="embedded")
    assert_green(done, [f"async_shop.models.{name}" for name in SHOP])
    assert len(done.cases) == 10 + 3 + 1 + 4


def test_legacy(tmp_path: Path, on_a_url: dict[str, str]) -> None:
    pytest.importorskip("sqlmodel")
    root = suite_of("legacy", tmp_path)
    classes = mapped_classes(root)
    assert len(classes) == 15
    done = pytest_in(root, "tests/integration", **on_a_url)
    assert_green(done, classes)


def test_code_written_for_the_sessions_of_sqlmodel(tmp_path: Path) -> None:
    pytest.importorskip("sqlmodel")
    write(tmp_path / "league.py", LEAGUE)
    write(tmp_path / "pyproject.toml", '[project]\nname = "league"\nversion = "1"\n')
    assert "error:" not in init(tmp_path).err
    write(tmp_path / "tests/integration/test_exec.py", EXEC)
    done = pytest_in(tmp_path, "tests/integration", TEST_DATABASE="embedded")
    assert_green(done, ["league.Team"])
    assert len(done.cases) == 2 + 2


def test_every_type(tmp_path: Path) -> None:
    """Each column type of SQLAlchemy, PostgreSQL and the libraries that bring types, NOT NULL and UNIQUE."""
    root = suite_of("every_type", tmp_path)
    classes = mapped_classes(root)
    assert len(classes) == 25
    assert_green(pytest_in(root, "tests/integration", TEST_DATABASE="embedded"), classes)
