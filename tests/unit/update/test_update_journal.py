"""A run that is killed while it writes is taken back by the next one."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from update_support import tree

from tcgen.apply import journal
from tcgen.apply.changes import Change
from tcgen.apply.write import publish
from tcgen.errors import TcgenError

CHANGES = (
    Change(path="a.py", kind="update", old=b"old a", new=b"new a"),
    Change(path="gone.py", kind="delete", old=b"old gone", new=b""),
    Change(path="made/b.py", kind="create", old=None, new=b"new b"),
)


def publish_and_die(root: Path, calls: int) -> int:
    """Publish in a child that is killed when it touched the disk so many times; return how it ended."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    def counted(function: Callable[..., object]) -> Callable[..., object]:
        def wrapper(*arguments: object, **named: object) -> object:
            nonlocal calls
            calls -= 1
            if calls < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments, **named)

        return wrapper

    for name in ("write_bytes", "open", "replace", "unlink", "mkdir", "rmdir", "chmod"):
        setattr(Path, name, counted(getattr(Path, name)))
    publish(root, CHANGES)
    os._exit(0)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "a.py").write_bytes(b"old a")
    (tmp_path / "gone.py").write_bytes(b"old gone")
    return tmp_path


def test_no_journal_is_left(root: Path) -> None:
    assert publish(root, CHANGES) == ["a.py", "gone.py", "made/b.py"]
    assert tree(root) == {"a.py": b"new a", "made/b.py": b"new b"}
    assert not (root / ".tcgen").exists()
    assert journal.recover(root) is None


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_killed_at_every_step(root: Path) -> None:
    before, after = tree(root), {"a.py": b"new a", "made/b.py": b"new b"}
    seen = set()
    for calls in range(60):
        status = publish_and_die(root, calls)
        half = journal.JOURNAL in tree(root)
        put_back = journal.recover(root)
        assert (put_back is not None) == half
        assert tree(root) in (before, after)
        if status == 0:
            break
        assert status == -signal.SIGKILL
        seen.add(put_back)
        if tree(root) == after:  # it died with all done
            for path, content in before.items():
                (root / path).write_bytes(content)
            (root / "made/b.py").unlink()
            (root / "made").rmdir()
    else:
        pytest.fail("it never came to its end")
    assert {None, 1, 2, 3} <= seen


def died(root: Path) -> None:
    """Leave things as a run that had changed `a.py` and nothing else."""
    contents = [(one.path, one.old, None if one.kind == "delete" else one.new) for one in CHANGES]
    journal.begin(root, contents, ["made"])
    (root / "a.py").write_bytes(b"new a")


def test_a_file_edited_since_is_left_alone(root: Path) -> None:
    died(root)
    (root / "a.py").write_bytes(b"new a, edited")
    assert journal.recover(root) == 0
    assert tree(root) == {"a.py": b"new a, edited", "gone.py": b"old gone"}


def test_what_was_put_into_a_new_folder_stays(root: Path) -> None:
    died(root)
    (root / "made").mkdir()
    (root / "made" / "mine.py").touch()
    assert journal.recover(root) == 1
    assert (root / "made" / "mine.py").exists()


def test_nothing_is_written_before_it_was_put_back(root: Path) -> None:
    died(root)
    half = tree(root)
    with pytest.raises(TcgenError, match="interrupted"):
        publish(root, [Change(path="a.py", kind="update", old=b"new a", new=b"newer")])
    assert tree(root) == half
    assert journal.recover(root) == 1


def test_a_damaged_journal_is_no_reason_to_guess(root: Path) -> None:
    died(root)
    (root / journal.JOURNAL).write_text("{")
    with pytest.raises(TcgenError, match="interrupted"):
        journal.recover(root)
    assert (root / "a.py").read_bytes() == b"new a"


def test_another_run_is_not_disturbed(root: Path) -> None:
    died(root)
    with journal.locked(root), pytest.raises(TcgenError, match="another run"):
        journal.recover(root)
    with journal.locked(root), pytest.raises(TcgenError, match="another run"):
        publish(root, CHANGES)
    assert journal.recover(root) == 1


def test_a_file_that_changed_meanwhile_stops_everything(root: Path) -> None:
    (root / "gone.py").write_bytes(b"edited")
    before = tree(root)
    with pytest.raises(TcgenError, match=r"gone\.py changed while"):
        publish(root, CHANGES)
    assert tree(root) == before


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege")
def test_a_link_stays_a_link(root: Path) -> None:
    (root / "real.py").write_bytes(b"old a")
    (root / "a.py").unlink()
    (root / "a.py").symlink_to("real.py")
    publish(root, CHANGES)
    assert (root / "a.py").is_symlink()
    assert (root / "real.py").read_bytes() == b"new a"
