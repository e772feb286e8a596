"""The engine and the sessions of the running shop."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from async_shop import settings

engine = create_async_engine(settings.DATABASE_URL, echo=settings.SQL_ECHO)
Session = async_sessionmaker(engine, expire_on_commit=False)
