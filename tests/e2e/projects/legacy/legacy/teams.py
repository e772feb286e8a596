"""The newest part, written with SQLModel."""

from datetime import datetime
from enum import Enum

from sqlalchemy import Column, DateTime, UniqueConstraint
from sqlmodel import Field, Relationship, SQLModel


class Colour(str, Enum):
    """The colour of a team's shirts."""

    red = "red"
    blue = "blue"
    green = "green"


class Team(SQLModel, table=True):
    """Some players and a colour."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=40, unique=True)
    colour: Colour

    players: list["Player"] = Relationship(back_populates="team")


class Player(SQLModel, table=True):
    """Somebody with a number, which is theirs alone in the team."""

    __table_args__ = (UniqueConstraint("team_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    number: int = Field(ge=1, le=99)
    nickname: str | None = Field(default=None, max_length=20)
    joined_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))

    team: Team = Relationship(back_populates="players")
