"""Factory for `legacy.teams.Player`."""

from __future__ import annotations

from datetime import timezone

from polyfactory import Use

from legacy.teams import Player

from .base import ModelFactory, fake, serial
from .team import TeamFactory


class PlayerFactory(ModelFactory[Player]):
    __model__ = Player

    team = TeamFactory
    number = Use(next, serial)
    joined_at = Use(fake.date_time_this_year, tzinfo=timezone.utc)
