"""Factory for `desk.models.Note`."""

from __future__ import annotations

from polyfactory import Use

from desk.models import Note

from .base import ModelFactory, fake


class NoteFactory(ModelFactory[Note]):
    """Makes rows for `Note`."""

    __model__ = Note

    text = Use(lambda: fake.sentence()[:80])
