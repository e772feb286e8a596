import os

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

URL = os.environ.get("DATABASE_URL", "postgresql+asyncpg://localhost/ferry")
engine = create_async_engine(URL)
SessionLocal = async_sessionmaker(engine)


def make_engine() -> AsyncEngine:
    """What a lifespan has for itself."""
    return create_async_engine(URL, pool_pre_ping=True)


async def boats() -> AsyncSession:
    return SessionLocal()
