"""``MapperFact``: mapped classes, their attributes, relationships and constructors."""

from __future__ import annotations

import dataclasses
import inspect
import sys
import types
from contextlib import suppress

from sqlalchemy import Table
from sqlalchemy.ext.associationproxy import AssociationProxy
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import mapperlib
from sqlalchemy.orm.exc import UnmappedClassError
from sqlalchemy.types import TypeDecorator

from ..column_types import bind_trials, probe_values, type_facts
from ..common import Live, can_be_named, is_importable, reference
from . import fields


def all_mappers() -> list[Live]:
    """Every mapper of this process, by class name."""
    found: set[Live] = set()
    for registry in mapperlib._all_registries():
        for manager in list(registry._managers):
            # a module whose import failed leaves classes behind, mapped or half so
            with suppress(UnmappedClassError):
                if manager.class_.__module__ in sys.modules:
                    found.add(manager.mapper)
    return sorted(found, key=lambda m: (m.class_.__module__, m.class_.__qualname__))


def tables_of(mapper: Live) -> list[Table]:
    """The tables a row of this class touches, the root's first."""
    tables: list[Table] = []
    for step in reversed(list(mapper.iterate_to_root())):
        if mapper.concrete and step is not mapper:
            continue
        own: Live = step.local_table
        if isinstance(own, Table) and own not in tables:
            tables.append(own)
    return tables


def dotted(mapper: Live) -> str:
    """The module and the qualified name of a mapped class."""
    return f"{mapper.class_.__module__}.{mapper.class_.__qualname__}"


def mapper_fact(
    mapper: Live, references: dict[type, dict[str, str]], registry: dict[str, str] | None
) -> dict[str, Live]:
    """Everything ``MapperFact`` asks for.

    Args:
        mapper: A configured mapper with at least one table.
        references: Where a class can be imported from, for those whose own names lead elsewhere.
        registry: Where the registry can be imported from, of a class that cannot be.
    """
    cls = mapper.class_
    tables = tables_of(mapper)
    constructor = _constructor(mapper)
    return {
        "cls": references.get(cls) or reference(cls),
        "importable": is_importable(cls) or cls in references,
        "elsewhere": references.get(cls, reference(cls)) != reference(cls),
        "registry": registry,
        "table": (mapper.local_table if isinstance(mapper.local_table, Table) else tables[-1]).key,
        "tables": [t.key for t in tables],
        "inherits": _reference(mapper.inherits.class_, references) if mapper.inherits else None,
        "discriminator": _attribute_key(mapper, mapper.polymorphic_on),
        "polymorphic_identity": None
        if mapper.polymorphic_identity is None
        else repr(mapper.polymorphic_identity),
        "abstract": _is_abstract(mapper),
        "version_id": _attribute_key(mapper, mapper.version_id_col),
        "attributes": _attributes(mapper),
        "relationships": [
            _relationship(r, constructor, references)
            for r in mapper.relationships
            if not r.mapper._dispose_called  # the backref of a class that was left out
        ],
        "constructor": constructor,
        "validators": sorted(mapper.validators),
        "indirect": sorted(_indirect(mapper)),
        "checks": fields.checks(mapper),
        "without_default": fields.without_default(mapper),
    }


def _indirect(mapper: Live) -> set[str]:
    """Names that can be set and are no column's or relationship's: what they are given ends up in one of these."""
    found = {*mapper.synonyms.keys(), *mapper.composites.keys()}
    for cls in mapper.class_.__mro__:
        found |= {name for name, value in vars(cls).items() if _is_settable(value)}
    return found - {*mapper.column_attrs.keys(), *mapper.relationships.keys()}


def _is_settable(value: Live) -> bool:
    if isinstance(value, (property, hybrid_property)):
        return value.fset is not None
    return isinstance(value, AssociationProxy)


def _reference(cls: Live, references: dict[type, dict[str, str]]) -> dict[str, str]:
    return references.get(cls) or reference(cls)


def _attribute_key(mapper: Live, column: Live) -> str | None:
    if column is None:
        return None
    with suppress(Exception):
        key: str = mapper.get_property_by_column(column).key
        return key
    return None


def _is_abstract(mapper: Live) -> bool:
    if not isinstance(mapper.local_table, Table) or getattr(mapper, "polymorphic_abstract", False):
        return True
    return mapper.polymorphic_on is not None and mapper.polymorphic_identity is None and not mapper.concrete


def _attributes(mapper: Live) -> list[dict[str, Live]]:
    facts: list[dict[str, Live]] = []
    for prop in mapper.column_attrs:
        columns = [
            (c.table.key, c.name) for c in prop.columns if isinstance(getattr(c, "table", None), Table)
        ]
        if columns:
            facts.append({"key": prop.key, "columns": columns})
    return facts


def _relationship(
    prop: Live, constructor: dict[str, Live], references: dict[type, dict[str, str]]
) -> dict[str, Live]:
    pairs = list(prop.local_remote_pairs)
    is_dataclass = constructor["kind"] == "dataclass"
    return {
        "key": prop.key,
        "target": _reference(prop.mapper.class_, references),
        "direction": prop.direction.name,
        "uselist": bool(prop.uselist),
        "viewonly": bool(prop.viewonly),
        "pairs": [(local.name, remote.name) for local, remote in pairs],
        "local_table": _table_key(pairs[0][0]) if pairs else None,
        "remote_table": _table_key(pairs[0][1]) if pairs else None,
        "required_init": is_dataclass and prop.key in constructor["required"],
    }


def _table_key(column: Live) -> str | None:
    key = getattr(getattr(column, "table", None), "key", None)
    return key if isinstance(key, str) else None


def _original_init(mapper: Live) -> Live:
    """The ``__init__`` as it was written, below SQLAlchemy's instrumentation."""
    init = mapper.class_manager.original_init or mapper.class_.__init__
    while getattr(init, "_sa_original_init", None) is not None:
        init = init._sa_original_init
    return init


def _constructor(mapper: Live) -> dict[str, Live]:
    cls = mapper.class_
    init = _original_init(mapper)
    of_pydantic = fields.fields_of(cls)
    if of_pydantic:
        return _sqlmodel(mapper, init, of_pydantic)
    if init is object.__init__:
        return {"kind": "none"}
    if getattr(init, "__name__", "") == "_declarative_constructor" or _is_default(init):
        return {"kind": "declarative", "accepts_any": True}
    if dataclasses.is_dataclass(cls) and getattr(init, "__module__", None) in (
        None,
        cls.__module__,
        "builtins",
    ):
        generated = "__create_fn__" in getattr(init, "__qualname__", "") or _is_generated(init)
        if generated:
            return {"kind": "dataclass", **_signature(init)}
    return _custom(mapper, init)


def _is_default(init: Live) -> bool:
    module = str(getattr(init, "__module__", ""))
    return module.startswith("sqlalchemy.orm") or module.startswith("sqlalchemy.ext.declarative")


def _is_generated(init: Live) -> bool:
    return getattr(getattr(init, "__code__", None), "co_filename", "") == "<string>"


def _signature(init: Live) -> dict[str, Live]:
    try:
        parameters = list(inspect.signature(init).parameters.values())[1:]
    except (TypeError, ValueError):
        return {}
    named = [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    return {
        "parameters": [p.name for p in named],
        "required": [p.name for p in named if p.default is p.empty],
        "accepts_any": any(p.kind is p.VAR_KEYWORD for p in parameters),
    }


def _sqlmodel(mapper: Live, init: Live, of_pydantic: dict[str, Live]) -> dict[str, Live]:
    if not str(getattr(init, "__module__", "")).startswith(("sqlmodel", "pydantic")):
        return _custom(mapper, init)
    required = [name for name, field in of_pydantic.items() if _is_required(field)]
    return {"kind": "sqlmodel", "parameters": list(of_pydantic), "required": required, "accepts_any": True}


def _is_required(field: Live) -> bool:
    value = getattr(field, "is_required", None)
    return bool(value()) if callable(value) else bool(getattr(field, "required", False))


def _custom(mapper: Live, init: Live) -> dict[str, Live]:
    facts = _signature(init)
    if facts.get("accepts_any"):
        facts["calls_default"] = _hands_on(mapper, facts.get("required", []))
    return {"kind": "custom", **facts}


def _hands_on(mapper: Live, required: list[str]) -> bool:
    """Whether keyword arguments given to a custom ``__init__`` end up on the instance."""
    columns = {p.key: p.columns[0] for p in mapper.column_attrs if p.key not in mapper.validators}
    values = {key: _sample(column) for key, column in columns.items()}
    values = {key: value for key, value in values.items() if value is not None or key in required}
    parents = [r.key for r in mapper.relationships if r.direction.name == "MANYTOONE" and not r.uselist]
    given = {**dict.fromkeys([*required, *parents]), **values}
    try:
        instance = mapper.class_(**given)
        return all(getattr(instance, key) is value for key, value in values.items()) and bool(values)
    except Exception:
        return False


def _sample(column: Live) -> Live:
    type_ = type_facts.as_variant(column.type)
    with suppress(Exception):
        if isinstance(type_, TypeDecorator):
            taken = bind_trials.taken(type_, type_facts.innermost(type_), type_facts.DIALECT)
            return probe_values.SAMPLES[taken[0].name] if taken else None
        names = next(n for cls, n in probe_values.NATURAL if cls is type_.python_type)
        return probe_values.SAMPLES[names[0]]
    return None


def find_registry(mapper: Live, every: list[Live], modules: list[str]) -> dict[str, str] | None:
    """Something importable that leads to the registry of a class without an importable name."""
    others = [m.class_ for m in every if m.registry is mapper.registry]
    for cls in [*mapper.class_.__mro__[1:], *others]:
        if getattr(cls, "registry", None) is mapper.registry and is_importable(cls):
            return {"module": cls.__module__, "qualname": cls.__qualname__ + ".registry"}
    return find_reference(mapper.registry, modules) or _held_registry(mapper.registry, modules)


def attributes_of(module: str) -> list[tuple[str, Live]]:
    """The names a module has, and what they hold."""
    return list(vars(resolve_module(module)).items())


def _held_registry(registry: Live, modules: list[str]) -> dict[str, str] | None:
    """A base class that a module holds under a name of its own."""
    for module in modules:
        for name, value in attributes_of(module):
            if (
                isinstance(value, type)
                and can_be_named(f"{module}.{name}")
                and getattr(value, "registry", None) is registry
            ):
                return {"module": module, "qualname": name + ".registry"}
    return None


def find_reference(cls: Live, modules: list[str]) -> dict[str, str] | None:
    """A module attribute that holds what its own names, if it has any, don't lead to."""
    for module in modules:
        for name, value in attributes_of(module):
            if value is cls and can_be_named(f"{module}.{name}"):
                return {"module": module, "qualname": name}
    return None


def resolve_module(name: str) -> Live:
    """An imported module, or an empty stand-in."""
    module = sys.modules.get(name)
    return module if isinstance(module, types.ModuleType) else types.ModuleType(name)
