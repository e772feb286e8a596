"""What is no plain file is never opened for long."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from tcgen import files


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one\r\n\xfftwo\n")
    assert files.content(tmp_path / "a") == b"one\r\n\xfftwo\n"
    assert files.text(tmp_path / "a") == "one\n\ufffdtwo\n"


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


def make_link_to_a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def make_circle(path: Path) -> None:
    path.symlink_to(path.name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
@pytest.mark.parametrize("make", [make_pipe, make_link_to_a_device, make_circle, Path.mkdir])
def test_what_is_none_is_refused_at_once(tmp_path: Path, make: object) -> None:
    assert callable(make)
    make(tmp_path / "a")
    with pytest.raises(OSError):
        files.content(tmp_path / "a")


def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path may be 107 letters long
    make_socket(Path("a"))
    with pytest.raises(OSError):
        files.content(tmp_path / "a")


def test_a_name_that_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no possible name"):
        files.content(tmp_path / "a\0b")


def test_more_than_anybody_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_BYTES", 10)
    (tmp_path / "a").write_bytes(b"x" * 10)
    assert files.content(tmp_path / "a") == b"x" * 10
    (tmp_path / "a").write_bytes(b"x" * 11)
    with pytest.raises(OSError, match="larger than 10 bytes"):
        files.content(tmp_path / "a")
