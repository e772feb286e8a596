"""Values worth trying where nothing says what is wanted: ordered, the likeliest first, none too many."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from tcgen.ir.schema import ColumnFact
from tcgen.plan.constraints.type_parts import innermost
from tcgen.plan.constraints.value_kinds import KINDS, ValueKind, kind_of
from tcgen.plan.source.code import quoted
from tcgen.verify.wording import worded

_TEXTS = (
    "Use(lambda: fake.word().upper())",
    "Use(lambda: fake.word().lower())",
    "Use(lambda: fake.word().capitalize())",
    "Use(fake.email)",
    "Use(fake.url)",
    "Use(fake.slug)",
    "Use(fake.user_name)",
    "Use(fake.hostname)",
    "Use(fake.domain_name)",
    "Use(fake.uuid4)",
    "Use(lambda: fake.uuid4(cast_to=None).hex)",
    "Use(fake.msisdn)",
    'Use(lambda: f"+{fake.msisdn()}")',
    "Use(fake.phone_number)",
    "Use(fake.iso8601)",
    "Use(fake.date)",
    "Use(fake.time)",
    "Use(fake.hex_color)",
    "Use(fake.ipv4)",
    "Use(fake.ipv6)",
    "Use(fake.mac_address)",
    "Use(fake.country_code)",
    'Use(fake.country_code, "alpha-3")',
    "Use(fake.currency_code)",
    "Use(fake.language_code)",
    "Use(fake.locale)",
    "Use(fake.timezone)",
    "Use(fake.isbn13)",
    'Use(fake.isbn13, separator="")',
    "Use(fake.isbn10)",
    "Use(fake.ean13)",
    "Use(fake.iban)",
    "Use(fake.swift)",
    "Use(fake.ssn)",
    "Use(fake.vin)",
    "Use(fake.credit_card_number)",
    "Use(fake.md5)",
    "Use(fake.sha1)",
    "Use(fake.sha256)",
    "Use(fake.mime_type)",
    "Use(fake.file_name)",
    "Use(fake.file_path)",
    'Use(lambda: f"/{fake.slug()}")',
    'Use(lambda: f"{fake.slug()}/")',
    'Use(lambda: f"1.0.{next(serial)}")',
    'Use(lambda: f"v1.0.{next(serial)}")',
    "Use(fake.name)",
    "Use(fake.sentence)",
    "Use(fake.text)",
    "Use(fake.password, 16)",
    'Use(fake.bothify, "??-####")',
    'Use(lambda: fake.bothify("??-####").upper())',
    'Use(lambda: fake.bothify("??####").upper())',
    '"{}"',
    '"[]"',
    '"0 0 * * *"',
    '"true"',
    '"a"',
    '""',
)
_LENGTHS = (6, 8, 10, 12, 4, 5, 7, 9, 11, 13, 14, 16, 20, 24, 32, 36, 40, 64, 3, 2, 1)
_WHOLE = (
    *range(33),
    *(-1, 36, 40, 42, 50, 60, 64, 70, 75, 80, 90, 99, 100, 120, 128),
    *(150, 180, 200, 250, 255, 256, 300, 360, 365, 400, 404, 443, 500, 512, 600, 900, 999, 1000, 1024, 1440),
    *(
        1900,
        2000,
        2020,
        2024,
        2030,
        2048,
        3600,
        4096,
        5000,
        8080,
        10000,
        65535,
        65536,
        86400,
        100000,
        1000000,
    ),
)
_STEPS = (1, 2, 5, 10, 60, 64, 100, 1000)
_MOMENTS = (
    "fake.past_datetime()",
    "fake.future_datetime()",
    "fake.past_datetime().replace(hour=0, minute=0, second=0, microsecond=0)",
    "fake.future_datetime().replace(hour=0, minute=0, second=0, microsecond=0)",
    "fake.past_datetime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)",
    'fake.date_time_between("-30y", "-20y")',
    'fake.future_datetime("+10y")',
)


def candidates(column: ColumnFact, hints: Iterable[str]) -> tuple[str, ...]:
    """Return expressions for a column.

    Args:
        column: The column whose values are refused.
        hints: SQL of its constraints and messages about it: literals in them come first.
    """
    kind = kind_of(column.type)
    if kind in _LOOKING:
        found = [*_LOOKING[kind](column, "\n".join(hints))]
    else:
        found = [*(KINDS[kind].candidates or KINDS["unknown"].candidates)]
    if column.nullable and not column.type.not_null:
        found.append("None")
    return tuple(dict.fromkeys(found))


def _strings(column: ColumnFact, text: str) -> Iterable[str]:
    longest = innermost(column.type).length or 10**6
    yield from worded(column.name, text, innermost(column.type).length)
    for literal in _literals(text):
        yield quoted(literal)
        braced = literal.replace("{", "{{").replace("}", "}}")
        for form in (f"{braced}{{next(serial)}}", f"{{next(serial)}}{braced}", f"a{braced}", f"{braced}a"):
            yield f"Use(lambda: f{quoted(form)})" if "{next" in form else quoted(form)
    lengths = [
        length for length in dict.fromkeys((*_numbers(text), *_LENGTHS)) if 0 < length <= min(longest, 512)
    ]
    for length in lengths:
        if length >= 4:
            yield f'Use(lambda: f"{{next(serial):0{length}}}")'
        yield f'Use(fake.numerify, "{"%" * length}")' if length <= 20 else quoted("1" * length)
        if length <= 40:
            yield f'Use(lambda: fake.lexify("{"?" * length}").upper())'
            yield f'Use(lambda: fake.lexify("{"?" * length}").lower())'
    yield from _TEXTS


def _integers(column: ColumnFact, text: str) -> Iterable[str]:
    for number in _numbers(text):
        yield from map(str, (number, number + 1, number - 1))
    yield from map(str, _WHOLE)
    yield "Use(next, serial)"
    yield from (f"Use(lambda: {step} * next(serial))" for step in _STEPS[1:])
    yield "Use(lambda: 2 * next(serial) + 1)"
    yield "Use(fake.random_int, 1990, 2030)"


def _decimals(column: ColumnFact, text: str) -> Iterable[str]:
    for found in re.findall(r"(?<![\w.])-?\d+\.\d+", text):
        yield str(float(found))
    yield from ("0.5", "0.1", "0.25", "0.01", "0.99", "1.5", "-0.5")
    yield from _integers(column, text)


def _moments(column: ColumnFact, text: str) -> Iterable[str]:
    aware = ".astimezone()" if column.type.timezone or innermost(column.type).timezone else ""
    yield from (f"Use(lambda: {moment}{aware})" for moment in _MOMENTS)


def _enums(column: ColumnFact, text: str) -> Iterable[str]:
    enum = column.type.enum or innermost(column.type).enum
    if enum is not None:
        yield from map(quoted, enum.members or enum.values)


_LOOKING: dict[ValueKind, Callable[[ColumnFact, str], Iterable[str]]] = {
    "string": _strings,
    "integer": _integers,
    "numeric": _decimals,
    "float": _decimals,
    "datetime": _moments,
    "enum": _enums,
}
"""What looks at the column or the hints first; of all other kinds ``KINDS`` lists what to try."""


def _literals(text: str) -> list[str]:
    """Return the strings quoted in SQL and in messages, without the wildcards of a LIKE."""
    found = [a or b for a, b in re.findall(r"'((?:[^']|'')*)'|\"([^\"]*)\"", text)]
    plain = [one.replace("''", "'").strip("%^$") for one in found]
    return [one for one in dict.fromkeys(plain) if one and len(one) <= 40 and "\n" not in one][:8]


def _numbers(text: str) -> list[int]:
    return [int(one) for one in dict.fromkeys(re.findall(r"(?<![\w.])-?\d{1,9}(?![\w.])", text))][:8]
