"""Texts that match regular expressions of the simple kind CHECK constraints are made of.

A form is a text in which ``#`` stands for any digit, ``?`` for any small letter and ``^`` for any capital.
"""

from __future__ import annotations

import re
import string
import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, cast

if sys.version_info >= (3, 11):
    from re import _constants as sre
    from re import _parser as parser
else:
    import sre_constants as sre
    import sre_parse as parser

Node = tuple[Any, Any]
PLACES = {"#": string.digits, "?": string.ascii_lowercase, "^": string.ascii_uppercase}
_LONGEST = 80
_ENOUGH = 4
_FEW = 12
_MOST_DRAWN = 36
_TRIED = (0, 1, 999, 12_345, 87_654_321)
_ALPHABET = string.ascii_lowercase + string.digits + string.ascii_uppercase + "-_. @/:"
_CATEGORIES = {sre.CATEGORY_DIGIT: "1", sre.CATEGORY_WORD: "a", sre.CATEGORY_SPACE: " "}


def example(pattern: str) -> str | None:
    """Return a short text the pattern matches, or None when none was found."""
    try:
        text = "".join(_one(node) for node in cast("Iterable[Node]", parser.parse(pattern)))
    except (re.error, KeyError, TypeError, RecursionError):
        return None
    return text if re.search(pattern, text) else None


def form_of(
    patterns: tuple[str, ...], unlike: tuple[str, ...], shortest: int, longest: int | None
) -> str | None:
    """Return the form with room for most texts, all of which match every pattern and none of `unlike`.

    Args:
        patterns: Regular expressions.
        unlike: Regular expressions no part of the text may match.
        shortest: Fewest characters.
        longest: Most characters; None for no bound.
    """
    most = _LONGEST if longest is None else min(longest, _LONGEST)
    every = chain.from_iterable(_forms(one, shortest) for one in patterns or (".{1,}",))
    fitting = [
        form
        for form in dict.fromkeys(every)
        if shortest <= len(form) <= most and _holds(form, patterns, unlike)
    ]
    return max(fitting, key=lambda form: (min(room_in(form), 10**5), -len(form)), default=None)


def room_in(form: str) -> int:
    """Return how many texts have this form."""
    room = 1
    for character in form:
        room *= len(PLACES.get(character, "x"))
    return room


def spelled(number: int, form: str) -> str:
    """Write a number into a form, as the generated suite does."""
    text = ""
    for place in reversed(form):
        characters = PLACES.get(place, place)
        number, rest = divmod(number, len(characters))
        text = characters[rest] + text
    return text


def _holds(form: str, patterns: tuple[str, ...], unlike: tuple[str, ...]) -> bool:
    texts = [spelled(number, form) for number in _TRIED]
    return all(re.search(one, text) for one in patterns for text in texts) and not any(
        re.search(one, text) for one in unlike for text in texts
    )


def _forms(pattern: str, shortest: int) -> Iterator[str]:
    """Give forms for a pattern, what may be repeated once more in each, and letters after what has no end."""
    try:
        nodes = list(cast("Iterable[Node]", parser.parse(pattern)))
        # `more` at the head, for what has no anchor there
        for more in range(_LONGEST):
            yield "".join(_form(node, more) for node in nodes)
        if nodes and nodes[-1] != (sre.AT, sre.AT_END):
            form = "".join(_form(node, 0) for node in nodes)
            yield from (form + "?" * more for more in range(1, max(_ENOUGH, shortest) + 1))
    except (re.error, KeyError, TypeError, RecursionError):
        return


def texts_of(pattern: str) -> tuple[str, ...] | None:
    """Return all texts of a pattern that has a beginning, an end and few choices; None for any other."""
    try:
        first, *nodes, last = cast("Iterable[Node]", parser.parse(pattern))
        if first != (sre.AT, sre.AT_BEGINNING) or last != (sre.AT, sre.AT_END):
            return None
        return tuple(dict.fromkeys(_spellings(nodes)))
    except (re.error, KeyError, TypeError, ValueError, RecursionError):
        return None


def _spellings(nodes: Iterable[Node]) -> list[str]:
    """Return every text that some nodes match, in the order they are listed.

    Raises:
        ValueError: There are too many.
        KeyError: What a node matches cannot be listed.
    """
    texts = [""]
    for kind, value in nodes:
        if kind is sre.LITERAL:
            choices = [chr(value)]
        elif kind is sre.IN:
            choices = list("".join(_expanded(one) for one in value if _is_listed(one)))
        elif kind is sre.SUBPATTERN:
            choices = _spellings(value[-1])
        elif kind is sre.BRANCH:
            choices = [text for branch in value[1] for text in _spellings(branch)]
        else:
            raise KeyError(kind)
        texts = [text + choice for text in texts for choice in choices]
        if len(texts) > _FEW:
            raise ValueError(len(texts))
    return texts


def _is_listed(member: Node) -> bool:
    if member[0] in (sre.LITERAL, sre.RANGE):
        return True
    raise KeyError(member)


def drawn_from(pattern: str, shortest: int, longest: int | None) -> tuple[str, str] | None:
    """Return a form with ``?`` for any of some characters, and these; None for patterns that take more than that.

    For sets that are none of those of ``PLACES``, as in ``^#[0-9a-f]{6}$``.
    """
    sets: set[str] = set()
    try:
        nodes = list(cast("Iterable[Node]", parser.parse(pattern)))
        forms = ["".join(_places(node, more, sets) for node in nodes) for more in range(_ENOUGH)]
    except (re.error, KeyError, TypeError, RecursionError):
        return None
    fitting = [one for one in forms if shortest <= len(one) <= (longest or _LONGEST)]
    if len(sets) != 1 or not fitting or "?" not in fitting[-1]:
        return None
    characters = min(sets)[:_MOST_DRAWN]
    filled = [fitting[-1].replace("?", one) for one in characters]
    return (fitting[-1], characters) if all(re.search(pattern, one) for one in filled) else None


def _places(node: Node, more: int, sets: set[str]) -> str:
    kind, value = node
    if kind is sre.LITERAL and value != ord("?"):
        return chr(value)
    if kind is sre.AT:
        return ""
    if kind is sre.IN and value[0][0] is not sre.NEGATE:
        sets.add("".join(dict.fromkeys("".join(_expanded(one) for one in value if _is_listed(one)))))
        return "?"
    if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT):
        low, high, body = value
        return min(int(low) + more, int(high)) * "".join(_places(inner, 0, sets) for inner in body)
    if kind is sre.SUBPATTERN:
        return "".join(_places(inner, more, sets) for inner in value[-1])
    raise KeyError(kind)


def _form(node: Node, more: int) -> str:
    kind, value = node
    if kind is sre.LITERAL:
        if chr(value) in PLACES:
            raise KeyError(value)
        return chr(value)
    if kind in (sre.ANY, sre.NOT_LITERAL):
        return "?"
    if kind is sre.IN:
        return _place(value)
    if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT):
        low, high, body = value
        times = min(int(low) + more, int(high))
        return times * "".join(_form(inner, 0) for inner in body)
    if kind is sre.SUBPATTERN:
        return "".join(_form(inner, more) for inner in value[-1])
    if kind is sre.BRANCH:
        return "".join(_form(inner, more) for inner in value[1][0])
    return _one(node)


def _place(members: list[Node]) -> str:
    if members[0][0] is sre.NEGATE:
        refused = set("".join(_expanded(member) for member in members[1:]))
        allowed = set(_ALPHABET) - refused
    else:
        allowed = set("".join(_spread(member) for member in members))
    for place in "?#^":
        if allowed >= set(PLACES[place]):
            return place
    return min(allowed - set(PLACES), key=lambda one: (one not in _ALPHABET, one))


def _spread(member: Node) -> str:
    if member == (sre.CATEGORY, sre.CATEGORY_WORD):
        return string.ascii_lowercase
    if member == (sre.CATEGORY, sre.CATEGORY_DIGIT):
        return string.digits
    return _expanded(member)


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
