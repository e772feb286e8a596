"""Makes up a small document for a type that stores pydantic values, from the JSON schema pydantic gives."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from itertools import islice

from .common import Live

TEXTS = {
    "date-time": "2024-01-02T03:04:05Z",
    "date": "2024-01-02",
    "time": "03:04:05",
    "duration": "PT1H",
    "uuid": "6f1d7a52-0b0c-4e5e-9d6b-2f5f3c1a9e10",
    "uri": "https://example.com/",
    "email": "user@example.com",
    "ipv4": "192.0.2.1",
}
CHOICES = 12
DEPTH = 8


def documents(type_: Live) -> Iterator[Live]:
    """Plain documents that a type's pydantic model is likely to take, the smallest first."""
    for value in _pydantic_values(type_):
        try:
            from pydantic import TypeAdapter

            adapter: Live = TypeAdapter(value)
            schema = adapter.json_schema()
        except Exception:  # noqa: S112 - no pydantic, or no schema for this value: nothing to go by
            continue
        yield from islice(_values(schema, schema.get("$defs", {}), 0), CHOICES)


def _pydantic_values(type_: Live) -> list[Live]:
    return [
        value
        for name, value in vars(type_).items()
        if "pydantic" in name.lower() or (inspect.isclass(value) and hasattr(value, "model_json_schema"))
    ]


def _values(schema: Live, definitions: Live, depth: int) -> Iterator[Live]:
    if depth > DEPTH or not isinstance(schema, dict):
        return
    if "$ref" in schema:
        yield from _values(definitions.get(schema["$ref"].rsplit("/", 1)[-1]), definitions, depth + 1)
        return
    if "const" in schema or "enum" in schema:
        yield from [schema["const"]] if "const" in schema else schema["enum"]
        return
    branches = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
    if branches:
        for branch in sorted(branches, key=lambda b: b.get("type") == "null"):
            yield from _values(branch, definitions, depth + 1)
        return
    yield from _plain(schema, definitions, depth)


def _plain(schema: dict[str, Live], definitions: Live, depth: int) -> Iterator[Live]:
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        yield from _objects(schema, definitions, depth)
    elif kind == "array":
        items = list(islice(_values(schema.get("items", {}), definitions, depth + 1), 1))
        yield items * int(schema.get("minItems", 0))
    elif kind == "string":
        text = TEXTS.get(schema.get("format", ""), "text")
        yield text.ljust(int(schema.get("minLength", 0)), "x")
    elif kind in ("integer", "number"):
        yield _number(schema)
    elif kind == "boolean":
        yield False
    else:
        yield None if kind == "null" else {}


def _number(schema: dict[str, Live]) -> Live:
    if "maximum" in schema:
        return schema["maximum"]
    low: Live = schema.get("minimum", schema.get("exclusiveMinimum", 0))
    return max(1, int(low) + 1)


def _objects(schema: dict[str, Live], definitions: Live, depth: int) -> Iterator[Live]:
    properties = schema.get("properties", {})
    known = {}
    for name in schema.get("required", ()):
        values = list(islice(_values(properties.get(name, {}), definitions, depth + 1), 1))
        if not values:
            return
        known[name] = values[0]
    yield known
    # Some models want one optional field more than their schema says.
    for name in properties:
        if name not in known:
            for value in islice(_values(properties[name], definitions, depth + 1), 1):
                yield {**known, name: value}
