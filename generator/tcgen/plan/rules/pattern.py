"""One text that matches a regular expression of the simple kind CHECK constraints are made of."""

from __future__ import annotations

import re
import string
import sys
from collections.abc import Iterable
from typing import Any, cast

if sys.version_info >= (3, 11):
    from re import _constants as sre
    from re import _parser as parser
else:
    import sre_constants as sre
    import sre_parse as parser

Node = tuple[Any, Any]
_ALPHABET = string.ascii_lowercase + string.digits + string.ascii_uppercase + "-_. @/:"
_CATEGORIES = {sre.CATEGORY_DIGIT: "1", sre.CATEGORY_WORD: "a", sre.CATEGORY_SPACE: " "}


def example(pattern: str) -> str | None:
    """Return a short text the pattern matches, or None when none was found."""
    try:
        text = "".join(_one(node) for node in cast("Iterable[Node]", parser.parse(pattern)))
    except (re.error, KeyError, TypeError, RecursionError):
        return None
    return text if re.search(pattern, text) else None


def _one(node: Node) -> str:
    kind, value = node
    if kind is sre.LITERAL:
        return chr(value)
    if kind is sre.NOT_LITERAL:
        return "a" if value != ord("a") else "b"
    if kind is sre.ANY:
        return "a"
    if kind is sre.AT:
        return ""
    if kind is sre.IN:
        return _from_set(value)
    if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT):
        low, high, body = value
        times = int(max(low, min(1, high)))
        return times * "".join(_one(inner) for inner in body)
    if kind is sre.SUBPATTERN:
        return "".join(_one(inner) for inner in value[-1])
    if kind is sre.BRANCH:
        return "".join(_one(inner) for inner in value[1][0])
    if kind is sre.CATEGORY:
        return _CATEGORIES[value]
    raise KeyError(kind)


def _from_set(members: list[Node]) -> str:
    if members and members[0][0] is sre.NEGATE:
        refused = "".join(_expanded(member) for member in members[1:])
        return next(character for character in _ALPHABET if character not in refused)
    return _expanded(members[0])[0]


def _expanded(member: Node) -> str:
    kind, value = member
    if kind is sre.LITERAL:
        return chr(value)
    if kind is sre.RANGE:
        low, high = value
        return "".join(chr(code) for code in range(low, min(high, low + 128) + 1))
    if kind is sre.CATEGORY:
        return _CATEGORIES[value]
    raise KeyError(kind)
