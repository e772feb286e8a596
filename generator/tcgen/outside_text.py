"""Text of other people's for a terminal or a file: no password, no control characters, no more than one can read."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

MOST_LINES = 40
MOST_OF_A_LINE = 400
_HIDDEN = "***"

# a password may hold what should have been escaped in it, so that the last @ counts
_IN_A_URL = re.compile(r"\b([A-Za-z][\w+.-]*://[^\s:/@'\"]*):[^\s'\"]+@")
_NAMED = re.compile(
    r"(?i)\b(\w*(?:password|passwd|pwd|secret|secret_?key|token|api_?key)['\"]?\s*(?:=|(?<=['\"]):)\s*['\"]?)"
    r"(?!['\"*\s])([^\s'\"&;,)]+)"
)
_SECRET_NAMES = {"PASSWORD", "PASSWD", "PASS", "SECRET", "TOKEN", "KEY", "CREDENTIALS"}
_SHORTEST_SECRET = 6
# what moves a terminal's cursor, or turns the order of what is read around; tabs and newlines are text
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def without_secrets(text: str, environ: Mapping[str, str] = os.environ) -> str:
    """Return a text with the passwords in it hidden: those of URLs, of ``password=…``, and of the environment."""
    text = _IN_A_URL.sub(rf"\1:{_HIDDEN}@", text)
    text = _NAMED.sub(rf"\1{_HIDDEN}", text)
    for name, value in environ.items():
        if value in text and _is_secret(name, value):
            text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", _HIDDEN, text)
    return text


def _is_secret(name: str, value: str) -> bool:
    # a plain word such as postgres is in every other message, and hidden by nobody
    is_word = value.isalpha() and value.islower()
    return (
        len(value) >= _SHORTEST_SECRET and not is_word and bool(_SECRET_NAMES & set(name.upper().split("_")))
    )


def printable(text: str) -> str:
    """Return a text with its control characters as Python writes them."""
    return _CONTROL.sub(lambda found: ascii(found[0])[1:-1], text)


def readable(text: str) -> str:
    """Return as much of a text as one reads, in lines that are not too long, its secrets hidden."""
    # what is cut must not be searched: megabytes take seconds
    lines = text[-200_000:].splitlines() if len(text) > 200_000 else text.splitlines()
    left_out = len(lines) - MOST_LINES
    if left_out > 0:
        lines = [*lines[: MOST_LINES // 2], f"… {left_out} lines left out", *lines[-MOST_LINES // 2 :]]
    return printable("\n".join(cut(without_secrets(line[: 4 * MOST_OF_A_LINE])) for line in lines))


def cut(line: str, most: int = MOST_OF_A_LINE) -> str:
    """Return a line, or its beginning."""
    return line if len(line) <= most else f"{line[: most - 1]}…"
