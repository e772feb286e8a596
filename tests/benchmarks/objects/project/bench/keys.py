"""Keys without relationships: no tribe without a nation, no nation without a continent."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from bench.base import Base


class Continent(Base):
    __tablename__ = "continent"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))


class Nation(Base):
    __tablename__ = "nation"

    id: Mapped[int] = mapped_column(primary_key=True)
    continent_id: Mapped[int] = mapped_column(ForeignKey("continent.id"))


class Tribe(Base):
    __tablename__ = "tribe"

    id: Mapped[int] = mapped_column(primary_key=True)
    nation_id: Mapped[int] = mapped_column(ForeignKey("nation.id"))
