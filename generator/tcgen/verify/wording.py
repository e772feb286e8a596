"""Texts that the words of a refusal ask for: one of a list, a regular expression, characters, a length."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tcgen.plan.constraints.regex import example, form_of, room_in, spelled
from tcgen.plan.source.code import quoted

_UNITS = r"(?:characters?|chars?|letters?|digits?|symbols?|numbers?)"
_NUMBER_WORDS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_LIST = re.compile(
    r"\b(?:one of|either|(?:valid|allowed|possible|permitted|supported|accepted|known|available)\s\w+"
    r"|choices|options)\b(?:\s(?:are|is|include))?:?\s*[(\[{]*(?P<items>(?:[^()\[\]{}.;\n]|\.(?=\w))+)",
    re.IGNORECASE,
)
_ITEM = re.compile(r"[\w.:/+-]{1,40}")
# how a length may be said, the shortest and the longest that follow
_LENGTHS: tuple[tuple[str, str, str], ...] = (
    (r"between (\d+) and (\d+)", r"\1", r"\2"),
    (rf"(\d+) ?(?:-|–|to) ?(\d+) {_UNITS}", r"\1", r"\2"),
    (r"(?:at least|minimum(?: length)?(?: of| is)?|no (?:less|fewer) than) (\d+)", r"\1", ""),
    (r"(?:at most|no more than|up to|maximum(?: length)?(?: of| is)?|exceeds?) (\d+)", "", r"\1"),
)
_EXACTLY = rf"(\d+) {_UNITS}"


@dataclass(frozen=True)
class Asked:
    """What a text has to be like.

    Attributes:
        shortest, longest: In characters; None where nothing is said.
        letters, digits: It is made of these only; both or none where nothing is said.
    """

    shortest: int | None = None
    longest: int | None = None
    letters: bool = False
    digits: bool = False


def worded(name: str, text: str, longest: int | None) -> Iterator[str]:
    """Give expressions for what some words ask of a text, the plainest first.

    Args:
        name: Of the column.
        text: What a validator, a type or the database said.
        longest: The most characters that the column takes.
    """
    yield from map(quoted, listed(text))
    for pattern in patterns(text):
        yield from _matching(pattern, longest)
    asked = read(text)
    if asked != Asked():
        yield from _of_characters(name, asked, longest)


def listed(text: str) -> tuple[str, ...]:
    """Return the values that the words list, as ``Valid actions: (create, delete)``."""
    for found in _LIST.finditer(text):
        parts = re.split(r",\s*(?:or |and )?|\s+(?:or|and)\s+|\s*\|\s*", found["items"].strip())
        items = [part.strip(" '\"`") for part in parts]
        if len(items) > 1 and all(_ITEM.fullmatch(item) for item in items):
            return tuple(dict.fromkeys(items))[:12]
    return ()


def patterns(text: str) -> tuple[str, ...]:
    """Return the regular expressions that the words quote or show."""
    within = re.findall(r"""(['"`/])((?:(?!\1).)*[\\^$+*{\[](?:(?!\1).)*)\1""", text)
    shown = re.findall(r"\^\S*\$", text)
    found: list[str] = []
    for one in [*(inner for _, inner in within), *shown]:
        # a message shows many a pattern as Python would write it
        found += [one, one.replace("\\\\", "\\")]
    return tuple(dict.fromkeys(one for one in found if _is_pattern(one)))


def _is_pattern(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return True


def read(text: str) -> Asked:
    """Return the characters and the length that the words ask for."""
    words = _in_figures(text.lower())
    shortest, longest = _lengths(words)
    both = bool(re.search(r"alpha-?numeric", words))
    letters = both or bool(re.search(r"\b(letters?|alphabetic\w*|upper-?case|lower-?case)\b", words))
    digits = both or bool(re.search(r"\b(numbers?|digits?|numeric|numerals?)\b", words))
    return Asked(shortest, longest, letters, digits)


def _lengths(words: str) -> tuple[int | None, int | None]:
    shortest = longest = None
    for said, low, high in _LENGTHS:
        if found := re.search(said, words):
            shortest = int(found.expand(low)) if low and shortest is None else shortest
            longest = int(found.expand(high)) if high and longest is None else longest
    exactly = re.search(_EXACTLY, words) if shortest is longest is None else None
    return (int(exactly[1]), int(exactly[1])) if exactly else (shortest, longest)


def _in_figures(text: str) -> str:
    for number, word in enumerate(_NUMBER_WORDS, start=2):
        text = re.sub(rf"\b{word}\b", str(number), text)
    return text


def _matching(pattern: str, longest: int | None) -> Iterable[str]:
    """Give texts that match, of many forms those with most room; what varies is drawn for each row."""
    form = form_of((pattern,), (), 0, longest)
    if form is None:
        found = example(pattern)
        return () if found is None else (quoted(found),)
    if room_in(form) == 1:
        return (quoted(form),)
    return (_drawn(form),)


def _drawn(form: str) -> str:
    """Return a call of Faker's that fills a form; a form of both cases keeps its capitals."""
    if re.search(r"[%!@$]", form):  # these mean digits to Faker
        return quoted(spelled(1_001, form))
    if "^" not in form:
        lower = f"Use(lambda: fake.bothify({quoted(form)}).lower())"
        return lower if "?" in form else f"Use(fake.numerify, {quoted(form)})"
    filled = form.replace("?", "a") if re.search(r"[a-z?]", form) else form
    if filled == form:
        return f"Use(lambda: fake.bothify({quoted(form.replace('^', '?'))}).upper())"
    return (
        f"Use(fake.bothify, {quoted(filled.replace('^', '?'))}, letters={quoted('ABCDEFGHJKLMNPQRSTUVWXYZ')})"
    )


def _of_characters(name: str, asked: Asked, longest: int | None) -> Iterator[str]:
    least = asked.shortest or 1
    most = min((one for one in (asked.longest, longest) if one is not None), default=None)
    size = max(least, 8 if most is None else min(8, most))
    if asked.digits and not asked.letters:
        yield (
            f'Use(lambda: f"{{next(serial):0{size}}}")'
            if size >= 4
            else f'Use(fake.numerify, "{"#" * size}")'
        )
    elif asked.letters and not asked.digits:
        for case in ("lower", "upper", "capitalize"):
            yield f'Use(lambda: fake.lexify("{"?" * size}").{case}())'
    elif most is None or most >= 4:
        stem = re.sub(r"[^a-z]", "", name.lower()) or "value"
        stem = stem if most is None else stem[: max(most - 7, 0)]
        missing = least - len(stem)
        number = f"{{next(serial):0{missing}}}" if missing > 4 else "{next(serial)}"
        yield f'Use(lambda: f"{stem}{number}")'
        yield f'Use(lambda: f"{stem.upper()}{number}")'
