"""Factory for `legacy.teams.Player`."""

from __future__ import annotations

from datetime import timezone

from polyfactory import Use

from legacy.teams import Player

from .base import ModelFactory, fake, in_turn
from .team import TeamFactory


class PlayerFactory(ModelFactory[Player]):
    """Makes rows for `Player`."""

    __model__ = Player

    team = TeamFactory
    number = Use(in_turn(range(1, 100)))
    joined_at = Use(fake.date_time_this_year, tzinfo=timezone.utc)
