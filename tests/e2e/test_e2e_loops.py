"""`async_db_session` lives on the loop of its test, whatever the project says of loops and the test says of its own."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from e2e_support import PROJECTS, copy, init, long_row, pytest_in, write

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
KEPT = """
    import asyncio

    import pytest
    from sqlalchemy import text
    from sqlalchemy.exc import DBAPIError

    pids = {}

    async def note(session, scope):
        pids.setdefault(scope, set()).add(await session.scalar(text("SELECT pg_backend_pid()")))

    @pytest.mark.asyncio(loop_scope="function")
    @pytest.mark.parametrize("time", [1, 2])
    async def test_function(async_db_session, time):
        await note(async_db_session, "function")

    @pytest.mark.asyncio(loop_scope="function")
    async def test_where_it_leads_is_known(async_db_session):
        prepared = await async_db_session.scalars(text("SELECT statement FROM pg_prepared_statements"))
        assert not [one for one in prepared if "current_database" in one]

    @pytest.mark.asyncio(loop_scope="module")
    @pytest.mark.parametrize("time", [1, 2])
    async def test_module(async_db_session, time):
        await note(async_db_session, "module")

    @pytest.mark.asyncio(loop_scope="package")
    @pytest.mark.parametrize("time", [1, 2])
    async def test_package(async_db_session, time):
        await note(async_db_session, "package")

    @pytest.mark.asyncio(loop_scope="session")
    @pytest.mark.parametrize("time", [1, 2])
    async def test_session(async_db_session, time):
        await note(async_db_session, "session")

    @pytest.mark.asyncio(loop_scope="class")
    class TestClass:
        @pytest.mark.parametrize("time", [1, 2])
        async def test_class(self, async_db_session, time):
            await note(async_db_session, "class")

    @pytest.mark.asyncio(loop_scope="class")
    class TestAnother:
        async def test_class(self, async_db_session):
            await note(async_db_session, "class")

    def test_a_connection_a_loop(engine):
        expected = {"function": 2, "module": 1, "package": 1, "session": 1, "class": 2}
        assert {scope: len(found) for scope, found in pids.items()} == expected
        assert len(set().union(*pids.values())) == 7
        gone = pids["function"] | pids["class"]
        with engine.connect() as connection:
            left = set(connection.scalars(text("SELECT pid FROM pg_stat_activity")))
        assert gone & left == set()

    @pytest.mark.parametrize("scope", ["function", "class", "module", "package", "session"])
    def test_one_dialect_for_all(async_engine, request, scope):
        assert request.getfixturevalue(f"async_engine_on_{scope}_loop").dialect is async_engine.dialect

    @pytest.mark.asyncio(loop_scope="module")
    async def test_given_up_in_the_middle(async_db_session):
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(async_db_session.execute(text("SELECT pg_sleep(60)")), 0.1)

    @pytest.mark.asyncio(loop_scope="module")
    async def test_after_that(async_db_session):
        assert await async_db_session.scalar(text("SELECT count(*) FROM account")) == 0

    @pytest.mark.asyncio(loop_scope="module")
    async def test_a_connection_that_breaks(async_db_session):
        with pytest.raises(DBAPIError):
            await async_db_session.execute(text("SELECT pg_terminate_backend(pg_backend_pid(), 5000)"))

    @pytest.mark.asyncio(loop_scope="module")
    async def test_is_replaced(async_db_session):
        await note(async_db_session, "module")
        assert len(pids["module"]) == 2
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
    long_row(MIXTURES, *FIRST),
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


def test_a_connection_is_kept_as_long_as_its_loop(shop: Path, on_a_url: dict[str, str]) -> None:
    write(shop / "tests/integration/test_kept.py", KEPT)
    done = pytest_in(shop, "tests/integration/test_kept.py", **on_a_url)
    (shop / "tests/integration/test_kept.py").unlink()
    assert (done.status, done.outcomes()) == (0, {"passed"}), done.text
    assert len(done.cases) == 9 + 3 + 1 + 5 + 4


def test_each_is_marked(shop: Path) -> None:
    done = pytest_in(shop, "tests/integration/test_loops.py", "-m", "postgres", "--collect-only", "-q")
    assert "10/11 tests collected" in done.out, done.text
