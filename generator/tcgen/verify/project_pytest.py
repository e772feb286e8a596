"""Runs pytest in the project's own interpreter, with plugins of tcgen's."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from tcgen import processes
from tcgen.errors import TcgenError
from tcgen.user_cache import keep_bytecode_aside
from tcgen.verify.overlay import Environment

_SECONDS = 600.0
_SECONDS_A_CLASS = 0.5
_LAST_SECONDS = 30.0
# what `pytest` does, and not `python -m pytest`: there a json.py of the project's would be pytest's own, too
_RUN = """import os, sys
# its own folder, which is not there with $PYTHONSAFEPATH
sys.path[:] = [one for one in sys.path if one != os.path.dirname(__file__)]
import pytest
sys.exit(pytest.main())
"""


def limit(classes: int) -> float:
    """Return how many seconds a run of the tests of so many classes may take."""
    return _SECONDS + _SECONDS_A_CLASS * classes


def run_pytest(
    where: Environment,
    root: str | Path,
    arguments: Sequence[str],
    *,
    capture: bool = True,
    plugins: Sequence[str] = (),
    environment: Mapping[str, str] = os.environ,
    seconds: float | None = _SECONDS,
) -> subprocess.CompletedProcess[str]:
    """Run pytest and leave nothing behind.

    Args:
        where: The interpreter, and the server that is held for it.
        root: The project.
        arguments: pytest's.
        capture: Keep what it prints, instead of letting it go to the terminal.
        plugins: Further modules of ``tcgen.verify.plugins``, which need nothing of tcgen.
        environment: All variables it gets; ``$PYTHONPATH`` grows by the plugin's folder.
        seconds: The longest it may take; None for as long as it wants.

    Raises:
        TcgenError: ``suite-too-slow``.
    """
    with TemporaryDirectory(prefix="tcgen-") as folder:
        # without its cache plugin, pytest would refuse a project's own --failed-first
        options = ["-o", f"cache_dir={folder}/cache", *(["--color=no"] if capture else [])]
        plugins = [*plugins, "only_asked"]
        given = {**environment, **keep_bytecode_aside(environment)}
        if where.server:
            plugins = [*plugins, "kept_template"]
            given["TCGEN_SERVER"] = where.server
        # alone in its folder: what is put on the path must not bring tcgen and all it stands on
        Path(folder, "tcgen_plugins").mkdir()
        for source in files("tcgen.verify.plugins").iterdir():
            if source.name.endswith(".py"):
                copied = Path(folder, "tcgen_plugins", source.name)
                copied.write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
        options += [option for plugin in plugins for option in ("-p", f"tcgen_plugins.{plugin}")]
        given["PYTHONPATH"] = os.pathsep.join(filter(None, (folder, environment.get("PYTHONPATH"))))
        script = Path(folder, "run", "run_pytest.py")
        script.parent.mkdir()
        script.write_text(_RUN, encoding="utf-8")
        command = [where.python, str(script), *options, *arguments]
        with (
            _interrupts(),
            processes.started(command, folder=root, environment=given, capture=capture) as pytest,
        ):
            try:
                pytest.wait(seconds)
            except BaseException as error:
                # so that it stops the servers it started
                pytest.interrupt(_LAST_SECONDS)
                if not isinstance(error, processes.TooLongError):
                    raise
                pytest.end()
                raise _too_slow(pytest.ended().output.decode("utf-8", "replace"), seconds) from None
        done = pytest.ended()
        output, errors = (one.decode("utf-8", "replace") for one in (done.output, done.errors))
        return subprocess.CompletedProcess(command, done.status, output, errors)


@contextmanager
def _interrupts() -> Iterator[None]:
    """Let a child hear interrupts, which who runs in the background of a shell script ignores, and its children too."""
    before = signal.getsignal(signal.SIGINT)
    ignored = before is signal.SIG_IGN and threading.current_thread() is threading.main_thread()
    if ignored:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        if ignored:
            signal.signal(signal.SIGINT, before)


def _too_slow(output: str, seconds: float | None) -> TcgenError:
    place = re.search(r"^(\S+:\d+): KeyboardInterrupt$", output, re.MULTILINE)
    where = f", in {place[1]}" if place else ""
    return TcgenError(
        "suite-too-slow",
        f"pytest took longer than {seconds:.0f} s and was stopped{where}",
        hint="what waits there for something that is not there makes each run of the suite slow",
    )
