"""One table; the rest of this project is messages."""

import os

from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Parcel(Base):
    __tablename__ = "parcel"

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str]


def cache_url() -> str:
    return os.environ["COURIER_REDIS_URL"]


def kafka_brokers() -> str:
    return os.environ["KAFKA_BOOTSTRAP_SERVERS"]
