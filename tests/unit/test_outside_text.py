"""Text of other people's: its secrets hidden, its control characters shown, its megabytes cut."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcgen.outside_text import MOST_LINES, MOST_OF_A_LINE, printable, readable, without_secrets

# what a password in a URL may hold as it stands, or should have been escaped
PASSWORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Z", "C"], exclude_characters="'\"*"), min_size=1
)


@given(PASSWORDS)
def test_the_password_of_a_url_is_hidden(password: str) -> None:
    url = f"postgresql+psycopg://shop:{password}-Zz9@db.example:5432/shop"
    assert without_secrets(f"cannot connect to {url}!", {}) == (
        "cannot connect to postgresql+psycopg://shop:***@db.example:5432/shop!"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("password=hunter22 host=db", "password=*** host=db"),
        ("connect(password='hunter22', host='db')", "connect(password='***', host='db')"),
        ('{"api_key": "hunter22", "a": 1}', '{"api_key": "***", "a": 1}'),
        ("DB_SECRET_KEY=hunter22", "DB_SECRET_KEY=***"),
        ("postgresql://db.example/shop", "postgresql://db.example/shop"),
        ("postgresql://shop@db.example/shop", "postgresql://shop@db.example/shop"),
        ("the password is wrong", "the password is wrong"),
    ],
)
def test_what_is_called_a_secret_is_hidden(text: str, shown: str) -> None:
    assert without_secrets(text, {}) == shown


def test_a_secret_of_the_environment_is_hidden_as_a_whole_word() -> None:
    environ = {"PGPASSWORD": "postgres", "MY_TOKEN": "a1b2c3d4", "SHORT_KEY": "abc1", "HOME": "/home/me"}
    text = "postgres said a1b2c3d4, not xa1b2c3d4 nor abc1, in /home/me"
    assert without_secrets(text, environ) == "postgres said ***, not xa1b2c3d4 nor abc1, in /home/me"


@given(st.text())
def test_nothing_of_it_moves_a_cursor(text: str) -> None:
    shown = printable(text)
    assert all(unicodedata.category(one) not in {"Cc", "Cs"} or one in "\t\n" for one in shown)
    assert not any(0x202A <= ord(one) <= 0x202E or 0x2066 <= ord(one) <= 0x2069 for one in shown)


@given(st.text("a\n", min_size=0, max_size=5_000))
def test_it_is_no_more_than_one_reads(text: str) -> None:
    lines = readable(text).split("\n")
    assert len(lines) <= MOST_LINES + 1
    assert all(len(line) <= MOST_OF_A_LINE for line in lines)


def test_megabytes_show_how_they_end() -> None:
    shown = readable("x" * 3_000_000 + "\nbegin\n" + "line\n" * 100_000 + "the end\n")
    assert shown.endswith("the end")
    assert "lines left out" in shown
