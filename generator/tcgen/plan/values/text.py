"""Text within its length, and a text of its own for every row where that is needed."""

from __future__ import annotations

import re

from tcgen.plan.constraints.attribute import Attribute
from tcgen.plan.constraints.type_parts import innermost, length_of
from tcgen.plan.source.code import Code, quoted

# a row's number never has more digits than this within one test run
_DIGITS = 7
# a literal beyond this does not fit on a line
_TOO_LONG = 50
# the shortest text of providers that give fewer than four characters
_SHORTEST = {
    "word": 1,
    "first_name": 2,
    "last_name": 2,
    "country_code": 2,
    "language_code": 2,
    "currency_code": 3,
}


def bounds(attribute: Attribute) -> tuple[int, int | None]:
    """Return the shortest and the longest text the column takes."""
    longest = length_of(attribute.type)
    if attribute.limits.max_length is not None:
        longest = min(attribute.limits.max_length, longest or attribute.limits.max_length)
    shortest = attribute.limits.min_length or 0
    if attribute.column.primary_key and longest and (innermost(attribute.type).ddl or "").startswith("CHAR("):
        # it would come back filled up with spaces, and be another key
        shortest = longest
    return shortest, longest


def bounded(attribute: Attribute, provider: str, longest: int | None) -> Code:
    """Return a call of a Faker provider, cut to the column's length and made unique where needed.

    Args:
        attribute: A column of text.
        provider: The provider's name, and its arguments after a comma.
        longest: The longest text it gives, or None for no bound.
    """
    shortest, most = bounds(attribute)
    if attribute.distinct or shortest > _SHORTEST.get(provider.partition(", ")[0], 4):
        return numbered(attribute)
    fits = most is None or (longest is not None and longest <= most)
    if fits:
        return Code(f"Use(fake.{provider})", reason=f"named {attribute.name}")
    name, _, arguments = provider.partition(", ")
    return Code(f"Use(lambda: fake.{name}({arguments})[:{most}])", reason=f"named {attribute.name}")


def numbered(attribute: Attribute) -> Code:
    """Return a text that carries the row's number."""
    shortest, most = bounds(attribute)
    # it is written into an f-string: nothing but letters, digits and hyphens
    stem = re.sub(r"[\W_]+", "-", attribute.name.lower()).strip("-") or "value"
    if attribute.distinct and "mail" in stem and (most is None or most >= 30) and shortest <= 16:
        return Code('Use(lambda: f"user{next(serial)}@example.com")', reason="unique")
    if (
        attribute.distinct
        and stem.endswith(("url", "uri"))
        and (most is None or most >= 30)
        and shortest <= 20
    ):
        return Code('Use(lambda: f"https://example.com/{next(serial)}")', reason="unique")
    if not attribute.distinct:
        return _of_length(stem, shortest, most)
    if most is not None and most < _DIGITS:
        if shortest > 2:
            form = quoted("?" * most)
            return Code(f"Use(lambda: spelled(next(serial), {form}))", reason="unique, of some length")
        # base 36 without its lowest numbers, so that few characters are enough
        return Code(f"Use(lambda: short_text(next(serial), {most}))", reason="unique, short")
    room = None if most is None else most - _DIGITS - 1
    head = stem if room is None else stem[: max(room, 0)]
    text = f"{head}-" if head else ""
    if shortest > len(text) + 4:
        return Code(
            f'Use(lambda: f"{text}{{next(serial):0{shortest - len(text)}}}")',
            reason="unique, long",
        )
    return Code(f'Use(lambda: f"{text}{{next(serial)}}")', reason="unique")


def _of_length(stem: str, shortest: int, most: int | None) -> Code:
    if shortest > _TOO_LONG:
        return Code(f'"x" * {shortest}', reason="of the length its CHECK asks")
    text = (stem * (shortest // len(stem) + 1))[: max(shortest, 1)] if shortest else stem
    return Code(quoted(text if most is None else text[:most]), reason="of the length its CHECK asks")
