"""What the words of a refusal ask for comes before values that are worth trying anywhere."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
from faker import Faker
from polyfactory import Use

from tcgen.verify.wording import Asked, listed, patterns, read, worded


def values(name: str, text: str, longest: int | None = None) -> list[Any]:
    names = {"Use": Use, "fake": Faker(), "serial": itertools.count(1001)}
    made = [eval(code, dict(names)) for code in worded(name, text, longest)]
    return [one.to_value() if isinstance(one, Use) else one for one in made]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "'x' is not a valid action. Valid actions: (create, update, delete)",
            ("create", "update", "delete"),
        ),
        ("must be one of: ['draft', \"live\"]", ("draft", "live")),
        ("a status is either open or closed", ("open", "closed")),
        ("allowed values are a, b, or c-d.", ("a", "b", "c-d")),
        ("valid names are between 3 and 25 characters", ()),
        ("a Truck is one of 7.5t, 40t.", ("7.5t", "40t")),
        ("no list at all", ()),
    ],
)
def test_a_list(text: str, expected: tuple[str, ...]) -> None:
    assert listed(text) == expected


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        (r"code must match ^[A-Z]{3}-\d{4}$", r"[A-Z]{3}-\d{4}"),
        (r"'text' does not match '^[a-z]{2}\\d{6}$'", r"[a-z]{2}\d{6}"),
        (r"""Expected r"[a-z]+@[a-z]+\.org" """, r"[a-z]+@[a-z]+\.org"),
        (r"must be of the form /\d{5}/", r"\d{5}"),
        (r"must match ^[A-Z][a-z]{4}\d+$", r"[A-Z][a-z]{4}\d+"),
    ],
)
def test_a_pattern(text: str, matches: str) -> None:
    assert patterns(text)
    first = next(one for one in values("code", text) if re.fullmatch(matches, one))
    assert first


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("must be between 3 and 25 characters", Asked(3, 25)),
        ("a badge has six digits", Asked(6, 6, digits=True)),
        ("3-20 letters", Asked(3, 20, letters=True)),
        ("at least 8 characters long", Asked(8)),
        ("at least 3 and at most 9 characters", Asked(3, 9)),
        ("cannot exceed 12 characters", Asked(None, 12)),
        ("only alphanumeric characters", Asked(letters=True, digits=True)),
        ("no such thing", Asked()),
    ],
)
def test_characters_and_lengths(text: str, expected: Asked) -> None:
    assert read(text) == expected


def test_letters_numbers_and_a_length() -> None:
    text = "Username must be between 3 and 25 characters: only letters, numbers, periods and underscores"
    first, *_ = values("user_name", text)
    assert re.fullmatch(r"[a-z]+\d+", first) and 3 <= len(first) <= 25
    assert values("user_name", "exactly 12 characters", 40)[0] == "usern0001001"
    assert values("user_name", "6 digits")[0] == "001001"
    assert re.fullmatch("[a-z]{5}", values("shade", "5 letters")[0])
    assert all(len(one) <= 9 for one in values("user_name", "letters and digits", 9))
