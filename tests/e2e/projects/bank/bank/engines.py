"""Each database has its engine."""

from sqlalchemy.ext.asyncio import create_async_engine

clients = create_async_engine("postgresql+asyncpg://nobody@127.0.0.1:1/clients")
ledger = create_async_engine("postgresql+asyncpg://nobody@127.0.0.1:1/ledger")
