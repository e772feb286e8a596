"""All changes are published, or none."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tcgen.apply.changes import Change
from tcgen.apply.write import publish
from tcgen.errors import TcgenError


def create(path: str, content: bytes = b"new") -> Change:
    return Change(path=path, kind="create", old=None, new=content)


def tree(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def test_creates_folders_and_files(tmp_path: Path) -> None:
    assert publish(tmp_path, [create("a/b/c.py"), create("d.py", b"x")]) == ["a/b/c.py", "d.py"]
    assert tree(tmp_path) == {"a/b/c.py": b"new", "d.py": b"x"}


@pytest.mark.parametrize("kind", ["unchanged", "kept", "conflict"])
def test_writes_nothing_else(tmp_path: Path, kind: str) -> None:
    change = Change.model_validate({"path": "a.py", "kind": kind, "old": b"old", "new": b"new"})
    assert publish(tmp_path, [change]) == []
    assert tree(tmp_path) == {}


def test_an_update_keeps_the_mode(tmp_path: Path) -> None:
    place = tmp_path / "run.py"
    place.write_bytes(b"old")
    place.chmod(0o750)
    publish(tmp_path, [Change(path="run.py", kind="update", old=b"old", new=b"new")])
    assert place.read_bytes() == b"new"
    assert stat.S_IMODE(place.stat().st_mode) == 0o750


def test_a_failure_while_staging_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "in-the-way").write_bytes(b"a file where a folder should be")
    before = tree(tmp_path)
    with pytest.raises(TcgenError, match="in-the-way") as raised:
        publish(tmp_path, [create("new/a.py"), create("in-the-way/b.py")])
    assert raised.value.code == "cannot-write"
    assert tree(tmp_path) == before
    assert not (tmp_path / "new").exists()


def test_a_failure_while_publishing_puts_everything_back(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"old")
    (tmp_path / "b.py").mkdir()  # a file cannot replace a folder
    changes = [Change(path="a.py", kind="update", old=b"old", new=b"new"), create("c/d.py"), create("b.py")]
    with pytest.raises(TcgenError, match=r"b\.py"):
        publish(tmp_path, changes)
    assert tree(tmp_path) == {"a.py": b"old"}
    assert not (tmp_path / "c").exists()


def test_an_interrupt_puts_everything_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.py").write_bytes(b"old")
    replace, renamed = Path.replace, []

    def interrupted(self: Path, target: Path) -> Path:
        if renamed:
            raise KeyboardInterrupt
        renamed.append(target)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    changes = [Change(path="a.py", kind="update", old=b"old", new=b"new"), create("c/d.py")]
    with pytest.raises(KeyboardInterrupt):
        publish(tmp_path, changes)
    assert tree(tmp_path) == {"a.py": b"old"}
    assert [path.name for path in tmp_path.iterdir()] == ["a.py"]


@pytest.mark.skipif(os.name == "nt", reason="no file modes")
def test_new_files_follow_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        publish(tmp_path, [create("a.py")])
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.py").stat().st_mode) == 0o640
