"""What the rendered tree means for what is on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcgen.apply.changes import compare
from tcgen.ir.plan import ANSWERS


@pytest.mark.parametrize(
    ("old", "base", "new", "kind"),
    [
        (None, None, b"new", "create"),
        (b"new", None, b"new", "unchanged"),
        (b"same", b"same", b"new", "update"),
        (b"edited", b"same", b"same", "kept"),
        (b"edited", b"before", b"new", "conflict"),
        (b"somebody's", None, b"new", "conflict"),
        (None, b"deleted by the user", b"new", "kept"),
    ],
)
def test_kinds(tmp_path: Path, old: bytes | None, base: bytes | None, new: bytes, kind: str) -> None:
    if old is not None:
        (tmp_path / "f.py").write_bytes(old)
    (change,) = compare(tmp_path, {"f.py": new}, {} if base is None else {"f.py": base})
    assert change.kind == kind
    assert change.old == old


def test_the_answers_file_is_always_ours(tmp_path: Path) -> None:
    (tmp_path / ".tcgen").mkdir()
    (tmp_path / ANSWERS).write_bytes(b"edited")
    (change,) = compare(tmp_path, {ANSWERS: b"new"}, {ANSWERS: b"before"})
    assert change.kind == "update"


def test_a_diff_names_both_sides(tmp_path: Path) -> None:
    (tmp_path / "f.py").write_bytes(b"one\n")
    (change,) = compare(tmp_path, {"f.py": b"two\n"}, {"f.py": b"one\n"})
    assert change.diff() == "--- a/f.py\n+++ b/f.py\n@@ -1 +1 @@\n-one\n+two\n"
    (created,) = compare(tmp_path, {"g.py": b"two\n"}, {})
    assert created.diff().startswith("--- /dev/null\n")
