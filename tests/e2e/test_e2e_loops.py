"""`async_db_session` lives on the loop of its test, whatever the project says of loops and the test says of its own."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from e2e_support import PROJECTS, copy, init, pytest_in, write

pytestmark = pytest.mark.e2e

CHOSEN = """
    import pytest
    from sqlalchemy import func, select

    from async_shop.models import Account

    from .explain import explained
    from .factories.account import AccountFactory

    async def add(session):
        assert await session.scalar(select(func.count()).select_from(Account)) == 0
        await AccountFactory.create_async()
        await session.commit()
        assert await session.scalar(select(func.count()).select_from(Account)) == 1

    @pytest.mark.parametrize("time", [1, 2])
    @pytest.mark.asyncio
    async def test_default(async_db_session, time):
        await add(async_db_session)

    @pytest.mark.asyncio(loop_scope="function")
    async def test_function(async_db_session):
        await add(async_db_session)

    @pytest.mark.asyncio(loop_scope="module")
    @pytest.mark.parametrize("time", [1, 2])
    async def test_module(async_db_session, time):
        await add(async_db_session)

    @pytest.mark.asyncio(loop_scope="package")
    async def test_package(async_db_session):
        await add(async_db_session)

    @pytest.mark.asyncio(loop_scope="session")
    async def test_session(async_db_session):
        await add(async_db_session)

    @pytest.mark.asyncio(loop_scope="class")
    class TestClass:
        async def test_one(self, async_db_session):
            await add(async_db_session)

        @pytest.mark.asyncio(loop_scope="session")
        async def test_another(self, async_db_session):
            await add(async_db_session)

    def test_another_loop_is_no_refused_value():
        with pytest.raises(RuntimeError, match="different loop"), explained(AccountFactory):
            raise RuntimeError("got Future attached to a different loop")

    def test_sync(db_session):
        assert db_session.scalar(select(func.count()).select_from(Account)) == 0
"""
SCOPES = ("function", "class", "module", "session")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A suite that is only asynchronous, with tests on every loop there is."""
    root = copy(PROJECTS / "async_shop", tmp_path_factory.mktemp("loops") / "shop")
    init(root)
    write(root / "tests/integration/test_loops.py", CHOSEN)
    return root


MIXTURES = list(product(SCOPES, SCOPES, ("strict", "auto")))
FIRST = [("session", "function", "auto"), ("function", "session", "strict"), ("module", "class", "strict")]


@pytest.mark.parametrize(
    ("fixtures", "tests", "mode"),
    [pytest.param(*one, marks=() if one in FIRST else pytest.mark.matrix) for one in MIXTURES],
)
def test_every_mixture(shop: Path, on_a_url: dict[str, str], fixtures: str, tests: str, mode: str) -> None:
    options = {
        "asyncio_mode": mode,
        "asyncio_default_fixture_loop_scope": fixtures,
        "asyncio_default_test_loop_scope": tests,
    }
    given = [part for name, value in options.items() for part in ("-o", f"{name}={value}")]
    done = pytest_in(shop, "tests/integration", "-k", "loops or Account", *given, **on_a_url)
    assert (done.status, done.outcomes()) == (0, {"passed"}), done.text
    assert len(done.cases) == 13


def test_each_is_marked(shop: Path) -> None:
    done = pytest_in(shop, "tests/integration/test_loops.py", "-m", "postgres", "--collect-only", "-q")
    assert "10/11 tests collected" in done.out, done.text
