"""A record that cannot be gone on from is one clear error, and the way out."""

from __future__ import annotations

from pathlib import Path

import pytest
from update_support import prepared, small, start, tree

from tcgen.errors import TcgenError
from tcgen.ir.plan import ANSWERS
from tcgen.record.answers import is_newer, read_record


@pytest.mark.parametrize(
    ("old", "new", "message", "hint"),
    [
        ("_commit: v0", "_commit: v999", "version v999", "upgrade tcgen"),
        ('"format": 1', '"format": 2', "a newer tcgen", "upgrade tcgen"),
        ("plan: |", "plan: [", "is damaged", "git checkout HEAD -- .tcgen/answers.yml"),
        ("plan: |", "plans: |", "is damaged: 'plan'", "git checkout HEAD"),
        ("  {", "  [", "is damaged", "git checkout HEAD"),
        ("plan: |", "<<<<<<< HEAD\nplan: |", "conflict markers", "git checkout --ours"),
    ],
)
def test_bad_answers(tmp_path: Path, old: str, new: str, message: str, hint: str) -> None:
    root = start(tmp_path, small())
    place = root / ANSWERS
    place.write_text(place.read_text().replace(old, new))
    before = tree(root)
    with pytest.raises(TcgenError, match=message) as caught:
        prepared(root, small())
    assert hint in caught.value.hint
    assert tree(root) == before


def test_no_answers(tmp_path: Path) -> None:
    with pytest.raises(
        TcgenError, match=r"has no suite of tcgen.s: \.tcgen/answers\.yml is missing"
    ) as caught:
        read_record(tmp_path)
    assert "tcgen init" in caught.value.hint


@pytest.mark.parametrize(
    ("version", "than", "newer"),
    [
        ("v0.2.0", "0.1.9", True),
        ("v0.1.0", "0.1.0", False),
        ("v0.1.0.dev0+0123456789ab", "0.1.0", False),
        ("v0.2.0.dev0+0123456789ab", "0.1.0", True),
        ("0123abc", "0.1.0", False),
    ],
)
def test_which_version_is_newer(version: str, than: str, newer: bool) -> None:
    assert is_newer(version, than) is newer
