"""What other people's code starts is ended with it, wherever it went, and its time is limited."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from tcgen import processes
from tcgen.errors import TcgenError

# one of its own session, whose parent is gone, and that hears no interrupt
LEAVES = """
import os, signal, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        open(sys.argv[1], "w").write(str(os.getpid()))
        time.sleep(600)
    os._exit(0)
os.wait()
while not (os.path.exists(sys.argv[1]) and open(sys.argv[1]).read()):
    time.sleep(0.01)
"""
forks = pytest.mark.skipif(not Path("/proc").is_dir(), reason="children are found again by /proc")


def run(program: str, *arguments: str, seconds: float = 60, **options: bool) -> processes.Ended:
    """Run Python in the temporary folder."""
    return processes.run(
        [sys.executable, "-c", program, *arguments],
        folder=tempfile.gettempdir(),
        environment=os.environ,
        seconds=seconds,
        **options,  # type: ignore[arg-type]
    )


def is_gone(number: int) -> bool:
    """Whether a process ends: one that is killed needs a moment, and may still be waited for."""
    for _ in range(500):
        try:
            if psutil.Process(number).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.01)
    return False


def test_status_and_both_outputs_are_kept() -> None:
    ended = run("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)")
    assert (ended.status, ended.output, ended.errors) == (3, b"out\n", b"err\n")
    both = run("import sys; print('out', flush=True); print('err', file=sys.stderr)", together=True)
    assert (both.output, both.errors) == (b"out\nerr\n", b"")


def test_of_much_output_the_last_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_MOST_OUTPUT", 1000)
    ended = run("print('x' * 1_000_000); print('the end')")
    assert len(ended.output) == 1000
    assert ended.output.endswith(b"x\nthe end\n")


@forks
def test_a_child_that_went_its_own_way_ends_too(tmp_path: Path) -> None:
    assert run(LEAVES, str(tmp_path / "number")).status == 0
    assert is_gone(int((tmp_path / "number").read_text()))


@forks
def test_no_time_is_given_to_what_takes_too_long(tmp_path: Path) -> None:
    before = time.monotonic()
    program = f"print('begun', flush=True)\n{LEAVES}\ntime.sleep(600)"
    with pytest.raises(processes.TooLongError) as caught:
        run(program, str(tmp_path / "number"), seconds=2)
    assert time.monotonic() - before < 60
    assert (caught.value.seconds, caught.value.output) == (2, b"begun\n")
    assert is_gone(int((tmp_path / "number").read_text()))


@forks
def test_another_run_of_ours_is_not_ended() -> None:
    wait = [sys.executable, "-c", "import time; time.sleep(600)"]
    with processes.started(wait, folder="/", environment=os.environ) as other:
        run("pass")
        assert other.child.poll() is None
    assert other.child.poll() is not None


@forks
def test_temporary_files_and_children_of_a_run_go_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    common = tempfile.gettempdir()
    monkeypatch.setenv(processes.MARK, "")
    with processes.own_children():
        own = Path(tempfile.gettempdir())
        (own / "left").touch()
        assert own != Path(common) and processes.shared_folder() == common
        child = psutil.Popen([sys.executable, "-c", "import time; time.sleep(600)"], env=os.environ)
    assert tempfile.gettempdir() == processes.shared_folder() == common
    assert not own.exists()
    assert child.wait(30) < 0


@pytest.mark.parametrize(("given", "seconds"), [(None, 7), ("", 7), ("0.5", 0.5), ("600", 600)])
def test_a_limit_can_be_set(monkeypatch: pytest.MonkeyPatch, given: str | None, seconds: float) -> None:
    monkeypatch.delenv(processes.LIMIT, raising=False)
    if given is not None:
        monkeypatch.setenv(processes.LIMIT, given)
    assert processes.limit(7) == seconds


@pytest.mark.parametrize("given", ["soon", "0", "-1", "inf", "nan", "1e9"])
def test_a_limit_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv(processes.LIMIT, given)
    with pytest.raises(TcgenError, match="not a number of seconds"):
        processes.limit(7)
