"""Foreign keys a row cannot do without, and how a factory gets the rows they point to."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tcgen.ir.schema import ForeignKeyFact, MapperFact, RelationshipFact, TypeFact
from tcgen.plan.constraints.attribute import Tables
from tcgen.plan.constraints.type_parts import innermost
from tcgen.plan.constraints.value_kinds import kind_of


@dataclass(frozen=True)
class Link:
    """A foreign key that has to be filled.

    Attributes:
        key: The constraint.
        owner: The class that makes the parent's rows; the class itself for a row that points at itself.
        pairs: Attribute of the child → attribute of the parent.
        relationship: Set this relationship instead of the keys, where one says the same.
        self_reference: The row points at itself.
        convert: What makes the child's value out of the parent's where their Python types differ: ``str`` or
            ``UUID``; else "".
        circle: Of a parent that needs its child in turn: attribute of the parent → attribute of the child.
    """

    key: ForeignKeyFact
    owner: MapperFact
    pairs: dict[str, str]
    relationship: RelationshipFact | None
    self_reference: bool
    convert: str = ""
    circle: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Links:
    """All links of a class, and the targets no factory makes rows for."""

    links: tuple[Link, ...]
    unreachable: tuple[str, ...]


def required_links(
    mapper: MapperFact, tables: Tables, by_column: dict[tuple[str, str], str], needed: set[str]
) -> Links:
    """Return the foreign keys to fill.

    Args:
        mapper: The child's class.
        tables: All tables and classes.
        by_column: (table, column) → attribute, of the child.
        needed: Attributes that must hold a value.
    """
    links: list[Link] = []
    unreachable: list[str] = []
    seen: set[tuple[tuple[str, ...], str]] = set()
    for table in mapper.tables:
        for key in sorted(tables.tables[table].foreign_keys, key=lambda key: -len(key.columns)):
            names = [by_column.get((table, column), "") for column in key.columns]
            # MATCH SIMPLE: one NULL among the columns of a key switches the whole constraint off
            if not names or not set(names) <= needed or (key.columns, key.target) in seen:
                continue
            seen.add((key.columns, key.target))
            link = _link(mapper, tables, table, key, names)
            if link is None:
                unreachable.append(key.target)
            elif link.pairs:
                links.append(link)
    return Links(tuple(_consistent(_in_order(links, tables))), tuple(unreachable))


def _link(
    mapper: MapperFact, tables: Tables, table: str, key: ForeignKeyFact, names: list[str]
) -> Link | None:
    if key.target in mapper.tables and key.target != table and _is_inheritance(mapper, table, key, names):
        return Link(key, mapper, {}, None, False)
    if key.target in mapper.tables and key.target == table:
        own = _by_column(mapper)
        pairs = {
            name: own[(key.target, column)]
            for name, column in zip(names, key.target_columns, strict=True)
            if (key.target, column) in own
        }
        return Link(key, mapper, pairs, None, True)
    relationship = _relationship(mapper, table, key)
    owner = tables.owner(key.target)
    if owner is not None and relationship is not None and not tables.is_a(owner, relationship.target):
        # it takes a more special class than the one that makes rows of that table
        owner = tables.reachable(relationship.target) or owner
    if owner is None:
        return None
    remote = _by_column(owner)
    if any((key.target, column) not in remote for column in key.target_columns):
        return None
    pairs = {
        name: remote[(key.target, column)] for name, column in zip(names, key.target_columns, strict=True)
    }
    convert = _conversion(tables, table, key)
    if relationship is not None and (convert or not tables.is_a(owner, relationship.target)):
        relationship = None
    return Link(key, owner, pairs, relationship, False, convert)


def _conversion(tables: Tables, table: str, key: ForeignKeyFact) -> str:
    """Return what turns the parent's key into the child's, where one is text and the other a ``UUID``."""
    if len(key.columns) > 1:
        return ""
    ours = _uuid_class(tables.columns[(table, key.columns[0])].type)
    theirs = _uuid_class(tables.columns[(key.target, key.target_columns[0])].type)
    return ours if ours and theirs and ours != theirs else ""


def _uuid_class(fact: TypeFact) -> str:
    if fact.accepts or fact.example is not None:
        first = next(iter(fact.accepts), "")
        return {"uuid": "UUID", "uuid_str": "str", "str": "str"}.get(first, "")
    kind = kind_of(fact)
    if kind == "uuid":
        return "str" if innermost(fact).as_uuid is False else "UUID"
    return "str" if kind == "string" else ""


def _by_column(mapper: MapperFact) -> dict[tuple[str, str], str]:
    return {column: attribute.key for attribute in mapper.attributes for column in attribute.columns}


def _is_inheritance(mapper: MapperFact, table: str, key: ForeignKeyFact, names: list[str]) -> bool:
    own = _by_column(mapper)
    return all(
        own.get((key.target, column)) == name for name, column in zip(names, key.target_columns, strict=True)
    )


def _relationship(mapper: MapperFact, table: str, key: ForeignKeyFact) -> RelationshipFact | None:
    wanted = set(zip(key.columns, key.target_columns, strict=True))
    for relationship in sorted(mapper.relationships, key=lambda one: not one.required_init):
        if (
            relationship.direction == "MANYTOONE"
            and not relationship.uselist
            and not relationship.viewonly
            and relationship.local_table in (table, None)
            and relationship.remote_table in (key.target, None)
            and set(relationship.pairs) == wanted
            and relationship.key not in mapper.validators
        ):
            return relationship
    return None


def _in_order(links: list[Link], tables: Tables) -> list[Link]:
    """Put a key that is part of a wider one before it, where the wider one's parent does not bring its row along.

    A key that is known by then makes no row: that of a tenant is there with the host that belongs to it.
    """
    first = [
        one
        for one in links
        for wide in links
        if {*one.key.columns} < {*wide.key.columns} and not _brings(wide.key, one.key, tables)
    ]
    return [*first, *(one for one in links if one not in first)]


def _brings(wide: ForeignKeyFact, narrow: ForeignKeyFact, tables: Tables) -> bool:
    """Tell whether the row that a key points to needs the one that a part of it points to."""
    there = dict(zip(wide.columns, wide.target_columns, strict=True))
    return _leads(wide.target, {there[name] for name in narrow.columns}, narrow.target, tables, {wide.target})


def _leads(table: str, columns: set[str], target: str, tables: Tables, seen: set[str]) -> bool:
    for key in tables.tables[table].foreign_keys if table in tables.tables else ():
        if not columns <= {*key.columns}:
            continue
        there = dict(zip(key.columns, key.target_columns, strict=True))
        moved = {there[name] for name in columns}
        if key.target == target:
            return True
        if key.target not in seen and _leads(key.target, moved, target, tables, seen | {key.target}):
            return True
    return False


def _consistent(links: list[Link]) -> list[Link]:
    """Links that share a column have to agree on it: those copy keys, and the widest goes first."""
    shared = {name for one in links for name in one.pairs if sum(name in other.pairs for other in links) > 1}
    return [replace(one, relationship=None) if set(one.pairs) & shared else one for one in links]
