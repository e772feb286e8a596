"""Makes up a small document for a type that stores pydantic values, from the JSON schema pydantic gives.

What a schema does not say, a validator's message does: a document that is refused is mended where the
error points, with the other values its schema allows there.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from itertools import islice

from ..common import Live

TEXTS = {
    "date-time": "2024-01-02T03:04:05Z",
    "date": "2024-01-02",
    "time": "03:04:05",
    "duration": "PT1H",
    "uuid": "6f1d7a52-0b0c-4e5e-9d6b-2f5f3c1a9e10",
    "uri": "https://example.com/",
    "email": "user@example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "json-string": "{}",
    "path": "/",
    "binary": "bytes",
}
MORE_TEXTS = (
    "a",
    "A",
    "1",
    "#336699",
    "UTC",
    "en",
    "EUR",
    "FR",
    "* * * * *",
    "0 0 * * 0",
    "1.0.0",
    "+33123456789",
    "{}",
)
NUMBERS = (1, 0, 10, 100, -1, 1000, 0.5)
CHOICES = 12
DEPTH = 8
MENDINGS = 8


def documents(value: Live) -> Iterator[Live]:
    """Plain documents that pydantic is likely to take for a model or annotation, the smallest first."""
    try:
        checks = adapter_of(value)
        schema = _Schema(checks.json_schema())
    except Exception:  # no pydantic, or no schema for this value: nothing to go by
        return
    for document in islice(schema.values(schema.root), CHOICES):
        yield _mended(checks, schema, document)


def adapter_of(value: Live) -> Live:
    """What checks values of a model, an annotation or an adapter."""
    from pydantic import TypeAdapter

    return value if isinstance(value, TypeAdapter) else TypeAdapter(value)


class _Schema:
    """A JSON schema and the values it allows."""

    def __init__(self, root: Live) -> None:
        self.root = root
        self.definitions = root.get("$defs", {})

    def values(self, schema: Live, depth: int = 0) -> Iterator[Live]:
        """Values of a part of it, the plainest first."""
        if depth > DEPTH or not isinstance(schema, dict):
            return
        if "$ref" in schema:
            yield from self.values(self.followed(schema), depth + 1)
        elif "const" in schema or "enum" in schema:
            yield from [schema["const"]] if "const" in schema else schema["enum"]
        elif _branches(schema):
            for branch in sorted(_branches(schema), key=lambda b: b.get("type") == "null"):
                yield from self.values(branch, depth + 1)
        else:
            yield from self._plain(schema, depth)

    def followed(self, schema: Live) -> Live:
        """What a reference leads to; any other part as it is."""
        reference = schema.get("$ref")
        return self.definitions.get(reference.rsplit("/", 1)[-1], {}) if reference else schema

    def first(self, schema: Live, depth: int = 0) -> list[Live]:
        """The plainest value, or nothing."""
        return list(islice(self.values(schema, depth), 1))

    def at(self, schema: Live, path: list[Live]) -> Live:
        """The part that describes what lies at a path in a document."""
        schema = self.followed(schema)
        if not path:
            return schema
        for branch in _branches(schema):
            found = self.at(branch, path)
            if found:
                return found
        inner = schema.get("properties", {}).get(path[0]) or schema.get("items")
        if inner is None and isinstance(schema.get("additionalProperties"), dict):
            inner = schema["additionalProperties"]
        return self.at(inner, path[1:]) if isinstance(inner, dict) else {}

    def _plain(self, schema: dict[str, Live], depth: int) -> Iterator[Live]:
        kind = schema.get("type")
        if kind == "object" or "properties" in schema:
            yield from self._objects(schema, depth)
        elif kind == "array":
            prefix = [value for one in schema.get("prefixItems", ()) for value in self.first(one, depth + 1)]
            items = list(islice(self.values(schema.get("items", {}), depth + 1), 3)) or [{}]
            least = max(int(schema.get("minItems", 0)) - len(prefix), 0)
            unique = schema.get("uniqueItems")
            yield prefix + (items[:least] if unique else [items[n % len(items)] for n in range(least)])
        elif kind == "string":
            yield _text(schema)
        elif kind in ("integer", "number"):
            yield _number(schema)
        elif kind == "boolean":
            yield False
        else:
            yield None if kind == "null" else {}

    def _objects(self, schema: dict[str, Live], depth: int) -> Iterator[Live]:
        properties = schema.get("properties", {})
        known = {}
        for name in schema.get("required", ()):
            values = self.first(properties.get(name, {}), depth + 1)
            if not values:
                return
            known[name] = values[0]
        yield known
        # Some models want one optional field more than their schema says.
        for name in properties:
            if name not in known:
                for value in self.first(properties[name], depth + 1):
                    yield {**known, name: value}


def _branches(schema: Live) -> list[Live]:
    return schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf") or []


def _text(schema: dict[str, Live]) -> str:
    text = TEXTS.get(schema.get("format", ""), "text")
    return text.ljust(int(schema.get("minLength", 0)), "x")[: schema.get("maxLength")]


def _number(schema: dict[str, Live]) -> Live:
    step = schema.get("multipleOf", 1)
    if "maximum" in schema:
        return schema["maximum"]
    low: Live = schema.get("minimum", schema.get("exclusiveMinimum", 0))
    number = max(1, int(low) + 1)
    if "exclusiveMaximum" in schema and number >= schema["exclusiveMaximum"]:
        return (low + schema["exclusiveMaximum"]) / 2
    return number if number % step == 0 else (int(number / step) + 1) * step


def _errors(adapter: Live, document: Live) -> list[Live]:
    try:
        adapter.validate_python(document)
    except Exception as error:
        return list(error.errors()) if hasattr(error, "errors") else []
    return []


def _mended(adapter: Live, schema: _Schema, document: Live) -> Live:
    """The document, changed where validators refuse it as far as that can be found out."""
    for _ in range(MENDINGS):
        errors = _errors(adapter, document)
        if not errors:
            break
        path = _path(document, errors[0]["loc"])
        tried = (_replaced(document, path, v) for v in _instead(schema, document, path, errors[0]["msg"]))
        better = next((one for one in tried if _settles(adapter, one, errors[0])), None)
        if better is None:
            break
        document = better
    return document


def _settles(adapter: Live, document: Live, error: Live) -> bool:
    told = {(one["loc"], one["msg"]) for one in _errors(adapter, document)}
    return (error["loc"], error["msg"]) not in told and all(
        loc[: len(error["loc"])] != error["loc"] or loc == () for loc, _ in told
    )


def _path(document: Live, loc: tuple[Live, ...]) -> list[Live]:
    """The error's place in the document: pydantic names branches of unions on the way, too."""
    path: list[Live] = []
    for part in loc:
        inside = (isinstance(document, dict) and part in document) or (
            isinstance(document, list) and isinstance(part, int) and part < len(document)
        )
        if inside:
            path.append(part)
            document = document[part]
    return path


def _replaced(document: Live, path: list[Live], value: Live) -> Live:
    if not path:
        return value
    changed = copy.deepcopy(document)
    place = changed
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    return changed


def _instead(schema: _Schema, document: Live, path: list[Live], message: str) -> Iterator[Live]:
    """Other values for a place in the document, the likeliest first."""
    for part in path:
        document = document[part]
    described = schema.at(schema.root, path)
    words = re.findall(r"[\w-]+(?:\.[\w-]+)+|(?<=['\"`])[^'\"`\s]+(?=['\"`])", message)
    if isinstance(document, dict):
        yield from ({**document, word: "text"} for word in words)
        yield {**document, "key": "text"}
        known = described.get("properties", {}).items()
        more = {name: value for name, one in known for value in schema.first(one) if name not in document}
        yield from ({**document, name: value} for name, value in more.items())
        yield {**document, **more}
    elif isinstance(document, list):
        for item in islice(schema.values(described.get("items", {})), CHOICES):
            yield [item]
    elif isinstance(document, str):
        yield from (*words, *TEXTS.values(), *MORE_TEXTS)
    elif isinstance(document, (int, float)):
        yield from NUMBERS
    yield from islice(schema.values(described), CHOICES)
