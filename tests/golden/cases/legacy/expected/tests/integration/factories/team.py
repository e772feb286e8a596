"""Factory for `legacy.teams.Team`."""

from __future__ import annotations

from polyfactory import Use

from legacy.teams import Colour, Team

from .base import ModelFactory, fake, serial


class TeamFactory(ModelFactory[Team]):
    """Makes rows for `Team`."""

    __model__ = Team

    name = Use(lambda: f"name-{next(serial)}")
    colour = Use(fake.random_element, list(Colour))
