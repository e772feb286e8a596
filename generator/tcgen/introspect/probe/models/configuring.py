"""Configures the mappers; where SQLAlchemy refuses one, the modules that need it are left out."""

from __future__ import annotations

from sqlalchemy import Table
from sqlalchemy.orm import configure_mappers

from ..common import Live, Notes, ProbeError, explain
from . import leftovers, mappers
from .import_closure import Graph
from .loading import Loader, first_line, import_failed


def configured(loader: Loader, notes: Notes, tops: set[str], needed: set[str]) -> list[Live]:
    """All mappers with tables, once they are configured.

    Args:
        loader: Imported the models.
        notes: What is left out is said there.
        tops: The project's top-level packages.
        needed: Modules the suite cannot do without, as env.py imports them.

    Raises:
        ProbeError: ``mapping-fails`` where nothing is left without what SQLAlchemy refuses.
    """
    with loader.timed():
        while True:
            try:
                configure_mappers()
                return [m for m in mappers.all_mappers() if mappers.tables_of(m)]
            except Exception as error:
                refused = [m for m in mappers.all_mappers() if "_configure_failed" in vars(m)]
                if not refused:
                    raise import_failed("the mapping of the models", error, loader.root, notes) from error
                _leave_out(refused, error, loader, notes, tops, needed)


def _leave_out(
    refused: list[Live], error: Exception, loader: Loader, notes: Notes, tops: set[str], needed: set[str]
) -> None:
    """Forget the modules that cannot be had without the refused classes.

    All classes of a registry are configured together, so a suite that imports one of these modules has no other
    class of theirs either.
    """
    names = [mappers.dotted(m) for m in refused]
    what = f"{', '.join(names)} cannot be configured: {type(error).__name__}: {first_line(error)}"
    out = _with_dependants({m.class_.__module__ for m in refused}, tops)
    left = [m for m in mappers.all_mappers() if m.class_.__module__ not in out and _is_of(m, tops)]
    if not left or out & needed:
        raise ProbeError("mapping-fails", what, _cure(loader), explain(error, loader.root))
    lost = sorted(mappers.dotted(m) for m in mappers.all_mappers() if m.class_.__module__ in out)
    leftovers.take_back(out)
    notes.add(
        "warning",
        "class-left-out",
        f"{what}; left out: {', '.join(lost)}",
        "SQLAlchemy configures all classes at once: the tests must not import the modules of these.",
    )


def _cure(loader: Loader) -> str:
    if not loader.failures:
        return "Correct what SQLAlchemy names, or say which modules to use with --models MODULE."
    for failure in loader.failures:
        loader.note_missing(failure.error)
    failure = loader.failures[0]
    return (
        f"{failure.module} could not be imported ({type(failure.error).__name__}: {first_line(failure.error)}): "
        "what it needs belongs into a module that --models MODULE names before the models."
    )


def _is_of(mapper: Live, tops: set[str]) -> bool:
    return mapper.class_.__module__.split(".")[0] in tops and bool(mappers.tables_of(mapper))


def _with_dependants(refused: set[str], tops: set[str]) -> set[str]:
    """Modules that import the refused ones, or whose tables refer to tables of theirs."""
    out = set(refused)
    while True:
        graph = Graph(tops | {name.split(".")[0] for name in out})
        more = {name for name in graph.names if graph.closure(name) & out}
        tables = {t.key for m in mappers.all_mappers() if m.class_.__module__ in out for t in _own(m)}
        more |= {
            m.class_.__module__
            for m in mappers.all_mappers()
            if any(_target(key) in tables for t in _own(m) for key in t.foreign_keys)
        }
        if more <= out:
            return out
        out |= more


def _own(mapper: Live) -> list[Table]:
    return [mapper.local_table] if isinstance(mapper.local_table, Table) else []


def _target(key: Live) -> str:
    return str(key.target_fullname).rpartition(".")[0]
