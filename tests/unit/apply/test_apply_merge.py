"""Three versions of a text become one, and a conflict is one that only a person can settle."""

from __future__ import annotations

import pytest

from tcgen.apply.merge import conflicts_in, merge

FACTORY = b"""\
from .base import ModelFactory


class BookFactory(ModelFactory[Book]):
    __model__ = Book

    title = Use(fake.name)
    pages = 7
"""


def after(text: bytes, *replacements: tuple[bytes, bytes]) -> bytes:
    for old, new in replacements:
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text


def merged(ours: bytes, theirs: bytes, base: bytes = FACTORY, *, python: bool = True) -> bytes:
    result = merge(ours, base, theirs, python=python)
    assert result.clean, result.inline()[0].decode()
    return result.new()


def test_edits_apart() -> None:
    ours = after(FACTORY, (b"fake.name", b"fake.word"))
    theirs = after(FACTORY, (b"from .base", b"import datetime\n\nfrom .base"))
    assert merged(ours, theirs) == after(theirs, (b"fake.name", b"fake.word"))


def test_an_edit_stays_with_its_own_lines_where_lines_repeat() -> None:
    def function(name: str, value: int = 2) -> bytes:
        return f"def {name}():\n    x = 1\n    y = {value}\n    return x\n\n\n".encode()

    base = b"".join(map(function, "bcdef"))
    ours = base.replace(function("d"), function("d", 99))
    assert merged(ours, function("a") + base, base) == function("a") + ours


def test_edits_side_by_side() -> None:
    ours = after(FACTORY, (b"pages = 7", b"pages = 8"))
    theirs = after(FACTORY, (b"pages = 7\n", b"pages = 7\n    price = 9\n"))
    assert merged(ours, theirs) == after(FACTORY, (b"pages = 7\n", b"pages = 8\n    price = 9\n"))
    assert merged(ours, theirs, python=False) == merged(ours, theirs)


def test_both_append_to_a_class() -> None:
    mine = b"\n    @classmethod\n    def signed(cls):\n        return cls.build(pages=1)\n"
    theirs = FACTORY + b"    price = 9\n"
    assert merged(FACTORY + mine, theirs) == theirs + mine


def test_both_append_the_same_name() -> None:
    result = merge(FACTORY + b"    price = 1\n", FACTORY, FACTORY + b"    price = 9\n", python=True)
    text, places = result.inline()
    assert text == FACTORY + (
        b"<<<<<<< before updating\n    price = 1\n=======\n    price = 9\n>>>>>>> after updating\n"
    )
    assert places == conflicts_in(text) == (9,)
    assert result.new() == FACTORY + b"    price = 9\n"


def test_both_append_where_nothing_can_be_checked() -> None:
    assert not merge(b"a\nmine\n", b"a\n", b"a\ntheirs\n").clean


def test_the_same_line_changed_twice() -> None:
    ours = after(FACTORY, (b"pages = 7", b"pages = 8"), (b"fake.name", b"fake.word"))
    theirs = after(FACTORY, (b"pages = 7", b"pages = 9"))
    result = merge(ours, FACTORY, theirs, python=True)
    assert result.inline()[1] == (8,)
    assert result.old() == ours
    assert result.new() == after(ours, (b"pages = 8", b"pages = 9"))


def test_the_same_edit_on_both_sides() -> None:
    theirs = after(FACTORY, (b"pages = 7", b"pages = 9"))
    assert merged(theirs, theirs) == theirs


def test_nothing_is_put_together_that_does_not_parse() -> None:
    result = merge(b"b = 1\n", b"if a:\n    b = 1\n", b"if a:\n    b = 1\n    c = 2\n", python=True)
    assert not result.clean
    assert result.old() == b"b = 1\n"


def test_a_conflict_is_no_longer_than_it_must_be() -> None:
    base = b"a = 1\nb = 1\nc = 1\nd = 1\n"
    ours = b"a = 2\nb = 2\nc = 2\nd = 1\n"
    theirs = b"a = 1\nb = 3\nc = 1\nd = 3\n"
    text = merge(ours, base, theirs, python=True).inline()[0]
    conflict = b"<<<<<<< before updating\nb = 2\n=======\nb = 3\n>>>>>>> after updating\n"
    assert text == b"a = 2\n" + conflict + b"c = 2\nd = 3\n"


@pytest.mark.parametrize("mark", [b"<<<<<<< before updating\n", b"=======\n", b">>>>>>> after updating\n"])
def test_conflicts_nobody_settled_are_text_like_any_other(mark: bytes) -> None:
    ours = mark + FACTORY
    theirs = FACTORY + b"    price = 9\n"
    assert merged(ours, theirs) == mark + theirs


def test_windows_line_ends_are_the_users() -> None:
    ours = after(FACTORY, (b"fake.name", b"fake.word")).replace(b"\n", b"\r\n")
    theirs = FACTORY + b"    price = 9\n"
    result = merged(ours, theirs)
    assert result == after(theirs, (b"fake.name", b"fake.word")).replace(b"\n", b"\r\n")
    clash = merge(ours, FACTORY, after(FACTORY, (b"fake.name", b"fake.city")), python=True).inline()[0]
    assert clash.count(b"\n") == clash.count(b"\r\n")


def test_what_is_no_text_is_a_conflict_as_a_whole() -> None:
    result = merge(b"\0ours", b"\0base", b"\0theirs")
    assert (result.old(), result.new(), result.clean) == (b"\0ours", b"\0theirs", False)


@pytest.mark.parametrize(("ours", "theirs"), [(b"a", b"a\nb\n"), (b"b\na", b"a\nb\n")])
def test_a_missing_newline_at_the_end_loses_nothing(ours: bytes, theirs: bytes) -> None:
    text = merge(ours, b"a\n", theirs).inline()[0]
    assert {b"a", b"b"} <= set(text.splitlines())
