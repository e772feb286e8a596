import os
from collections.abc import Iterator

from sqlalchemy import create_engine
from sqlalchemy.orm import Session, scoped_session, sessionmaker

engine = create_engine(os.environ.get("DATABASE_URL", "postgresql+psycopg://localhost/desk"))
SessionLocal = sessionmaker(engine, autoflush=False)
Scoped = scoped_session(sessionmaker(engine))


class Store:
    """Opens sessions by itself, as older code does."""

    def __init__(self) -> None:
        self.open_session = sessionmaker(engine, expire_on_commit=False)


store = Store()


def get_db() -> Iterator[Session]:
    with SessionLocal() as session:
        yield session
