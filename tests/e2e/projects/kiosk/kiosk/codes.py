"""Codes of vouchers."""

from __future__ import annotations

from hashlib import md5
from itertools import count

_numbers = count(1)


def voucher() -> str:
    """Return a code that was not given out before, and that the database takes."""
    return next(code for n in _numbers if md5((code := f"{n}X").encode()).hexdigest() < "a")
