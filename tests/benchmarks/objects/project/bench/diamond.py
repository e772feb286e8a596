"""Two required keys that lead to one kind of row: a match needs two teams, and each team a league."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bench.base import Base


class League(Base):
    __tablename__ = "league"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))


class Team(Base):
    __tablename__ = "team"

    id: Mapped[int] = mapped_column(primary_key=True)
    league_id: Mapped[int] = mapped_column(ForeignKey("league.id"))
    league: Mapped[League] = relationship()


class Referee(Base):
    __tablename__ = "referee"

    id: Mapped[int] = mapped_column(primary_key=True)
    league_id: Mapped[int] = mapped_column(ForeignKey("league.id"))
    league: Mapped[League] = relationship()


class Match(Base):
    __tablename__ = "match"

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    referee_id: Mapped[int] = mapped_column(ForeignKey("referee.id"))
    team: Mapped[Team] = relationship()
    referee: Mapped[Referee] = relationship()
