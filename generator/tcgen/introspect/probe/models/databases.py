"""Which metadatas lie in a database of their own, and what that is called."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count, takewhile
from keyword import iskeyword
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import MetaData

from ..common import Live, Notes
from ..migrations.location import written_url
from . import engines, mappers
from .metadata import find_reference, mapped_tables, modules_under

_SAYS_NOTHING = re.compile(
    r"_*(alembic|migrations?|versions|models?|schemas?|tables|entities|orm|db|databases?|base|sql|sqlalchemy)_*"
)
_TAKEN = re.compile(
    r"conftest|containers|database|db|explain|factories|mariadb|models|mysql|postgres|schema|services|sqlite"
)
"""What a suite has by these names already."""

_BASE = re.compile(r"_?(declarative_)?(base|model|metadata)(_|$)")


class History(NamedTuple):
    """An Alembic configuration: where it is, and what running its env.py showed; None where there is none to run."""

    place: Live = None
    url_source: Live = None

    @property
    def metadatas(self) -> list[MetaData]:
        """Those with tables that it is about."""
        return [] if self.url_source is None else [m for m in self.url_source.metadatas if m.tables]


@dataclass
class Database:
    """Metadatas that share a database.

    Attributes:
        metadatas: One at least.
        history: Of the migrations that make it.
        bind: The key that a web framework's extension knows it by; "" for its own.
        arguments: What its migrations are told: by that one history makes the databases of all binds.
        why: What shows that it is one of its own; "" for the first.
        name, backend: Where there are several: what it is called, and its kind as far as URLs can tell.
        engine, place: Where there are several: an engine on it that a module of the project holds, and host, port and name
            of that database.
    """

    metadatas: list[MetaData]
    history: History = History()
    bind: str = ""
    arguments: dict[str, str] = field(default_factory=dict[str, str])
    why: str = ""
    name: str = ""
    backend: str = ""
    engine: dict[str, str] | None = None
    place: list[Live] = field(default_factory=list[Live])


def of_use(
    histories: list[History], given: list[MetaData], every: list[Live], root: str, notes: Notes
) -> list[History]:
    """Leave out later Alembic configurations that are not about models of their own.

    Where an env.py names no metadata, it is taken to be about the classes of the package that it lies in.

    Args:
        histories: The first configuration, and later ones.
        given: The metadatas that the user asked for; none where all are meant.
        every: All mappers.
        root: The project's.
        notes: For remarks.
    """
    first, *others = histories
    named = first.metadatas
    used = [first]
    for one in others:
        found = one.metadatas or _in_the_package(one.place.script.parent, every)
        if found and not set(found) & set(named) and (not given or set(found) <= set(given)):
            one.url_source.metadatas = found
            named += found
            used.append(one)
            continue
        shown = one.place.ini or one.place.script
        notes.add(
            "note",
            "alembic-config-left-out",
            f"{shown.relative_to(root) if shown.is_relative_to(root) else shown.name} is left out: "
            + (
                "its models are taken already, or not asked for"
                if found
                else "no models are seen to belong to it"
            ),
            "Use it instead of the first one with --alembic-config PATH.",
        )
    return used


def _in_the_package(folder: Path, every: list[Live]) -> list[MetaData]:
    """The metadatas whose classes all lie in the package of a folder."""
    found = (n for n, m in list(sys.modules.items()) if str(folder) in getattr(m, "__path__", ()))
    name = next(found, "")
    modules: dict[MetaData, list[str]] = {}
    for mapper in every:
        for metadata in _metadatas(mapper):
            modules.setdefault(metadata, []).append(mapper.class_.__module__)
    return [m for m, names in modules.items() if name and all(f"{n}.".startswith(f"{name}.") for n in names)]


def split(
    chosen: list[MetaData],
    histories: list[History],
    rivals: list[MetaData],
    every: list[Live],
    tops: set[str],
) -> list[Database]:
    """Divide the project's metadatas.

    Args:
        chosen: Those that fit beside each other.
        histories: Those of use, the first configuration's before others.
        rivals: Those that have tables of the same names as some of ``chosen``.
        every: All mappers.
        tops: The project's packages.

    Returns:
        Databases that have tables, that of the first configuration before others.
    """
    first, *others = histories
    found = [Database(chosen, first)]
    for one in others:
        found.append(Database(one.metadatas, one, why="migrations of its own"))
        chosen[:] = [m for m in chosen if m not in one.metadatas]
    for bind in dict.fromkeys(bind_key(m) for m in chosen):
        inside = [m for m in chosen if bind and bind_key(m) == bind]
        if inside and len(inside) < len(chosen):
            found.append(Database(inside, bind=bind, why=f"the bind {bind}"))
            chosen[:] = [m for m in chosen if m not in inside]
    for inside in _with_engines_of_their_own(chosen, first.metadatas, every, tops):
        found.append(Database(inside, why="an engine of its own"))
        chosen[:] = [m for m in chosen if m not in inside]
    found += [Database([m], why="tables of the same names") for m in rivals]
    found = [one for one in found if one.metadatas]
    _share_history(found, first)
    if len(found) > 1:
        _name(found, every)
        for database in found:
            database.backend = _backend_of(database, every, tops)
            database.engine, database.place = _engine_of(database, every, tops)
    return found


def _share_history(databases: list[Database], first: History) -> None:
    """Have the databases of binds made by the scripts of the first, if these are told which bind it is."""
    bound = [one for one in databases if one.bind]
    if not bound or first.place is None:
        return
    from ..migrations.history import argument_of  # which takes Alembic

    name = argument_of(first.place.script)
    for one in [*databases[:1], *bound] if name else ():
        one.history, one.arguments = first, {name: one.bind}


def bind_key(metadata: MetaData) -> str:
    """The key under which a web framework's extension keeps a metadata; "" for its own, and for all others."""
    return str(metadata.info.get("bind_key") or "")


def _with_engines_of_their_own(
    chosen: list[MetaData], named: list[MetaData], every: list[Live], tops: set[str]
) -> list[list[MetaData]]:
    """Those whose engines lead to another database than that of the most classes, or of what an env.py names."""
    if len(chosen) < 2:
        return []
    known = engines.places(chosen, _homes(chosen, every, tops), modules_under(tops))
    ours = max(chosen, key=lambda m: (m in named, len(mapped_tables(m, every))))
    if ours not in known:
        return []
    others = dict.fromkeys(place for m, place in known.items() if place != known[ours] and m not in named)
    return [[m for m in chosen if known.get(m) == place and m not in named] for place in others]


def _homes(metadatas: list[MetaData], every: list[Live], tops: set[str]) -> dict[MetaData, str]:
    """The module that each can be imported from."""
    refs = {m: find_reference(m, [one for one in every if m in _metadatas(one)], tops) for m in metadatas}
    return {m: ref["module"] for m, ref in refs.items() if ref is not None}


def _backend_of(database: Database, every: list[Live], tops: set[str]) -> str:
    """The kind of database that a further one is seen to be, by SQLAlchemy's name; "" where nothing shows it."""
    place, url_source = database.history
    if place is not None:
        from ..migrations.env_py import OPTION, as_url  # which takes Alembic

        seen = [url_source.run.url if url_source.run else None, written_url(place)]
        shown = [
            url for one in seen if (url := as_url(one)) is not None and OPTION not in (url.host, url.database)
        ]
        return shown[0].get_backend_name() if shown else ""
    names = modules_under(tops)
    known = engines.places(database.metadatas, _homes(database.metadatas, every, tops), names)
    return str(next((kind for kind, *_ in known.values()), engines.backend_of_bind(database.bind, names)))


def _engine_of(
    database: Database, every: list[Live], tops: set[str]
) -> tuple[dict[str, str] | None, list[Live]]:
    names = modules_under(tops)
    known = engines.places(database.metadatas, _homes(database.metadatas, every, tops), names)
    place = next(iter(known.values()), None)
    return (engines.reference(place, names), list(place[1:])) if place else (None, [])


def elsewhere(histories: list[History]) -> list[MetaData]:
    """Those that only a later Alembic configuration is about."""
    return [m for one in histories[1:] for m in one.metadatas]


def separate(found: list[MetaData], every: list[Live], notes: Notes) -> tuple[list[MetaData], list[MetaData]]:
    """Part metadatas whose tables fit in one database from those that repeat the names of more mapped ones."""
    chosen: list[MetaData] = []
    rivals: list[MetaData] = []
    for item in sorted(found, key=lambda m: -len(mapped_tables(m, every))):
        if not any(set(m.tables) & set(item.tables) for m in chosen):
            chosen.append(item)
        elif mapped_tables(item, every):
            rivals.append(item)
        else:
            some = ", ".join(sorted(item.tables)[:3])
            notes.add(
                "note",
                "metadata-copy",
                f"A metadata repeats mapped tables and has no class: {some}; left out.",
            )
    return sorted(chosen, key=found.index), rivals


def _metadatas(mapper: Live) -> set[MetaData]:
    return {table.metadata for table in mappers.tables_of(mapper)}


def _name(databases: list[Database], every: list[Live]) -> None:
    """Call each by its bind, else by the part of its modules' names that others do not have."""
    words = [[one.bind] if one.bind else list(_words(one, every)) for one in databases]
    taken: set[str] = set()
    for one, mine in zip(databases, words, strict=True):
        others = {word for theirs in words if theirs is not mine for word in theirs}
        own = [word for word in mine if word not in others and not _SAYS_NOTHING.fullmatch(word)]
        named = own[-1] if own else ("main" if one is databases[0] else "other")
        one.name = next(name for name in _numbered(named) if name not in taken and not _TAKEN.fullmatch(name))
        taken.add(one.name)


def _words(database: Database, every: list[Live]) -> Iterator[str]:
    """The names of the bases, the folders of the migrations, and the packages of most classes, the best last."""
    classes = [m.class_ for m in every if set(database.metadatas) & _metadatas(m)]
    modules = [cls.__module__.split(".") for cls in classes]
    for cls in classes[:1]:
        roots = [b for b in cls.__mro__ if getattr(b, "metadata", None) in database.metadatas]
        yield from _identifiers(_BASE.sub("", _snake(root.__name__)) for root in reversed(roots[-1:]))
    if database.history.place is not None:
        yield from _identifiers(database.history.place.script.parts[-4:])
    shared = takewhile(lambda parts: len({*parts}) == 1, zip(*modules, strict=False))
    yield from _identifiers(parts[0] for parts in shared)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _identifiers(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        word = re.sub(r"\W+", "_", name).strip("_").lower()
        if word.isidentifier() and not iskeyword(word):
            yield word


def _numbered(name: str) -> Iterator[str]:
    yield from (name, f"{name}_db")
    yield from (f"{name}_{number}" for number in count(2))
