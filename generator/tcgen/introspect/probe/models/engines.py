"""Which database a metadata's rows go to, as far as engines and session factories that modules hold tell."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress

from sqlalchemy import MetaData, inspect
from sqlalchemy.engine import Engine

from ..common import Live
from .metadata import metadatas_of

Place = tuple[object, ...]
"""Kind, host, port and name of a database."""


def places(metadatas: list[MetaData], homes: dict[MetaData, str], names: list[str]) -> dict[MetaData, Place]:
    """The database of each metadata that something shows one for.

    Session factories with ``binds`` say it; else it is that of the only engine, or of the session factories, in the module
    of its base: a guess.

    Args:
        metadatas: Those to find it for.
        homes: The module that each lies in.
        names: Modules of the project that may hold session factories.
    """
    bound = dict(_bound(names))
    found: dict[MetaData, Place] = {}
    for item in metadatas:
        beside = {place for value in _values(homes.get(item, "")) for place in _engine_places(value)}
        if item in bound:
            found[item] = bound[item]
        elif len(beside) == 1:
            found[item] = beside.pop()
    return found


def backend_of_bind(bind: str, names: list[str]) -> str:
    """The kind of database behind a bind of a web framework's extension; "" where none is open."""
    for value in (value for name in names for value in _values(name) if bind):
        with suppress(Exception):
            return str(value.engines[bind].url.get_backend_name())
    return ""


def reference(place: Place, names: list[str]) -> dict[str, str] | None:
    """How to get an engine on a database: an attribute of one of the project's modules, or what a session factory there has.

    Args:
        place: The database.
        names: Modules of the project, the ones to be preferred first.
    """
    for name in names:
        for attribute, value in vars(sys.modules[name]).items() if name in sys.modules else ():
            for path, one in ((attribute, value), (f'{attribute}.kw["bind"]', _settings(value).get("bind"))):
                if place in _engine_places(one):
                    return {"module": name, "qualname": path}
    return None


def _bound(names: list[str]) -> Iterator[tuple[MetaData, Place]]:
    """What is said by ``binds``: of bases, classes and tables."""
    for name in names:
        for value in _values(name):
            binds: dict[Live, Live] = _settings(value).get("binds") or {}
            for key, engine in binds.items():
                for metadata in _metadatas_of_key(key):
                    yield from ((metadata, place) for place in _engine_places(engine))


def _metadatas_of_key(key: Live) -> list[MetaData]:
    found = metadatas_of(key)
    if not found:
        with suppress(Exception):
            found = [inspect(key).local_table.metadata]
    return found


def _values(module: str) -> list[Live]:
    return list(vars(sys.modules[module]).values()) if module in sys.modules else []


def _engine_places(value: Live) -> Iterator[Place]:
    """The databases of an engine, or of a session factory's."""
    for one in (value, _settings(value).get("bind")):
        engine = sync_engine(one)
        if isinstance(engine, Engine):
            url = engine.url
            yield url.get_backend_name(), url.host, url.port, url.database


def sync_engine(value: Live) -> Live:
    """The engine below an asynchronous one; anything else as it is."""
    return getattr(value, "sync_engine", value) if type(value).__name__ == "AsyncEngine" else value


def _settings(value: Live) -> dict[str, Live]:
    """What a session factory, or a registry of its sessions, gives to each session."""
    factory = getattr(value, "session_factory", value) if "scoped_session" in type(value).__name__ else value
    found: dict[str, Live] = getattr(factory, "kw", {}) if "sessionmaker" in type(factory).__name__ else {}
    return found
