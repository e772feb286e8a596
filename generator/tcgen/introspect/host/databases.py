"""Which of a project's databases is the first, and where models stay that a suite has already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import count

from tcgen.ir.diagnostics import Diagnostic, some_of
from tcgen.ir.schema import BACKENDS, TITLES, KnownDatabases, MapperFact, Schema

_OF_ONE_DATABASE = ("name", "bind", "backend", "engine", "place", "metadatas", "tables", "mappers", "alembic")


def arranged(schema: Schema, known: KnownDatabases | None) -> Schema:
    """Put a project's databases in order.

    Args:
        schema: As the probe found them.
        known: Where a suite has the models; None where the database that most of them are in is to be the first.
    """
    # one history may make several, and is remarked upon once
    remarks = dict.fromkeys(remark for one in schema.databases for remark in one.diagnostics)
    schema = schema.model_copy(update={"diagnostics": tuple(remarks)})
    if known is None:
        schema = _with_first(schema, max(schema.databases, key=_rank))
    else:
        schema = _as_known(schema, known)
    said = (*_apart(schema), *_of_another_kind(schema))
    return schema.model_copy(update={"diagnostics": (*schema.diagnostics, *said)})


def _rank(schema: Schema) -> tuple[bool, bool, int]:
    """Return what makes a database the first: one that the framework's session has by itself, and the most models."""
    return bool(schema.mappers), not schema.bind, len(schema.mappers)


def _with_first(schema: Schema, first: Schema) -> Schema:
    """Have one of the databases before the others."""
    if first is schema:
        return schema
    mine, other = ({name: getattr(one, name) for name in _OF_ONE_DATABASE} for one in (schema, first))
    # what sets two databases apart is the same seen from either
    rest = tuple(one.model_copy(update=mine) if one is first else one for one in schema.further)
    return schema.model_copy(update={**other, "further": rest})


def _as_known(schema: Schema, known: KnownDatabases) -> Schema:
    """Leave models where a suite has them: its tests go by where the factories are."""
    schema = _with_first(
        schema, next((one for one in schema.databases if _home(one.mappers, known) == ""), schema)
    )
    homes = {one.name: _home(one.mappers, known) for one in schema.further}
    together = (schema, *(one for one in schema.further if homes[one.name] == ""))
    taken = {name for name in homes.values() if name}
    further: list[Schema] = []
    for one in schema.further:
        if (home := homes[one.name]) == "":
            continue
        name = home or next(name for name in _numbered(one.name) if name not in taken)
        taken.add(name)
        further.append(one.model_copy(update={"name": name}))
    return schema.model_copy(
        update={
            **{name: _sum(together, name) for name in ("metadatas", "tables", "mappers")},
            "further": tuple(further),
            "diagnostics": (*schema.diagnostics, *map(_not_parted, together[1:])),
        }
    )


def _home(mappers: tuple[MapperFact, ...], known: KnownDatabases) -> str | None:
    """Return the database that a suite has most of some classes in; None where it knows none of them."""
    found = Counter(known.homes[one.cls.dotted] for one in mappers if one.cls.dotted in known.homes)
    return found.most_common(1)[0][0] if found else None


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}_{number}" for number in count(2))


def _sum(schemas: tuple[Schema, ...], name: str) -> tuple[object, ...]:
    return tuple(fact for one in schemas for fact in getattr(one, name))


def _apart(schema: Schema) -> tuple[Diagnostic, ...]:
    """Say which classes are in a database of their own."""
    return tuple(
        Diagnostic(
            level="note",
            code="further-database",
            message=f"{one.name}: a database beside {schema.name}, since it has {one.apart}:"
            f" {some_of([mapper.cls.dotted for mapper in one.mappers], 3) or 'no mapped classes'}",
        )
        for one in schema.further
    )


def _of_another_kind(schema: Schema) -> Iterator[Diagnostic]:
    """Warn of further databases that the suite has on another kind than their own: it has one server at the most."""
    for one in schema.further:
        kind = one.backend.replace("mariadb", "mysql")
        if kind not in ("", "sqlite", BACKENDS[schema.dialect]):
            yield Diagnostic(
                level="warning",
                code="another-kind",
                message=f"{one.name}: its URL begins with {one.backend}, but the suite has all databases on"
                f" {TITLES[schema.dialect]}, where its types and constraints may act otherwise",
                hint="--models and --alembic-config, given for the others, leave it out",
            )


def _not_parted(schema: Schema) -> Diagnostic:
    return Diagnostic(
        level="note",
        code="database-not-parted",
        message=f"{schema.name}: it has {schema.apart}, but the suite has its models in the first database: they stay there",
        hint="a suite made anew, without .tcgen/answers.yml, parts them",
    )
