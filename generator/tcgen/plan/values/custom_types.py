"""Types that are not SQLAlchemy's own: what the probe saw go through them decides."""

from __future__ import annotations

import ast

from tcgen.ir.schema import TypeFact
from tcgen.plan.constraints.attribute import Attribute
from tcgen.plan.constraints.value_kinds import kind_of
from tcgen.plan.source.calls import evaluated
from tcgen.plan.source.code import Code, quoted
from tcgen.plan.source.naming import is_plain_name
from tcgen.plan.values import names, types

# sample the probe binds → kind of value
_KINDS: dict[str, str] = {
    "str": "string",
    "email": "email",
    "url": "url",
    "int": "integer",
    "float": "float",
    "decimal": "numeric",
    "bool": "bool",
    "datetime_naive": "datetime",
    "datetime_aware": "datetime_aware",
    "date": "date",
    "time": "time",
    "timedelta": "interval",
    "uuid": "uuid",
    "uuid_str": "uuid_str",
    "uuid_hex": "uuid_hex",
    "bytes": "bytes",
    "dict": "json",
    "list": "list_str",
    "list_str": "list_str",
    "list_int": "list_int",
    "list_float": "list_float",
    "list_dict": "list_dict",
    "set": "set",
    "tuple": "tuple",
    "json_str": "json_str",
    "ip_str": "ip_address",
    "timezone_name": "timezone_name",
    "country_code": "country_code",
    "currency_code": "currency_code",
    "locale_name": "locale_name",
    "phone": "phone",
    "colour": "colour",
    "pattern": "pattern",
}
# written as PostgreSQL writes them, whatever a lenient bind lets through
_BY_DDL_ALONE = ("vector", "geometry", "raster")
_EMPTY = {"empty_dict": "Use(dict[str, object])", "empty_list": "Use(list[object])"}


def decorated(attribute: Attribute) -> Code | None:
    """A value that the type was seen to take."""
    fact = attribute.type
    kind = kind_of(fact)
    if kind in _BY_DDL_ALONE and (fact.impl is None or "list_float" in fact.accepts):
        return types.plain(attribute)
    if attribute.distinct and kind == "bit":
        return types.plain(attribute)
    if fact.example is not None:
        return _example(attribute, ast.literal_eval(fact.example))
    for sample in fact.accepts:
        if sample in _EMPTY:
            return Code(_EMPTY[sample], reason="what its type takes")
        if sample in _KINDS:
            return _of_kind(attribute, _KINDS[sample])
    return _built(attribute)


def _example(attribute: Attribute, value: object) -> Code | None:
    fact = attribute.type
    if fact.built is None:
        text = quoted(value) if isinstance(value, (str, int, float)) else f"Use(lambda: {quoted(value)})"
        return Code(text, reason="a value its type takes")
    cls = fact.built
    if not is_plain_name(cls.dotted):
        return None
    if fact.built_by == "validated" or not isinstance(value, dict):
        document = f'f"{value}-{{next(serial)}}"' if attribute.distinct and fact.numbered else quoted(value)
        call = f"{cls.qualname}.model_validate({document})"
    else:
        call = f"{cls.qualname}({', '.join(f'{name}={quoted(one)}' for name, one in value.items())})"
    imports = frozenset({f"from {cls.module} import {cls.qualname.partition('.')[0]}"})
    return Code(f"Use(lambda: {call})", imports, reason=f"its type takes {cls.qualname}")


def _of_kind(attribute: Attribute, kind: str) -> Code | None:
    if kind == "string":
        return names.by_name(attribute) or types.by_kind(attribute, kind)
    if kind == "json" and not attribute.distinct and "empty_dict" not in attribute.type.accepts:
        return Code('Use(lambda: {"key": "value"})', reason="a document its type takes")
    return types.by_kind(attribute, kind)


def _built(attribute: Attribute) -> Code | None:
    cls, stored = attribute.type.built, types.plain(attribute)
    if cls is None or stored is None or not is_plain_name(cls.dotted):
        return None
    return Code(
        f"Use(lambda: {cls.qualname}({evaluated(stored.text)}))",
        stored.imports | {f"from {cls.module} import {cls.qualname.partition('.')[0]}"},
        reason=f"{cls.qualname} around {stored.reason}",
    )


def fallback(attribute: Attribute) -> Code:
    """A type nobody knows: what its Python type can be made of, else a short text, and a caveat."""
    known = {"int": "integer", "dict": "json", "list": "list_str", "bytes": "bytes", "float": "float"}
    known |= {"bool": "bool", "Decimal": "numeric", "UUID": "uuid", "date": "date", "datetime": "datetime"}
    kind = known.get(attribute.type.python_type or "", "string")
    code = types.by_kind(attribute, kind) or Code('"value"')
    return Code(code.text, code.imports, "an unknown type", caveat=caveat_about(attribute.type) or _UNKNOWN)


_UNKNOWN = "a guess"


def caveat_about(fact: TypeFact) -> str:
    """Return why a value for this type may be refused, or "" where nothing speaks against it."""
    name = f"{fact.module}.{fact.name}"
    if fact.tried and not (fact.accepts or fact.example or fact.built):
        return f"{name} refused every value that was tried"
    if kind_of(fact) == "unknown":
        return f"nothing is known of {name}" + (f" ({fact.ddl})" if fact.ddl else "")
    return ""
