"""What the fields of a ``SQLModel`` ask of values, and which of their defaults no database takes."""

from __future__ import annotations

import decimal
from collections.abc import Iterator

from sqlalchemy import types as sqltypes

from ..column_types.type_facts import innermost
from ..common import Live
from .tables import is_no_value

_SIGNS = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
_LENGTHS = {"min_length": ">=", "max_length": "<="}


def fields_of(cls: Live) -> dict[str, Live]:
    """Name → field of pydantic's, whichever version; none of a class that is no ``SQLModel``."""
    fields = getattr(cls, "model_fields", None) or getattr(cls, "__fields__", None)
    is_sqlmodel = any(one.__name__ == "SQLModel" for one in cls.__mro__)
    return fields if is_sqlmodel and isinstance(fields, dict) else {}


def checks(mapper: Live) -> list[str]:
    """The bounds of the fields, written as the CHECKs that the database does not have."""
    found: list[str] = []
    for name, field in fields_of(mapper.class_).items():
        if name in mapper.column_attrs:
            found += _checks(mapper.column_attrs[name].columns[0], field)
    return found


def _checks(column: Live, field: Live) -> Iterator[str]:
    quoted = '"' + column.name.replace('"', '""') + '"'
    is_text = isinstance(innermost(column.type), sqltypes.String)
    # pydantic 1 has it all in one object
    for source in getattr(field, "metadata", None) or [getattr(field, "field_info", None)]:
        for name, sign in _SIGNS.items():
            bound = getattr(source, name, None)
            if isinstance(bound, (int, float, decimal.Decimal)):
                yield f"{quoted} {sign} {bound}"
        for name, sign in _LENGTHS.items() if is_text else ():
            length = getattr(source, name, None)
            if isinstance(length, int):
                yield f"char_length({quoted}) {sign} {length}"
        pattern = getattr(source, "pattern", None) or getattr(source, "regex", None)
        if is_text and isinstance(pattern, str):
            yield f"{quoted} ~ '" + pattern.replace("'", "''") + "'"


def without_default(mapper: Live) -> list[str]:
    """Attributes that an instance has a default of which is no value: ``default=uuid4``, where a factory was meant."""
    found = fields_of(mapper.class_).items()
    return sorted(name for name, field in found if name in mapper.column_attrs and is_no_value(field.default))
